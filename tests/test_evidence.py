"""Pruning by combined importance keeps more accuracy than pruning by weight or by chance."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import nnvis
from nnvis.config import TrainingConfig
from nnvis.datasets import load_samples
from nnvis.importance import prune_curve
from nnvis.learning import mlp_for, train
from nnvis.model import Samples


def accuracies(samples: Samples, percent: float, seed: int = 0) -> dict[str, float]:
    """Test accuracy of a network trained on ``samples`` after pruning by each score."""
    settings = TrainingConfig(seed=seed)
    model = mlp_for(samples, settings)
    train(model, samples, settings)
    importance = nnvis.score_importance(model, samples.x_train, samples.y_train)
    return {
        score: float(
            prune_curve(
                model, importance, samples.x_test, samples.y_test, score, [percent]
            ).accuracy[0]
        )
        for score in ("combined", "magnitude", "random")
    }


def test_combined_is_ahead_on_the_digits_that_ship() -> None:
    found = accuracies(load_samples("digits"), 95)
    assert found["combined"] > found["magnitude"] + 0.10, f"accuracies at 95 % removed: {found}"
    assert found["combined"] > found["random"] + 0.20, f"accuracies at 95 % removed: {found}"


@pytest.mark.slow
def test_combined_is_far_ahead_on_full_mnist() -> None:
    """On average over networks: at 90 % one score moves by .02 between seeds of the scoring."""
    folder = os.environ.get("NNVIS_DATA")
    if not folder or not any(Path(folder).rglob("train-images*")):
        pytest.skip("needs full MNIST: set NNVIS_DATA to the folder that holds its files")
    found = [accuracies(load_samples("mnist"), 90, seed) for seed in (0, 1, 2)]
    ahead = [one["combined"] - one["magnitude"] for one in found]
    assert sum(ahead) / 3 >= 0.12, f"at 90 % removed, networks 0, 1, 2: {found}"
    assert min(ahead) >= 0.08, f"at 90 % removed, networks 0, 1, 2: {found}"
    assert all(one["combined"] >= one["random"] + 0.25 for one in found), found


@pytest.mark.slow
def test_settling_early_keeps_the_pruning_curve_on_full_mnist() -> None:
    folder = os.environ.get("NNVIS_DATA")
    if not folder or not any(Path(folder).rglob("train-images*")):
        pytest.skip("needs full MNIST: set NNVIS_DATA to the folder that holds its files")
    samples = load_samples("mnist")
    settings = TrainingConfig()
    model = mlp_for(samples, settings)
    train(model, samples, settings)
    curves = []
    for config in ({}, {"settle": 0.99}):
        importance = nnvis.score_importance(model, samples.x_train, samples.y_train, config)
        curves.append(prune_curve(model, importance, samples.x_test, samples.y_test).accuracy)
    assert importance.options["epochs_run"] <= 14, "never came to rest"
    apart = max(abs(full - early) for full, early in zip(*curves, strict=True))
    assert apart <= 0.01, f"the settled curve is {apart:.3f} from the full one"
