"""A second process watches a run while it is written and never meets half a file."""

from __future__ import annotations

import subprocess
import sys
import textwrap
import time
from pathlib import Path

from store.values import small_record

from nnvis.store import Run

_WRITER = textwrap.dedent("""
    import sys
    sys.path.insert(0, sys.argv[2])
    from store.values import small_network, small_record
    from nnvis.store import Run
    run = Run.open(sys.argv[1])
    for epoch in range(60):
        run.save_epoch(small_record(epoch))
        run.save_network(small_network(epoch))
        run.update(model=f"after epoch {epoch}")
""")


def test_everything_that_appears_is_whole(tmp_path: Path) -> None:
    run = Run.create(tmp_path / "mine", class_names=["cat", "dog", "bird"])
    writer = subprocess.Popen(
        [sys.executable, "-c", _WRITER, str(run.path), str(Path(__file__).parents[1])]
    )
    seen: set[int] = set()
    rounds = 0
    until = time.monotonic() + 60
    while time.monotonic() < until:
        is_over = writer.poll() is not None
        watched = Run.open(run.path)
        for epoch in watched.epochs():
            if epoch not in seen:
                assert watched.load_epoch(epoch).epoch == epoch
                seen.add(epoch)
        if watched.network_path.exists():
            assert watched.load_network().edge_count == 5
        rounds += 1
        if is_over:
            break
    assert writer.wait() == 0, "the writer failed"
    assert seen == set(range(60)), f"epochs that never appeared: {set(range(60)) - seen}"
    assert rounds > 2, "the watcher hardly looked while the writer worked"
    assert Run.open(run.path).description["model"] == "after epoch 59"
    expected = small_record(7).prediction.tolist()
    assert run.load_epoch(7).prediction.tolist() == expected
