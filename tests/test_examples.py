"""What the README and the documentation tell a newcomer to type works as it stands."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli.running import environment, run_script

from nnvis import Run

ROOT = Path(__file__).resolve().parents[1]
EXAMPLE = ROOT / "examples" / "process_mnist_model.py"
PAGES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (ROOT / "README.md", *(ROOT / "docs").glob("*.md"), *(ROOT / "docs").glob("*/*.md"))
    if "_build" not in path.parts
)


def python(*words: str | Path, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, *map(str, words)],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"python {words[0]} failed: {done.stdout}{done.stderr[-3000:]}"
    return done.stdout


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"^```(?:{language})\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def commands_in(text: str) -> Iterator[list[str]]:
    """The words of each ``nnvis …`` line in a block of shell, comments left out."""
    for block in blocks(text, "sh|bash|shell|console"):
        for line in block.replace("\\\n", " ").splitlines():
            words = shlex.split(line.removeprefix("$ "), comments=True)
            if words and words[0] == "nnvis":
                yield words[1:]


@pytest.mark.slow
def test_example_runs_from_any_folder(tmp_path: Path) -> None:
    said = python(EXAMPLE, "--epochs", "1", cwd=tmp_path)
    run = Run.open(tmp_path / "runs" / "process_mnist_model")
    assert run.load_network().edges_total == 67_963
    assert run.epochs() == [0], "the example records each of its epochs"
    assert "runs/process_mnist_model: 6,797 of 67,963 edges" in said, said
    assert {path.name for path in tmp_path.iterdir()} == {"runs"}, "it wrote elsewhere"


def test_example_says_how_it_is_called(tmp_path: Path) -> None:
    assert "--out" in python(EXAMPLE, "--help", cwd=tmp_path)


def test_start_tool_without_a_display_says_what_to_do(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(ROOT / "start_tool.py"), "none"],
        cwd=tmp_path,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (1, "nnvis: There is no run none; check the path.\n")


@pytest.mark.parametrize("page", PAGES)
def test_commands_on_a_page_are_understood(page: str) -> None:
    from cyclopts import CycloptsError

    from nnvis.cli.commands import app

    for words in commands_in((ROOT / page).read_text(encoding="utf-8")):
        given = [word for word in words if word not in ("--debug", "…", "...")]
        try:
            app.parse_args(given, exit_on_error=False, print_error=False)
        except CycloptsError as error:
            pytest.fail(f"{page} says 'nnvis {' '.join(words)}', but: {error}")


def test_the_readme_has_commands() -> None:
    named = {words[0] for words in commands_in((ROOT / "README.md").read_text(encoding="utf-8"))}
    assert named >= {"demo", "process", "bundle", "render", "evaluate"}, f"only {named}"


def test_files_that_the_pages_link_to_are_there() -> None:
    missing = []
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not target.startswith("mailto:"):
                path = (ROOT / page).parent / target
                if not path.exists():
                    missing.append(f"{page}: {target}")
    assert not missing, f"links to nothing: {missing}"


@pytest.mark.slow
def test_the_readmes_own_model_from_training_to_evaluation(tmp_path: Path) -> None:
    """The block of Python as mine.py, then the commands that name its weights."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    (block,) = blocks(text, "python")
    # The picture needs OpenGL, which not every machine has; tests/render draw it.
    block = re.sub(r"^nnvis\.render_image.*\n", "", block, flags=re.MULTILINE)
    (tmp_path / "mine.py").write_text(block)
    python("mine.py", cwd=tmp_path)
    assert Run.open(tmp_path / "runs" / "mine").load_network().edges_total == 64 * 32 + 32 * 10
    ran = []
    for words in commands_in(text):
        if "mine.pt" in words:
            done = run_script(*words, cwd=tmp_path)
            assert done.code == 0, f"nnvis {' '.join(words)} of the README failed: {done}"
            ran.append(words[0])
    assert ran == ["process", "evaluate"], f"commands that name mine.pt: {ran}"
