"""Help, version, and one sentence for what cannot be understood."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest
from cli.running import Done, Programs, assert_refused, environment, run_script, script, tree

import nnvis as package

COMMANDS = ("demo", "process", "bundle", "view", "render", "evaluate", "bench", "doctor")


def test_help_names_every_command(nnvis: Programs, tmp_path: Path) -> None:
    for words in ((), ("--help",), ("-h",)):
        done = nnvis.run(*words, cwd=tmp_path)
        assert done.code == 0, str(done)
        assert done.err == "", str(done)
        for command in COMMANDS:
            assert re.search(rf"\b{command}\b", done.out), f"help does not name {command}"


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(nnvis: Programs, tmp_path: Path, command: str) -> None:
    done = nnvis.run(command, "--help", cwd=tmp_path, env={"COLUMNS": "200"})
    assert done.code == 0, str(done)
    assert f"Usage: nnvis {command}" in done.out
    assert "\x1b" not in done.out
    assert tree(tmp_path) == {}, "asking for help did something"


def test_help_of_settings_comes_from_the_settings(nnvis: Programs, tmp_path: Path) -> None:
    done = nnvis.run("bundle", "--help", cwd=tmp_path, env={"COLUMNS": "200"})
    words = " ".join(done.out.replace("│", " ").split())
    for name, field in package.ProcessingConfig.model_fields.items():
        assert f"--processing.{name.replace('_', '-')}" in words, f"no flag for {name}"
        assert str(field.default) in words
    assert "5 <= value <= 20" in words, "the range of sampling_rate is not in the help"


def test_version(tmp_path: Path) -> None:
    done = run_script("--version", cwd=tmp_path)
    assert done == (0, f"{package.__version__}\n", "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("demi",), ('"demi"', "demo")),
        (("demo", "--fast"), ("--fast",)),
        (("demo", "--epochs", "many"), ("--epochs", "many")),
        (("demo", "--epochs"), ("--epochs",)),
        (("demo", "--epochs", "-1"), ("epochs", "0 <= value", "-1")),
        (("demo", "surplus"), ("surplus",)),
        (("demo", "--hidden", "0"), ("hidden", "0")),
        (("demo", "--class-share", "half"), ("--class-share", "3=0.1", "half")),
        (("demo", "--class-share", "3=2"), ("class_share", "2")),
        (("demo", "--seed", "-1"), ("seed", "-1")),
        (("demo", "--processing.sampling-rate", "21"), ("sampling_rate", "5 <= value <= 20", "21")),
        (("demo", "--processing.sampling-rate", "x"), ("sampling-rate", "x")),
        (("demo", "--processing.sampling-rate", "nan"), ("sampling_rate", "nan")),
        (("demo", "--processing.colour", "1"), ("--processing.colour",)),
        (("demo", "--importance.epochs", "0"), ("epochs", "1 <= value", "0")),
        (("process",), ("MODEL",)),
        (("process", "m:f"), ("data",)),
        (("bundle",), ("RUN",)),
        (("render", "run"), ("--output",)),
    ],
)
def test_wrong_usage(
    nnvis: Programs, tmp_path: Path, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    done = nnvis.run(*words, cwd=tmp_path)
    assert_refused(done, 2)
    for word in said:
        assert word.lower() in done.err.lower(), f"the sentence does not say {word!r}: {done}"
    assert tree(tmp_path) == {}, "a command that was not understood did something"


def test_wrong_usage_of_the_installed_script(tmp_path: Path) -> None:
    assert_refused(run_script("demo", "--fast", cwd=tmp_path), 2, "--fast")


def test_debug_shows_where(nnvis: Programs, tmp_path: Path) -> None:
    for words, code in ((("bundle", "none"), 1), (("demo", "--fast"), 2)):
        for place in ((*words, "--debug"), ("--debug", *words)):
            done = nnvis.run(*place, cwd=tmp_path)
            assert done.code == code, str(done)
            assert "Traceback (most recent call last)" in done.err, f"no traceback: {done}"
            assert done.err.splitlines()[-1].startswith("nnvis: "), "the sentence is not last"


def test_unforeseen_fault_is_one_sentence_too(nnvis: Programs, tmp_path: Path) -> None:
    broken = """
import nnvis.store
def fail(*_, **__):
    raise RuntimeError("first line\\nsecond line")
nnvis.store.Run.open = fail
"""
    done = nnvis.run("bundle", "run", cwd=tmp_path, first=broken)
    assert_refused(done, 1, "RuntimeError", "first line second line", "--debug")


def test_reader_that_goes_away_is_no_fault(nnvis: Programs, tmp_path: Path) -> None:
    closed = """
import os
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
"""
    done = nnvis.run("--help", cwd=tmp_path, first=closed)
    assert done.err == "", f"nnvis --help | head complains: {done}"


def test_output_to_a_full_disk_is_one_sentence(tmp_path: Path) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("needs /dev/full")
    with Path("/dev/full").open("w") as full:
        # The script itself: the interpreter writes what is left as it ends.
        ended = subprocess.run(
            [script(), "--version"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            cwd=tmp_path,
            env=environment(),
            check=False,
        )
    assert_refused(Done(ended.returncode, "", ended.stderr), 1, "No space left")
