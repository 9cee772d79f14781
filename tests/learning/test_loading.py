"""Finding the model that a command names."""

from __future__ import annotations

import pickle

import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from nnvis.errors import ModelError, UsageError
from nnvis.learning import build_mlp, load_model


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "user_models.py").write_text(
        "from torch import nn\n"
        "def make(): return nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))\n"
        "def number(): return 3\n"
        "def fails(): raise ValueError('no luck')\n"
        "def leaves(): raise SystemExit(3)\n"
    )
    (tmp_path / "user_exits.py").write_text("import sys\nsys.exit(2)\n")
    monkeypatch.delitem(__import__("sys").modules, "user_models", raising=False)
    return tmp_path


def test_a_function_in_the_current_folder_is_called(here):
    model = load_model("user_models:make")
    assert isinstance(model[1], nn.Tanh)
    assert not model.training


def test_sizes_make_an_untrained_network():
    assert [module.out_features for module in load_model("4-3-2")[::2]] == [3, 2]


@pytest.mark.parametrize("ending", [".pt", ".pth", ".safetensors"])
@pytest.mark.parametrize("architecture", ["4-3-2", "user_models:make"])
def test_a_file_of_weights_fills_its_architecture(here, ending, architecture):
    saved = nn.Sequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
    path = here / f"model{ending}"
    save = save_file if ending == ".safetensors" else torch.save
    save(saved.state_dict(), str(path))
    loaded = load_model(path, architecture)
    values = list(loaded.state_dict().values())
    for mine, theirs in zip(saved.state_dict().values(), values, strict=True):
        assert torch.equal(mine, theirs)


def test_a_checkpoint_with_the_state_dict_inside_is_understood(here):
    torch.save({"epoch": 3, "state_dict": build_mlp([4, 3, 2]).state_dict()}, here / "m.pt")
    load_model(here / "m.pt", "4-3-2")


def test_a_file_without_architecture_asks_for_it_and_offers_sizes(here):
    torch.save(build_mlp([4, 3, 2]).state_dict(), here / "m.pt")
    with pytest.raises(ModelError, match=r"--architecture .*perhaps 4-3-2 if there is a ReLU"):
        load_model(here / "m.pt")
    torch.save({"kernel": torch.zeros(3)}, here / "other.pt")
    with pytest.raises(ModelError, match="sizes such as 784-81-49-10"):
        load_model(here / "other.pt")


class Evil:
    def __reduce__(self):
        return (print, ("this must never be run",))


@pytest.mark.parametrize(
    ("write", "words"),
    [
        (lambda p: torch.save(Evil(), p), "holds Python objects .*could run code"),
        (lambda p: torch.save(nn.Linear(2, 2), p), "holds Python objects"),
        (lambda p: torch.save([1, 2], p), "holds a list that is no state dict"),
        (lambda p: torch.save({}, p), "no state dict"),
        (lambda p: p.write_bytes(pickle.dumps(Evil())), "not a file of weights"),
        (lambda p: p.write_bytes(b""), "not a file of weights"),
        (lambda p: p.write_text("hello"), "not a file of weights"),
        (lambda p: p.mkdir(), "is a folder"),
        (lambda p: None, "does not exist"),
    ],
)
def test_a_file_that_is_no_state_dict_is_one_sentence(here, write, words, capsys):
    path = here / "model.pt"
    write(path)
    with pytest.raises(ModelError, match=words) as caught:
        load_model(path, "4-3-2")
    assert "model.pt" in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "never be run" not in capsys.readouterr().out, "a pickle was executed"


def test_a_damaged_safetensors_file_is_one_sentence(here):
    (here / "m.safetensors").write_bytes(b"\xff" * 20)
    with pytest.raises(ModelError, match="damaged"):
        load_model(here / "m.safetensors", "4-3-2")


def test_a_cut_off_file_is_one_sentence(here):
    torch.save(build_mlp([4, 3, 2]).state_dict(), here / "m.pt")
    (here / "m.pt").write_bytes((here / "m.pt").read_bytes()[:-200])
    with pytest.raises(ModelError, match="damaged"):
        load_model(here / "m.pt", "4-3-2")


def test_names_and_shapes_that_do_not_fit_are_told(here):
    torch.save(build_mlp([4, 3, 2]).state_dict(), here / "m.pt")
    with pytest.raises(ModelError, match=r"fc1.weight has the shape \(3, 4\), expected \(5, 4\)"):
        load_model(here / "m.pt", "4-5-2")
    with pytest.raises(ModelError, match=r"it lacks 0.weight.* and it also holds fc1.weight"):
        load_model(here / "m.pt", "user_models:make")
    with pytest.raises(ModelError, match=r"it lacks fc3.weight, fc3.bias; give"):
        load_model(here / "m.pt", "4-3-2-2")


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("no_such_package:make", "Cannot import no_such_package"),
        ("user_models:mak", "has no function 'mak'; it has make, number, fails, leaves"),
        ("user_models:number", "gave a int, expected a torch.nn.Module"),
        ("user_models:fails", "did not give a model: ValueError: no luck"),
        ("user_models:leaves", r"its code ended the program \(SystemExit: 3\)"),
        ("user_exits:make", r"Cannot import user_exits .*ended the program \(SystemExit: 2\)"),
        ("4-0-2", "each at least 1"),
    ],
)
def test_a_name_that_leads_nowhere_is_one_sentence(here, spec, words):
    with pytest.raises(ModelError, match=words):
        load_model(spec)


@pytest.mark.parametrize("spec", ["nonsense", ":make", "user_models:", "model.h5", "4-", ""])
def test_a_word_that_names_no_model_is_wrong_usage(here, spec):
    with pytest.raises(UsageError, match=r"neither package\.module:function, nor") as caught:
        load_model(spec)
    assert caught.value.exit_code == 2
    torch.save(build_mlp([4, 3, 2]).state_dict(), here / "m.pt")
    with pytest.raises(UsageError, match=r"neither package\.module:function"):
        load_model(here / "m.pt", spec or "x")


def test_an_architecture_beside_a_function_is_refused(here):
    with pytest.raises(ModelError, match="belongs to a file of weights"):
        load_model("user_models:make", "4-3-2")
