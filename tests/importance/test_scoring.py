"""Scoring a model: what comes out, and what is left untouched."""

from __future__ import annotations

import json

import numpy as np
import pytest
import torch
from oracles.gates_cases import Normed, Residual, Wrapped, clusters, fitted, mlp
from torch import nn

import nnvis
from nnvis.config import ImportanceConfig
from nnvis.errors import Cancelled, ConfigError, DatasetError, ModelError
from nnvis.importance import fitting_rate, score_importance
from nnvis.importance.tuning import rate_share
from nnvis.progress import Progress

QUICK = {"epochs": 2, "batch_size": 16, "learning_rate": 0.05}


def _state(model):
    return (
        {name: value.clone() for name, value in model.state_dict().items()},
        [module.training for module in model.modules()],
        [parameter.requires_grad for parameter in model.parameters()],
        [parameter.grad for parameter in model.parameters()],
        [len(m._forward_pre_hooks) + len(m._forward_hooks) for m in model.modules()],
    )


def _assert_untouched(model, before):
    after = _state(model)
    for name, value in before[0].items():
        assert torch.equal(value, after[0][name]), f"{name} changed"
    names = ("train/eval mode", "requires_grad", "gradient", "hooks")
    for what, old, new in zip(names, before[1:], after[1:], strict=True):
        assert old == new, f"{what} of a module changed"


@pytest.mark.parametrize("make", [lambda: mlp(6, 8, 5, 3), lambda: Wrapped(mlp(6, 8, 5, 3))])
def test_scores_have_one_row_a_unit_and_one_column_a_class(make):
    x, y = clusters()
    importance = score_importance(make(), x, y, QUICK, class_names=["a", "b", "c"])
    shapes = {name: scores.shape for name, scores in importance.units.items()}
    assert shapes == {"input": (6, 3), "fc1": (8, 3), "fc2": (5, 3), "fc3": (3, 3)}
    assert {n: s.shape for n, s in importance.edges.items()} == {
        "fc1": (8, 6),
        "fc2": (5, 8),
        "fc3": (3, 5),
    }
    for name, scores in (importance.units | importance.edges).items():
        assert scores.dtype == np.float32
        assert np.isfinite(scores).all(), f"{name} holds NaN"
        assert scores.min() >= 0
        assert scores.max() == 1, f"the largest score of {name} is not one"
    assert np.array_equal(importance.units["fc3"], np.eye(3)), "output units are not one-hot"
    assert importance.class_names == ("a", "b", "c")
    json.dumps(importance.to_dict())


def test_edges_are_the_weight_over_the_largest_of_the_connection():
    x, y = clusters()
    model = mlp(6, 4, 3)
    edges = score_importance(model, x, y, QUICK).edges["fc1"]
    weight = np.abs(model.fc1.weight.detach().numpy())
    np.testing.assert_allclose(edges, weight / weight.max(), rtol=1e-6)


@pytest.mark.parametrize("extra", [{}, {"shift": True, "l2": 0.01}, {"gate_from_zero": True}])
def test_the_fast_and_the_general_route_agree(extra):
    x, y = clusters()
    model = mlp(6, 8, 5, 3).double()
    config = {**QUICK, "epochs": 5, **extra}
    fast = score_importance(model, x, y, config)
    general = score_importance(Wrapped(model), x, y, config)
    assert (fast.options["route"], general.options["route"]) == ("dense", "hooks")
    for name, scores in fast.units.items():
        np.testing.assert_allclose(scores, general.units[name], atol=1e-4, err_msg=name)


@pytest.mark.parametrize("make", [lambda: mlp(6, 8, 3), Normed])
@pytest.mark.parametrize("mode", [True, False])
def test_the_model_is_untouched(make, mode):
    x, y = clusters()
    model = make().train(mode)
    model.fc1.eval()
    model.fc1.bias.requires_grad_(False)
    model.fc2.weight.grad = torch.ones_like(model.fc2.weight)
    before, random, threads = _state(model), torch.get_rng_state(), torch.get_num_threads()
    numpy_random = np.random.get_state()[1].copy()  # noqa: NPY002
    score_importance(model, x, y, QUICK)
    _assert_untouched(model, before)
    assert torch.equal(torch.get_rng_state(), random), "torch's random state changed"
    assert np.array_equal(np.random.get_state()[1], numpy_random)  # noqa: NPY002
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("make", [lambda: mlp(6, 8, 3), Normed])
def test_the_model_is_untouched_after_a_cancel_half_way(make):
    x, y = clusters((200, 200, 200))
    model = make()
    before = _state(model)
    progress = Progress(lambda step: progress.cancel() if step.done > 20 else None)
    with pytest.raises(Cancelled):
        score_importance(model, x, y, QUICK, progress)
    _assert_untouched(model, before)


def test_the_model_is_untouched_after_an_exception_in_its_forward():
    class Fails(Normed):
        calls = 0

        def forward(self, x):
            self.calls += 1
            if self.calls > 5:
                raise RuntimeError("out of luck")
            return super().forward(x)

    x, y = clusters()
    model = Fails()
    before = _state(model)
    with pytest.raises(ModelError, match="out of luck"):
        score_importance(model, x, y, QUICK)
    _assert_untouched(model, before)


def test_progress_counts_the_steps_to_the_end():
    x, y = clusters()
    seen = []
    score_importance(mlp(6, 4, 3), x, y, QUICK, Progress(seen.append))
    assert {step.stage for step in seen} == {"scoring importance"}
    assert [step.done for step in seen] == sorted(step.done for step in seen)
    assert seen[-1].done == seen[-1].total == 2 * 5


@pytest.mark.parametrize("make", [lambda: mlp(6, 8, 3), lambda: Wrapped(mlp(6, 8, 3))])
def test_the_seed_fixes_the_scores(make):
    x, y = clusters()
    model = make()
    first, again, other = (
        score_importance(model, x, y, {**QUICK, "seed": seed}).units["fc1"] for seed in (1, 1, 2)
    )
    assert np.array_equal(first, again), "the same seed gave other scores"
    assert not np.array_equal(first, other), "the seed has no effect"


@pytest.mark.parametrize("wrap", [lambda m: m, Wrapped])
def test_constant_inputs_and_dead_units_give_no_nan(wrap):
    x, y = clusters()
    x[:, 2] = 7.0
    x[:, 3] = 0.0
    model = mlp(6, 5, 3)
    with torch.no_grad():
        model.fc1.bias[1] = -1e4  # never active
    for config in (QUICK, {**QUICK, "gate_from_zero": True, "l1": 0.0}):
        units = score_importance(wrap(model), x, y, config).units
        assert all(np.isfinite(scores).all() for scores in units.values())


def test_scales_that_all_stay_zero_score_zero():
    x, y = clusters()
    # With both layers' scales zero no gradient reaches either: γ stays at zero.
    model = mlp(6, 5, 3, bias=False)
    units = score_importance(model, x, y, {**QUICK, "gate_from_zero": True}).units
    assert np.array_equal(units["input"], np.zeros((6, 3))), "zero scales must score zero"


def test_a_unit_that_only_one_class_needs_is_found():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    x = rng.normal(size=(600, 6)).astype(np.float32)
    x[np.arange(600), y] += 4  # feature c tells class c, features 3 to 5 tell nothing
    model = fitted(6, 12, 3, x=x, y=y)
    config = {"epochs": 30, "batch_size": 64, "learning_rate": 0.01}
    scores = score_importance(model, x, y, config).units["input"]
    assert scores[:3].min() > 3 * scores[3:].max() or scores[:3].mean() > 5 * scores[3:].mean(), (
        f"useless features score like useful ones: {scores.round(2)}"
    )
    assert (scores[:3].argmax(0) == np.arange(3)).all(), f"wrong feature: {scores.round(2)}"


def test_settle_stops_once_the_ranking_is_that_of_a_quarter_of_the_epochs_ago():
    x, y = clusters((200, 200, 200))
    model = fitted(6, 12, 3, x=x, y=y)
    config = {"epochs": 60, "batch_size": 32, "settle": 0.98}
    importance = score_importance(model, x, y, config)
    correlations = importance.options["correlations"]
    assert importance.options["epochs_run"] < 60, f"never settled: {correlations}"
    assert importance.options["epochs_run"] == len(correlations) + 60 // 4
    assert correlations[-1] > 0.98, "stopped before the ranking rested"
    assert max(correlations[:-1], default=0) <= 0.98, "went on after the ranking rested"


def test_steps_shrink_to_nothing_and_go_as_far_as_equal_ones():
    shares = np.array([rate_share(step / 2000) for step in range(2000)])
    assert (np.diff(shares) < 0).all(), "steps must shrink"
    assert shares.sum() == pytest.approx(2000, rel=0.01), "the mean step is not the learning rate"
    assert shares[1300:].sum() < 0.01 * 2000, "the ranking cannot rest: the last steps are large"


def test_settling_early_takes_the_same_steps_as_the_full_run_and_no_others():
    rng = np.random.default_rng(0)
    y = np.arange(600) % 3
    x = rng.normal(size=(600, 9)).astype(np.float32)
    x[np.arange(600), y] += 2
    model = fitted(9, 12, 3, x=x, y=y)
    config = {"epochs": 20, "batch_size": 32}
    plain = score_importance(model, x, y, config)
    assert plain.options["correlations"] == []
    never = score_importance(model, x, y, {**config, "settle": 1.0})
    assert never.options["epochs_run"] == 20, "nothing exceeds a correlation of one"
    assert len(never.options["correlations"]) == 15
    assert np.array_equal(never.units["input"], plain.units["input"]), "watching changed the scores"
    early = score_importance(model, x, y, {**config, "settle": 0.99})
    ran = early.options["epochs_run"]
    assert ran < 20, f"never settled: {early.options['correlations']}"
    assert early.options["losses"] == plain.options["losses"][:ran], "took other steps"
    assert np.abs(early.units["input"] - plain.units["input"]).max() < 0.05


@pytest.mark.parametrize("counts", [(40, 40, 40), (300, 20, 50), (2, 2, 2)])
@pytest.mark.parametrize("extra", [{}, {"samples_per_class": 30}, {"batch_size": 8, "epochs": 3}])
def test_a_fitting_rate_lets_scales_travel_2_3_in_the_steps_that_run(counts, extra):
    x, y = clusters(counts)
    config = ImportanceConfig(**extra)
    rate = fitting_rate(y, config)
    steps = score_importance(mlp(6, 3), x, y, config).options["steps"]
    assert rate == pytest.approx(min(1.0, 2.3 / steps))


@pytest.mark.parametrize("given", [None, 0.02])
def test_the_rate_left_out_is_the_fitting_one_and_is_told(given):
    x, y = clusters((40, 40, 40))
    model = mlp(6, 3)
    scores = score_importance(model, x, y, {"learning_rate": given, "epochs": 20})
    assert scores.options["learning_rate"] == (given or fitting_rate(y)), "not the rate it ran with"
    again = score_importance(model, x, y, {"learning_rate": scores.options["learning_rate"]})
    assert np.array_equal(scores.units["input"], again.units["input"])


def test_few_samples_part_the_units_without_any_setting():
    x, y = clusters((20, 20, 20))
    scores = score_importance(fitted(6, 12, 3, x=x, y=y), x, y).units["input"]
    assert scores.std() > 0.1, f"all units score alike: {scores.round(2)}"


class Returns(nn.Module):
    def __init__(self, make):
        super().__init__()
        self.fc = nn.Linear(6, 3)
        self.make = make

    def forward(self, x):
        return self.make(self.fc(x))


X, Y = clusters()


@pytest.mark.parametrize(
    ("model", "x", "y", "config", "kind", "words"),
    [
        (mlp(6, 3), X, Y % 2, None, DatasetError, r"Class '2' \(number 2\) has no samples"),
        (mlp(6, 3), X, Y + 1, None, DatasetError, "label 3, but the model gives 3 classes"),
        (mlp(6, 3), X, Y[:-1], None, DatasetError, "each of the 120 samples"),
        (mlp(6, 3), X[:0], Y[:0], None, DatasetError, "at least one sample"),
        (mlp(6, 3), X * np.nan, Y, None, DatasetError, "NaN or infinity in sample 0"),
        (mlp(5, 3), X, Y, None, ModelError, r"cannot take samples of the shape \(6,\)"),
        (mlp(6, 1), X, Y * 0, None, ModelError, "at least two classes"),
        (Returns(lambda z: z * float("nan")), X, Y, None, ModelError, "NaN or infinity"),
        (Returns(lambda z: (z, z)), X, Y, None, ModelError, "returned a tuple"),
        (Returns(lambda z: z[:, 0]), X, Y, None, ModelError, "returned the shape"),
        (Returns(lambda z: z[:, :2]), X, Y % 2, None, ModelError, "one output unit a class"),
        (Returns(lambda z: z.detach()), X, Y, None, ModelError, "cannot be traced back"),
        (mlp(6, 3), X, Y, {"epochs": 0}, ConfigError, "epochs must be"),
        (mlp(6, 3), X, Y, {"epoch": 1}, ConfigError, "unknown key 'epoch'"),
    ],
)
def test_bad_input_is_one_sentence(model, x, y, config, kind, words):
    with pytest.raises(kind, match=words) as caught:
        score_importance(model, x, y, config)
    assert "\n" not in str(caught.value)


class Swapped(nn.Module):
    """Layers of fitting sizes, called in another order than registered."""

    def __init__(self, *, traceable):
        super().__init__()
        self.i, self.z, self.a = nn.Linear(6, 5), nn.Linear(5, 5), nn.Linear(5, 5)
        self.o = nn.Linear(5, 3)
        self.traceable = traceable

    def forward(self, x):
        if not self.traceable and x.sum() > 1e9:
            return x
        return self.o(torch.relu(self.z(torch.relu(self.a(torch.relu(self.i(x)))))))


@pytest.mark.parametrize("traceable", [True, False])
def test_layers_called_out_of_order_are_refused_and_not_scored_in_each_others_place(traceable):
    with pytest.raises(ModelError, match="Module a is called where z is the next one"):
        score_importance(Swapped(traceable=traceable), X, Y, QUICK)


def test_a_skip_is_refused():
    with pytest.raises(ModelError, match="At module fc3 the model joins two paths, from fc1"):
        score_importance(Residual(), X, Y, QUICK)


def test_names_that_do_not_fit_are_refused():
    with pytest.raises(DatasetError, match="2 names, but the model gives 3 classes"):
        score_importance(mlp(6, 3), X, Y, QUICK, class_names=["a", "b"])


@pytest.mark.parametrize(
    ("names", "words"),
    [(["a", "b", "a"], "holds 'a' 2 times"), (["a", " ", "b"], "no name for class 1")],
)
def test_names_that_are_no_names_are_refused_before_scoring(names, words):
    def told(_):
        pytest.fail("the scoring began")

    with pytest.raises(DatasetError, match=words):
        score_importance(mlp(6, 3), X, Y, QUICK, Progress(told), class_names=names)


@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
@pytest.mark.parametrize("make", [lambda: mlp(6, 8, 3), Normed])
def test_a_16_bit_model_is_scored_in_float32_and_stays_as_it_is(dtype, make):
    model = make().to(dtype)
    before = _state(model)
    found = score_importance(model, X, Y, QUICK)
    _assert_untouched(model, before)
    assert {value.dtype for value in model.parameters()} == {dtype}
    as_float = make().to(dtype).float()
    as_float.load_state_dict(model.state_dict())
    expected = score_importance(as_float, X, Y, QUICK)
    for name, scores in expected.units.items():
        np.testing.assert_array_equal(found.units[name], scores, err_msg=name)


def test_a_16_bit_model_that_cannot_be_copied_is_one_sentence():
    class Alone(Normed):
        def __deepcopy__(self, memo):
            raise RuntimeError("there is only one")

    with pytest.raises(ModelError, match=r"holds bfloat16 numbers.*give model.float\(\)"):
        score_importance(Alone().bfloat16(), X, Y, QUICK)


def test_nan_that_comes_later_is_told_with_the_epoch():
    calls = []

    def late(z):
        calls.append(None)
        return z if z.isnan().any() or len(calls) < 5 else z * float("nan")

    with pytest.raises(ModelError, match="NaN or infinity in epoch 1"):
        score_importance(Returns(late), X, Y, QUICK)


@pytest.mark.parametrize("tensor", [torch.from_numpy, np.asarray])
def test_torch_and_numpy_give_the_same(tensor):
    first = score_importance(mlp(6, 4, 3), tensor(X), tensor(Y), QUICK)
    second = score_importance(mlp(6, 4, 3), X, Y, QUICK)
    assert np.array_equal(first.units["fc1"], second.units["fc1"])


@pytest.mark.parametrize("guard", [torch.no_grad, torch.inference_mode])
@pytest.mark.parametrize("make", [lambda: mlp(6, 4, 3), Normed])
def test_works_where_the_caller_has_switched_gradients_off(guard, make):
    model = make()
    with guard():
        score_importance(model, X, Y, QUICK)


def test_pictures_of_any_shape_go_through_a_flatten():
    model = nn.Sequential(nn.Flatten(), mlp(6, 4, 3))
    flat = score_importance(mlp(6, 4, 3), X, Y, QUICK)
    square = score_importance(model, X.reshape(-1, 1, 2, 3), Y, QUICK)
    assert np.array_equal(flat.units["input"], square.units["input"])


def test_the_package_offers_it():
    assert nnvis.score_importance is score_importance
