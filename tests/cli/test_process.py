"""``nnvis process``: a function that makes a model, or a file of weights."""

from __future__ import annotations

import shutil
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from cli import models
from cli.running import QUICK_PROCESS, Done, Programs, assert_refused, tree
from safetensors.torch import save_file

from nnvis import Run

FILES = {"run.json", "importance.safetensors", "model.safetensors", "network.safetensors"}


def process(nnvis: Programs, folder: Path, model: str, *words: str, data: str = "blobs") -> Done:
    given = ("--data", data, "--out", "run", "--no-pictures", *QUICK_PROCESS)
    return nnvis.run("process", model, *given, *words, cwd=folder)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    shutil.copy(Path(models.__file__), tmp_path / "mymodels.py")
    return tmp_path


def test_function_of_a_module_in_this_folder(nnvis: Programs, folder: Path) -> None:
    done = process(nnvis, folder, "mymodels:dense")
    assert done.code == 0, f"a model from package.module:function failed: {done}"
    assert done.err == "", str(done)
    run = Run.open(folder / "run")
    assert set(tree(folder / "run")) == FILES
    assert [layer.size for layer in run.load_network().layers] == [2, 5, 7]
    assert run.description["model"]["model"] == "mymodels:dense"
    _, state = run.load_model()
    for name, value in models.dense().state_dict().items():
        np.testing.assert_array_equal(state[name], value.numpy(), f"{name} is not the model's")
    assert "nnvis render run -o" in done.out.splitlines()[-1]


@pytest.mark.parametrize("kind", ["pt", "safetensors"])
def test_file_of_weights_with_sizes(nnvis: Programs, tmp_path: Path, kind: str) -> None:
    torch.manual_seed(1)
    sizes = (784, 81, 49, 10)
    layers = [torch.nn.Linear(before, after) for before, after in pairwise(sizes)]
    state = {
        f"fc{number}.{name}": value
        for number, layer in enumerate(layers, 1)
        for name, value in layer.state_dict().items()
    }
    path = tmp_path / f"weights.{kind}"
    (torch.save if kind == "pt" else save_file)(state, path)
    before = path.read_bytes()
    words = ("--architecture", "784-81-49-10", "--processing.prune-percentage", "0.99")
    done = process(nnvis, tmp_path, path.name, *words, data="digits")
    assert done.code == 0, f"a .{kind} file with --architecture failed: {done}"
    assert path.read_bytes() == before, "the user's file of weights was changed"
    network = Run.open(tmp_path / "run").load_network()
    assert [layer.size for layer in network.layers] == list(sizes)
    assert (network.edge_count, network.edges_total) == (680, 67_963)
    _, stored = Run.open(tmp_path / "run").load_model()
    weight = next(value for value in stored.values() if value.shape == (81, 784))
    np.testing.assert_array_equal(weight, layers[0].weight.detach().numpy())


@pytest.mark.parametrize(
    ("model", "words", "said"),
    [
        ("nowhere:dense", (), ("nowhere", "nowhere:dense")),
        ("mymodels:other", (), ("no function 'other'", "dense")),
        ("mymodels:raises", (), ("mymodels:raises", "no model today")),
        ("mymodels:no_model", (), ("gave a str", "torch.nn.Module")),
        ("mymodels", (), ("package.module:function",)),
        ("there-is-none.pt", ("--architecture", "2-5-7"), ("there-is-none.pt", "does not exist")),
        ("mymodels:dense", ("--architecture", "2-5-7"), ("leave it out",)),
    ],
)
def test_model_that_cannot_be_had(
    nnvis: Programs, folder: Path, model: str, words: tuple[str, ...], said: tuple[str, ...]
) -> None:
    before = tree(folder)
    # A word that names no model at all is wrong usage; a model that fails is not.
    code = 2 if model == "mymodels" else 1
    assert_refused(process(nnvis, folder, model, *words), code, *said)
    assert tree(folder) == before, "a refused model left something behind"


def test_weights_need_an_architecture_that_fits(nnvis: Programs, tmp_path: Path) -> None:
    torch.save(models.dense().state_dict(), tmp_path / "weights.pt")
    before = tree(tmp_path)
    done = process(nnvis, tmp_path, "weights.pt")
    assert_refused(done, 1, "weights.pt", "--architecture", "2-5-7")
    done = process(nnvis, tmp_path, "weights.pt", "--architecture", "2-6-7")
    assert_refused(done, 1, "weights.pt does not fit", "(5, 2)", "(6, 2)")
    assert tree(tmp_path) == before
