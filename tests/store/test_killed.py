"""Kill -9 a process that writes, many times: the file is always the old or the new one."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

# Runs in its own process without threads, so that it may fork and kill children quickly.
_SCRIPT = textwrap.dedent("""
    import json, os, random, signal, sys, time
    from pathlib import Path
    sys.path.insert(0, sys.argv[2])
    from store.values import small_network
    from nnvis.store import load_network, save_network

    path = Path(sys.argv[1]) / "network.safetensors"
    known = [small_network(seed, points_per_edge=20_000) for seed in (1, 2)]
    save_network(known[0], path)
    rng = random.Random(0)
    seen = [0, 0]
    half_written = 0
    for turn in range(1000):  # a busy machine may need more turns to meet a write
        if turn >= 60 and min(seen) and half_written:
            break
        child = os.fork()
        if child == 0:
            while True:
                for network in known:
                    save_network(network, path)
        until = time.monotonic() + rng.uniform(0.0, 0.04)
        while time.monotonic() < until:
            load_network(path)   # a reader beside the writer never sees half a file
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        found = load_network(path)
        match = [bool((found.point_position == n.point_position).all()) for n in known]
        assert sum(match) == 1, f"turn {turn}: neither the old nor the new network"
        seen[match.index(True)] += 1
        half_written += len(os.listdir(path.parent)) > 1
    save_network(known[0], path)
    print(json.dumps([seen, half_written, os.listdir(path.parent)]))
""")


def test_killed_writer_leaves_old_or_new_file(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _SCRIPT, str(tmp_path), str(Path(__file__).parents[1])],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"a killed writer damaged the file: {done.stderr[-800:]}"
    seen, half_written, left = json.loads(done.stdout)
    assert min(seen) > 0, f"the kills never met a change of the file: {seen}"
    assert half_written > 0, "no kill met a write; the test is too gentle to prove anything"
    assert left == ["network.safetensors"], f"leftovers of killed writers stayed: {left}"
