"""docs/file_format.md tells the truth: its snippet runs and its tables name what files hold."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from safetensors import safe_open

from nnvis.model import EpochRecord, Importance, Network
from nnvis.store import Run
from nnvis.store.network import TENSORS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "file_format.md").read_text(encoding="utf-8")


def section(title: str) -> str:
    """The text under a heading of the page, up to the next."""
    return re.split(r"^## ", PAGE.split(f"## {title}\n")[1], flags=re.MULTILINE)[0]


def test_snippet_runs_with_safetensors_only(tmp_path: Path) -> None:
    snippet = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert snippet is not None
    assert len(snippet[1].strip().splitlines()) <= 10, "the snippet grew beyond ten lines"
    assert "nnvis." not in snippet[1].replace("nnvis.network", ""), "the snippet needs nnvis"
    shutil.copy(ROOT / "tests" / "data" / "network_v1.safetensors", tmp_path)
    (tmp_path / "network_v1.safetensors").rename(tmp_path / "network.safetensors")
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", snippet[1]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['in', 'fc1', 'out'] 5 edges of 12\n"


def test_network_table_is_what_the_code_checks() -> None:
    rows = re.findall(r"^\| `(\w+)` \| (\w+) \| ([^|]+) \|", section("network.safetensors"), re.M)
    found = {name: (dtype, tuple(shape.strip().split(", "))) for name, dtype, shape in rows}
    expected = {
        name: (dtype, tuple(str(axis) for axis in axes)) for name, (dtype, axes) in TENSORS.items()
    }
    assert found == expected


@pytest.fixture
def run(tmp_path: Path, network: Network, importance: Importance, record: EpochRecord) -> Run:
    run = Run.create(tmp_path / "mine", class_names=network.class_names)
    run.save_network(network)
    run.save_importance(importance)
    run.save_epoch(record)
    return run


def test_every_entry_is_on_the_page(run: Run) -> None:
    for key in run.description:
        assert f"`{key}`" in section("run.json"), f"run.json's {key} is not documented"
    files = {
        "network.safetensors": run.network_path,
        "importance.safetensors": run.importance_path,
        "epochs/*.safetensors": run.path / "epochs" / "00003.safetensors",
    }
    for title, path in files.items():
        text = section(title)
        with safe_open(str(path), framework="np") as file:
            metadata = file.metadata()
            names = [name.partition("/")[0] for name in file.keys()]  # noqa: SIM118
        assert f"| `format` | `{metadata['format']}` |" in text
        assert f"| `version` | `{metadata['version']}` |" in text
        for name in names:
            assert f"`{name}`" in text or f"`{name}/<" in text, f"{name} is not documented"
        if title != "epochs/*.safetensors":
            for key in metadata:
                assert f"| `{key}` |" in text, f"metadata {key} is not documented"
