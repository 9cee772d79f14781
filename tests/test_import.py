"""What loads when, and that the repository stands on its own."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from cli.running import environment

import nnvis

ROOT = Path(__file__).resolve().parents[1]
HEAVY = (
    *("torch", "numba", "llvmlite", "moderngl", "glfw", "matplotlib", "sklearn", "scipy"),
    *("pydantic", "numpy", "PIL", "safetensors", "rich", "cyclopts", "pooch"),
)


def loaded_after(code: str) -> set[str]:
    """Names of the heavy packages that ``code`` loads in a fresh interpreter."""
    program = f"import sys\n{code}\nprint('loaded:', *sys.modules, file=sys.stderr)"
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        env=environment(),
        check=False,
    )
    assert done.returncode == 0, f"{code!r} failed: {done.stderr}"
    names = done.stderr.rpartition("loaded:")[2].split()
    return {name.partition(".")[0] for name in names} & set(HEAVY)


def test_import_loads_nothing_heavy() -> None:
    loaded = loaded_after("import nnvis")
    assert not loaded, f"import nnvis loads {sorted(loaded)}; load them when first used"


@pytest.mark.parametrize("words", [["--help"], ["--version"], ["demo", "--help"], ["demi"]])
def test_help_loads_neither_torch_nor_numba_nor_opengl(words: list[str]) -> None:
    code = f"""
from nnvis.cli import main
try:
    main({words!r})
except SystemExit:
    pass
"""
    loaded = loaded_after(code) & {"torch", "numba", "moderngl", "glfw", "matplotlib", "sklearn"}
    assert not loaded, f"nnvis {' '.join(words)} loads {sorted(loaded)}, so it is slow"


def test_processing_loads_no_opengl() -> None:
    code = "import nnvis.pipeline, nnvis.importance, nnvis.learning, nnvis.datasets, nnvis.store"
    loaded = loaded_after(code) & {"moderngl", "glfw"}
    assert not loaded, f"processing loads {sorted(loaded)}; it must work without OpenGL"


@pytest.mark.parametrize("name", nnvis.__all__)
def test_public_name_is_there(name: str) -> None:
    assert getattr(nnvis, name, None) is not None, f"nnvis.{name} is promised but not there"
    assert name in dir(nnvis), f"dir(nnvis) hides {name}"


def test_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'colour'"):
        _ = nnvis.colour  # type: ignore[attr-defined]


def test_all_and_the_table_of_homes_agree() -> None:
    assert set(nnvis.__all__) == set(nnvis._HOME)
    assert list(nnvis.__all__) == sorted(nnvis.__all__)


def tracked_text() -> dict[str, str]:
    """Each tracked text file of the checkout."""
    try:
        listed = subprocess.run(
            ["git", "-C", str(ROOT), "ls-files", "-z"], capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("needs git and a checkout")
    texts = {}
    for name in filter(None, listed.stdout.split("\0")):
        try:
            texts[name] = (ROOT / name).read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue
    assert "pyproject.toml" in texts
    return texts


def test_no_file_names_a_place_outside_the_repository() -> None:
    """Absolute paths of a home or work folder, and paths above the root, exist only here."""
    home = re.compile(r"(?<![\w.~*}])/(?:home|Users|root|work|workspace)/[\w.]+")
    found = []
    for name, text in tracked_text().items():
        above = "../" * (name.count("/") + 1)
        for number, line in enumerate(text.splitlines(), start=1):
            if home.search(line) or re.search(rf"(?<![\w./]){re.escape(above)}\w", line):
                found.append(f"{name}:{number}: {line.strip()[:100]}")
    assert not found, "these lines name a place outside the repository:\n" + "\n".join(found)
