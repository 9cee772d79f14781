"""Bad input and bad luck, through the whole program: one sentence, the right exit code, nothing
half-written, and what was there before byte for byte as it was."""

from __future__ import annotations

import json
import os
import shutil
import signal
import struct
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from cli import models, running
from cli.running import QUICK, QUICK_PROCESS, Done, Programs, assert_refused, tree

import nnvis
from nnvis import Progress, Run
from nnvis.errors import Cancelled, NnvisError

TO_RUN = ("--out", "runs/mine", "--overwrite", "--no-pictures")
DEMO = ("demo", "--data", "blobs", *QUICK, *TO_RUN)
MODEL_FILES = ("network.safetensors", "importance.safetensors", "model.safetensors")


@pytest.fixture(scope="session")
def program(tmp_path_factory: pytest.TempPathFactory) -> Programs:
    return running.programs(tmp_path_factory.getbasetemp())


@pytest.fixture(scope="session")
def demo_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return running.demo_run(tmp_path_factory.getbasetemp())


@pytest.fixture
def here(demo_run: Path, tmp_path: Path) -> Path:
    """A folder with an earlier run at ``runs/mine`` and models in ``mymodels.py``."""
    shutil.copytree(demo_run, tmp_path / "runs" / "mine")
    shutil.copy(Path(models.__file__), tmp_path / "mymodels.py")
    return tmp_path


def assert_unchanged(folder: Path, before: dict[str, str]) -> None:
    after = tree(folder)
    lost = sorted(name for name in before if after.get(name) != before[name])
    new = sorted(set(after) - set(before))
    assert not lost, f"files of an earlier result were changed or lost: {lost}"
    assert not new, f"a failed command left something behind: {new}"


def refused(
    program: Programs, folder: Path, code: int, said: tuple[str, ...], *words: str, first: str = ""
) -> Done:
    """Run a command that must fail and change nothing."""
    before = tree(folder)
    done = program.run(*words, cwd=folder, first=first)
    assert_refused(done, code, *said)
    assert_unchanged(folder, before)
    return done


def process_words(model: str = "mymodels:dense", data: str = "blobs") -> tuple[str, ...]:
    return ("process", model, "--data", data, *QUICK_PROCESS, *TO_RUN)


def save_points(path: Path, labels: list[int], features: int = 2, **more: np.ndarray) -> None:
    """An .npz file with a few samples of each label in ``labels``."""
    y = np.repeat(np.asarray(labels, np.int64), 8)
    x = np.random.default_rng(0).normal(size=(len(y), features)).astype(np.float32)
    np.savez(path, **{"x": x, "y": y, **more})


# Models and samples


def test_model_that_returns_nan(program: Programs, here: Path) -> None:
    words = process_words("mymodels:not_a_number")
    refused(program, here, 1, ("NaN", "model"), *words)


def test_labels_outside_the_models_classes(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", list(range(9)))
    said = ("label 7", "7 classes", "0 to 6")
    refused(program, here, 1, said, *process_words(data="points.npz"))


def test_labels_outside_the_class_names(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1, 2], class_names=np.array(["a", "b"]))
    said = ("points.npz", "label 2", "0 to 1")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


@pytest.mark.parametrize("label", [-1, 2**40])
def test_labels_that_are_no_class_numbers(program: Programs, here: Path, label: int) -> None:
    save_points(here / "points.npz", [0, 1, label])
    said = ("points.npz", str(label), "class numbers 0, 1, 2")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_class_without_samples(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1, 3])
    said = ("2", "no samples")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)
    save_points(here / "points.npz", [0, 1, 2, 3, 5, 6])
    said = ("'4'", "no samples")
    refused(program, here, 1, said, *process_words(data="points.npz"))


def test_empty_data(program: Programs, here: Path) -> None:
    empty = {"x": np.zeros((0, 2), np.float32), "y": np.zeros(0, np.int64)}
    np.savez(here / "points.npz", **empty)
    (here / "pictures").mkdir()
    (here / "nothing.npz").touch()
    for name, word in (("points.npz", "'x'"), ("pictures", "pictures"), ("nothing.npz", "npz")):
        said = (name, word, "expected")
        refused(program, here, 1, said, "demo", "--data", name, *QUICK, *TO_RUN)


def test_samples_that_the_model_does_not_take(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", list(range(7)), features=3)
    refused(program, here, 1, ("3", "2"), *process_words(data="points.npz"))


def test_as_many_labels_as_samples(program: Programs, here: Path) -> None:
    save_points(here / "points.npz", [0, 1], y=np.zeros(5, np.int64))
    said = ("points.npz", "16 samples", "5 labels")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_samples_that_are_not_finite(program: Programs, here: Path) -> None:
    x = np.zeros((16, 2), np.float32)
    x[3, 1] = np.inf
    save_points(here / "points.npz", [0, 1], x=x)
    said = ("points.npz", "not finite", "sample 3")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


def test_data_that_is_not_there(program: Programs, here: Path) -> None:
    for data, said in (("blops", ("'blops'", "blobs")), ("no/such.npz", ("no/such.npz",))):
        refused(program, here, 1, said, "demo", "--data", data, *QUICK, *TO_RUN)


# Settings


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"bandwidth": 1}', ("'bandwidth'", "edge_bandwidth_reduction")),
        ('{"sampling_rate": 40}', ("sampling_rate", "5 <= value <= 20", "40")),
        ('{"prune_percentage": 1}', ("prune_percentage", "0 <= value < 1", "got 1")),
        ('{"smoothing": 1}', ("smoothing", "true or false", "got 1")),
        ('{"sampling_rate": "15"}', ("sampling_rate", "a number", "'15'")),
        ('{"sampling_rate": NaN}', ("sampling_rate", "nan")),
        ("[1, 2]", ("JSON object", "list")),
        ('{"sampling_rate": 15', ("not valid JSON",)),
        ("\x00\x01", ("not valid JSON",)),
    ],
)
def test_settings_file(program: Programs, here: Path, text: str, said: tuple[str, ...]) -> None:
    (here / "mine.json").write_text(text)
    given = ("--config", "mine.json")
    refused(program, here, 2, ("mine.json", *said), *DEMO, *given)
    refused(program, here, 2, ("mine.json", *said), "bundle", "runs/mine", *given)


def test_settings_file_that_is_not_there(program: Programs, here: Path) -> None:
    refused(program, here, 2, ("none.json", "No such file"), *DEMO, "--config", "none.json")
    refused(program, here, 2, ("runs", "directory"), *DEMO, "--config", "runs")


# Files that are damaged, of something else or newer


def commands_that_read(name: str) -> tuple[tuple[str, ...], ...]:
    render = ("render", "runs/mine", "-o", "net.png")
    bundle = ("bundle", "runs/mine", "--no-pictures")
    return {
        "network.safetensors": (render, ("view", "runs/mine")),
        "importance.safetensors": (bundle, ("evaluate", "runs/mine")),
        "model.safetensors": (bundle, ("evaluate", "runs/mine")),
        "run.json": (render, bundle, ("evaluate", "runs/mine"), ("view", "runs/mine")),
    }[name]


def newer(content: bytes) -> bytes:
    """A safetensors file as the next version of nnvis might write it."""
    length = struct.unpack("<Q", content[:8])[0]
    header = json.loads(content[8 : 8 + length])
    header["__metadata__"]["version"] = "2"
    text = json.dumps(header).encode()
    return struct.pack("<Q", len(text)) + text + content[8 + length :]


@pytest.mark.parametrize("name", MODEL_FILES)
@pytest.mark.parametrize("damage", ["truncated", "empty", "foreign", "swapped", "newer"])
def test_damaged_tensors(program: Programs, here: Path, name: str, damage: str) -> None:
    path = here / "runs" / "mine" / name
    content = path.read_bytes()
    other = path.with_name("epochs") / "00000.safetensors"
    bad, said = {
        "truncated": (content[: len(content) * 2 // 3], "truncated"),
        "empty": (b"", "truncated"),
        "foreign": (b"%PDF-1.7\n" + os.urandom(5000), "expected nnvis."),
        "swapped": (other.read_bytes(), "expected nnvis."),
        "newer": (newer(content), "version 2, newer than version 1"),
    }[damage]
    path.write_bytes(bad)
    for words in commands_that_read(name):
        refused(program, here, 1, (f"runs/mine/{name}", said), *words)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ('{"format": "nnvis.run", "version": 1, "class_na', "truncated"),
        ("", "truncated"),
        ("\x89PNG\r\n\x1a\n", "truncated"),
        ('{"name": "left-pad", "version": "1.0.0"}', "not of nnvis"),
        ("[]", "list"),
        ('{"format": "nnvis.run", "version": 2, "class_names": ["a"]}', "newer than version 1"),
        ('{"format": "nnvis.run", "version": 1}', "class_names"),
    ],
)
def test_damaged_description(program: Programs, here: Path, content: str, said: str) -> None:
    (here / "runs" / "mine" / "run.json").write_text(content, encoding="latin-1")
    for words in commands_that_read("run.json"):
        refused(program, here, 1, ("runs/mine/run.json", said), *words)


def test_overwriting_a_damaged_run(program: Programs, here: Path) -> None:
    """A folder whose run.json cannot be read may be somebody's work: it is not replaced."""
    (here / "runs" / "mine" / "run.json").write_text("{")
    refused(program, here, 1, ("runs/mine", "not a run", "will not be replaced"), *DEMO)


@pytest.mark.parametrize("suffix", ["pt", "safetensors"])
@pytest.mark.parametrize("damage", ["truncated", "empty", "foreign"])
def test_damaged_weights(program: Programs, here: Path, suffix: str, damage: str) -> None:
    path = here / f"weights.{suffix}"
    state = models.dense().state_dict()
    if suffix == "pt":
        torch.save(state, path)
    else:
        from safetensors.torch import save_file

        save_file(state, path)
    content = path.read_bytes()
    bad = {"truncated": content[: len(content) // 2], "empty": b"", "foreign": b"GIF89a" * 99}
    path.write_bytes(bad[damage])
    words = (*process_words(path.name), "--architecture", "2-5-7")
    refused(program, here, 1, (path.name, "not a file of weights"), *words)


def test_weights_that_would_run_code(program: Programs, here: Path) -> None:
    torch.save({"weight": Path("runs")}, here / "weights.pt")
    words = (*process_words("weights.pt"), "--architecture", "2-5-7")
    refused(program, here, 1, ("weights.pt", "could run code", "state_dict"), *words)


@pytest.mark.parametrize("damage", ["truncated", "foreign", "objects"])
def test_damaged_samples(program: Programs, here: Path, damage: str) -> None:
    path = here / "points.npz"
    save_points(path, [0, 1])
    content = path.read_bytes()
    if damage == "objects":
        save_points(path, [0, 1], y=np.array([{}] * 16, dtype=object))
    else:
        path.write_bytes(content[: len(content) // 2] if damage == "truncated" else b"no zip" * 50)
    said = ("points.npz", "could run code" if damage == "objects" else "truncated or no .npz")
    refused(program, here, 1, said, "demo", "--data", "points.npz", *QUICK, *TO_RUN)


# Places that are taken


def test_run_that_exists(program: Programs, here: Path) -> None:
    words = [word for word in DEMO if word != "--overwrite"]
    said = ("runs/mine already holds a run", "--overwrite")
    refused(program, here, 1, said, *words)
    words = [word for word in process_words() if word != "--overwrite"]
    refused(program, here, 1, said, *words)


def test_folder_that_is_no_run(program: Programs, here: Path) -> None:
    (here / "thesis").mkdir()
    (here / "thesis" / "chapter1.tex").write_text("years of work")
    for more in ((), ("--overwrite",)):
        words = ("demo", "--data", "blobs", *QUICK, "--out", "thesis", *more)
        refused(program, here, 1, ("thesis is not empty", "chapter1.tex", "not a run"), *words)


# A full disk

# Writing the file NAME fails half-way, as on a full disk.
FULL = """
import errno
from contextlib import contextmanager
from nnvis.store import atomic

class Short:
    def __init__(self, file): self.file = file
    def write(self, content):
        self.file.write(bytes(content)[:20])
        self.file.flush()
        {fault}
    def __getattr__(self, name): return getattr(self.file, name)

whole = atomic.replacing
@contextmanager
def replacing(path):
    with whole(path) as file:
        yield Short(file) if path.name == {name!r} else file
atomic.replacing = replacing
"""
NO_SPACE = "raise OSError(errno.ENOSPC, 'No space left on device')"
STOP = "import os, signal; os.kill(os.getpid(), signal.SIGINT); import time; time.sleep(5)"
WRITTEN = ("run.json", "00000.safetensors", "00001.safetensors", *MODEL_FILES)


NEW = ("00000.safetensors", "network.safetensors")


@pytest.mark.parametrize("name", WRITTEN)
def test_disk_that_fills_up(program: Programs, here: Path, name: str) -> None:
    first = FULL.format(name=name, fault=NO_SPACE)
    place = ("--out", "new/deep/run") if name in NEW else ("--out", "runs/mine", "--overwrite")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", *place)
    refused(program, here, 1, ("No space left", name), *words, first=first)


@pytest.mark.parametrize("name", ["network.safetensors", "run.json"])
def test_disk_that_fills_up_while_bundling_again(program: Programs, here: Path, name: str) -> None:
    words = ("bundle", "runs/mine", "--no-pictures", "--processing.sampling-rate", "6")
    first = FULL.format(name=name, fault=NO_SPACE)
    refused(program, here, 1, ("No space left", name), *words, first=first)


def test_limit_on_the_size_of_files(program: Programs, here: Path, demo_run: Path) -> None:
    resource = pytest.importorskip("resource", reason="needs limits of a POSIX system")
    assert resource.RLIMIT_FSIZE is not None
    for stage, name in (("training", "epochs/00000"), ("the end", "network")):
        size = (demo_run / f"{name}.safetensors").stat().st_size - 1
        words = DEMO if stage == "training" else process_words()
        limit = f"import resource; resource.setrlimit(resource.RLIMIT_FSIZE, ({size}, {size}))"
        refused(program, here, 1, ("larger than this system allows",), *words, first=limit)


@pytest.fixture
def tiny_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of a few pages."""
    if shutil.which("mount") is None or not hasattr(os, "geteuid") or os.geteuid() != 0:
        pytest.skip("needs the right to mount")
    place = tmp_path / "tiny"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=28k", "none", str(place)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], capture_output=True, check=True)


def test_disk_that_is_really_full(program: Programs, tiny_disk: Path) -> None:
    kept = tiny_disk / "kept.txt"
    kept.write_text("of somebody else")
    for size in (0, 4096, 8192, 16384):
        with (tiny_disk / "filler").open("wb") as file:
            file.write(b"x" * size)
        words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "run")
        refused(program, tiny_disk, 1, ("No space left", "run"), *words)


# No permission


@pytest.fixture
def forbidden() -> Iterator[tuple[Path, str]]:
    """A folder that may be read but not written, and Python that gives up the right to do so."""
    if not hasattr(os, "geteuid"):
        pytest.skip("needs users of a POSIX system")
    # Not pytest's folder: nobody else can reach that.
    folder = Path(tempfile.mkdtemp(prefix="nnvis-forbidden-"))
    folder.chmod(0o755)
    first = "import os; os.setgid(65534); os.setuid(65534)" if os.geteuid() == 0 else ""
    yield folder, first
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_folder_that_may_not_be_written(
    program: Programs, demo_run: Path, forbidden: tuple[Path, str]
) -> None:
    folder, first = forbidden
    shutil.copytree(demo_run, folder / "runs" / "mine")
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o555 if path.is_dir() else 0o444)
    try:
        fresh = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "new")
        refused(program, folder, 1, ("No permission to write", "new"), *fresh, first=first)
        refused(program, folder, 1, ("No permission to write", "runs"), *DEMO, first=first)
        again = ("bundle", "runs/mine", "--no-pictures")
        refused(program, folder, 1, ("No permission to write", "mine"), *again, first=first)
        table = ("evaluate", "runs/mine", "--percent", "0", "--csv", "table.csv")
        refused(program, folder, 1, ("No permission to write", "table.csv"), *table, first=first)
    finally:
        for path in (folder, *folder.rglob("*")):
            path.chmod(0o755)


def test_run_that_may_not_be_read(
    program: Programs, demo_run: Path, forbidden: tuple[Path, str]
) -> None:
    folder, first = forbidden
    shutil.copytree(demo_run, folder / "mine")
    for path in folder.rglob("*.*"):
        path.chmod(0o600)
    if not first:
        (folder / "mine" / "run.json").chmod(0)
    words = ("bundle", "mine")
    refused(program, folder, 1, ("mine/run.json", "Permission denied"), *words, first=first)


def test_place_below_a_file(program: Programs, here: Path) -> None:
    (here / "file").write_text("no folder")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "file/run")
    refused(program, here, 1, ("file/run", "folder"), *words)


def test_disk_that_can_only_be_read(program: Programs, tiny_disk: Path) -> None:
    mount = ["mount", "-o", "remount,ro", str(tiny_disk)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs the right to mount")
    words = ("demo", "--data", "blobs", *QUICK, "--no-pictures", "--out", "run")
    refused(program, tiny_disk, 1, ("run", "can only be read"), *words)


# Ctrl-C

# The user presses Ctrl-C when STAGE is reported.
AT_STAGE = """
import os, signal
from nnvis.progress import Progress
step = Progress.step
def pressed(self, stage, *given, **numbers):
    if stage == {stage!r}:
        os.kill(os.getpid(), signal.SIGINT)
    return step(self, stage, *given, **numbers)
Progress.step = pressed
"""
# The user presses Ctrl-C when NAME of MODULE is called.
AT_CALL = """
import importlib, os, signal
module = importlib.import_module({module!r})
real = getattr(module, {name!r})
def pressed(*given, **named):
    os.kill(os.getpid(), signal.SIGINT)
    return real(*given, **named)
setattr(module, {name!r}, pressed)
"""
PRESSED = {
    "loading": AT_CALL.format(module="nnvis.datasets", name="load_samples"),
    "training": AT_STAGE.format(stage="training"),
    "scoring": AT_STAGE.format(stage="scoring importance"),
    "placing": AT_STAGE.format(stage="placing units"),
    "bundling": AT_STAGE.format(stage="bundling edges"),
    "measuring": AT_CALL.format(module="nnvis.bundling.quality", name="ink_and_purity"),
    "saving importance": FULL.format(name="importance.safetensors", fault=STOP),
    "saving the network": FULL.format(name="network.safetensors", fault=STOP),
    "saving the description": AT_CALL.format(module="nnvis.store.run", name="write_description"),
    "drawing": AT_CALL.format(module="nnvis.render", name="render_image"),
}


@pytest.mark.parametrize("stage", PRESSED)
def test_ctrl_c_in_a_demo(program: Programs, here: Path, stage: str) -> None:
    words = ("demo", "--data", "blobs", *QUICK, "--out", "runs/mine", "--overwrite")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


@pytest.mark.parametrize("stage", ["training", "saving the network"])
def test_ctrl_c_in_a_demo_that_makes_a_new_run(program: Programs, here: Path, stage: str) -> None:
    words = ("demo", "--data", "blobs", *QUICK, "--out", "new/deep/run")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


def test_ctrl_c_sent_to_the_script(here: Path) -> None:
    """From outside, as a terminal does, and once training writes its epochs."""
    before = tree(here)
    words = ("demo", "--data", "blobs", "--epochs", "100000", *TO_RUN)
    with subprocess.Popen(
        [running.script(), *words],
        cwd=here,
        env=running.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        # A test run in the background ignores Ctrl-C, and its children would too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    ) as child:
        until = time.monotonic() + 120
        while not list((here / "runs").glob(".*/epochs/00001.safetensors")):
            assert child.poll() is None, "the demo ended before its time"
            assert time.monotonic() < until, "training did not begin"
            time.sleep(0.02)
        child.send_signal(signal.SIGINT)
        out, err = child.communicate(timeout=60)
    assert_refused(Done(child.returncode, out, err), 130, "Stopped", "unchanged")
    assert_unchanged(here, before)


@pytest.mark.parametrize("stage", ["loading", "scoring", "bundling", "saving the network"])
def test_ctrl_c_while_processing(program: Programs, here: Path, stage: str) -> None:
    torch.save(models.dense().state_dict(), here / "weights.pt")
    words = (*process_words("weights.pt"), "--architecture", "2-5-7")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


@pytest.mark.parametrize(
    "stage",
    ["placing", "bundling", "measuring", "saving the network", "saving the description", "drawing"],
)
def test_ctrl_c_while_bundling_again(program: Programs, here: Path, stage: str) -> None:
    words = ("bundle", "runs/mine", "--processing.sampling-rate", "6")
    refused(program, here, 130, ("Stopped",), *words, first=PRESSED[stage])


def test_ctrl_c_while_evaluating(program: Programs, here: Path) -> None:
    first = AT_STAGE.format(stage="pruning")
    words = ("evaluate", "runs/mine", "--csv", "table.csv")
    refused(program, here, 130, ("Stopped",), *words, first=first)


@pytest.mark.gl
@pytest.mark.parametrize("moment", ["build_scene", "save_png"])
def test_ctrl_c_while_drawing(program: Programs, here: Path, moment: str, ctx: object) -> None:
    (here / "net.png").write_bytes(b"an earlier picture")
    first = AT_CALL.format(module="nnvis.render.capture", name=moment)
    words = ("render", "runs/mine", "-o", "net.png", "--size", "64x36")
    refused(program, here, 130, ("Stopped",), *words, first=first)


# Kill -9

# Killed some time after training began.
KILLED_AFTER = """
import os, signal, threading
import nnvis.learning
train = nnvis.learning.train
def killed(*given, **named):
    threading.Timer({seconds}, os.kill, (os.getpid(), signal.SIGKILL)).start()
    return train(*given, **named)
nnvis.learning.train = killed
"""
# Between two renames: the earlier run is aside, the new one is not yet in its place.
KILLED_AT_RENAME = """
import os, signal
from pathlib import Path
rename = Path.rename
turns = []
def killed(self, target):
    turns.append(target)
    if len(turns) == {turn}:
        os.kill(os.getpid(), signal.SIGKILL)
    return rename(self, target)
Path.rename = killed
"""
KILLED_IN_A_WRITE = "os_ = __import__('os'); os_.kill(os_.getpid(), 9)"


def killed(program: Programs, here: Path, first: str) -> None:
    """Kill a demo that overwrites; the earlier run must open and be whole."""
    earlier = tree(here / "runs" / "mine")
    done = program.run(*DEMO, "--seed", "9", cwd=here, first=first)
    assert done.code == -9, f"the demo was not killed: {done}"
    run = Run.open(here / "runs" / "mine")
    assert run.load_network().edges_total == 45, "the earlier run does not open"
    assert tree(here / "runs" / "mine") == earlier, "kill -9 changed the earlier run"


def assert_next_demo_cleans(program: Programs, here: Path) -> None:
    done = program.run(*DEMO, "--seed", "9", cwd=here)
    assert done.code == 0, f"after a kill the next demo failed: {done}"
    left = {path.name for path in (here / "runs").iterdir()}
    assert left == {"mine"}, f"leftovers of killed demos stayed: {left}"
    assert Run.open(here / "runs" / "mine").description["seed"] == 9


def test_kill_at_random_moments(program: Programs, here: Path) -> None:
    moments = [0.0, *np.random.default_rng().uniform(0.05, 1.2, 4)]
    unfinished = 0
    for seconds in map(float, moments):
        earlier = tree(here / "runs" / "mine")
        done = program.run(*DEMO, cwd=here, first=KILLED_AFTER.format(seconds=seconds))
        if done.code == 0:  # done before its time
            continue
        assert done.code == -9, str(done)
        unfinished += len(list((here / "runs").iterdir())) > 1
        run = Run.open(here / "runs" / "mine")
        assert run.load_network().edges_total == 45, f"lost after a kill at {seconds:.3f} s"
        assert tree(here / "runs" / "mine") == earlier, f"changed by a kill at {seconds:.3f} s"
    assert unfinished, "no kill met an unfinished run; the test is too gentle to prove anything"
    assert_next_demo_cleans(program, here)


@pytest.mark.parametrize("name", WRITTEN)
def test_kill_while_a_file_is_written(program: Programs, here: Path, name: str) -> None:
    killed(program, here, FULL.format(name=name, fault=KILLED_IN_A_WRITE))
    assert len(list((here / "runs").iterdir())) == 2, "the kill met no unfinished run"


@pytest.mark.parametrize("turn", [1, 2])
def test_kill_while_the_runs_change_places(program: Programs, here: Path, turn: int) -> None:
    killed(program, here, KILLED_AT_RENAME.format(turn=turn))
    assert_next_demo_cleans(program, here)


# The user's model, from Python


def state_of(model: torch.nn.Module) -> dict[str, torch.Tensor]:
    return {name: value.clone() for name, value in model.state_dict().items()}


@pytest.mark.parametrize("stage", ["scoring importance", "placing units", "bundling edges"])
def test_cancelled_processing_leaves_model_and_run(tmp_path: Path, stage: str) -> None:
    from nnvis.datasets import load_samples

    samples = load_samples("blobs")
    model = models.dense().train()
    before, generator = state_of(model), torch.get_rng_state()
    run = Run.create(tmp_path / "run", class_names=samples.class_names)
    progress = Progress(lambda step: progress.cancel() if step.stage == stage else None)
    with pytest.raises(Cancelled, match=stage):
        nnvis.process(
            *(model, samples.x_train, samples.y_train),
            run=run,
            progress=progress,
            importance_config={"epochs": 1, "samples_per_class": 20},
        )
    assert set(tree(run.path)) == {"run.json"}, "a cancelled process left files in the run"
    assert model.training, "the model was left in evaluation mode"
    assert torch.equal(torch.get_rng_state(), generator), "the random state was moved"
    for name, value in model.state_dict().items():
        assert torch.equal(value, before[name]), f"{name} of the user's model was changed"
    assert not any(module._forward_hooks for module in model.modules()), "hooks stayed"
    assert not any(module._forward_pre_hooks for module in model.modules()), "hooks stayed"


def test_failed_processing_leaves_what_the_run_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Network, importance and description of a run belong together: all are new or none is."""
    from nnvis.datasets import load_samples
    from nnvis.errors import StoreError

    samples = load_samples("blobs")
    run = Run.create(tmp_path / "run", class_names=samples.class_names)
    quick = {"edge_bandwidth_reduction": 0.2, "node_bandwidth_reduction": 0.2}
    given = (models.dense(), samples.x_train, samples.y_train, run, quick)
    scoring = {"epochs": 1, "samples_per_class": 20}
    nnvis.process(*given, importance_config=scoring)
    before = tree(run.path)

    def full(*_: object, **__: object) -> None:
        raise StoreError("No space left on the disk.")

    for method in ("save_importance", "save_model", "save_network", "update"):
        with monkeypatch.context() as patch:
            patch.setattr(Run, method, full)
            with pytest.raises(NnvisError, match="No space left"):
                nnvis.process(*given, importance_config={**scoring, "seed": 5})
        assert_unchanged(run.path, before)
