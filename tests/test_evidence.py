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


def accuracies(samples: Samples, percent: float) -> dict[str, float]:
    """Test accuracy of a network trained on ``samples`` after pruning by each score."""
    settings = TrainingConfig()
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
    folder = os.environ.get("NNVIS_DATA")
    if not folder or not any(Path(folder).rglob("train-images*")):
        pytest.skip("needs full MNIST: set NNVIS_DATA to the folder that holds its files")
    found = accuracies(load_samples("mnist"), 90)
    assert found["combined"] >= found["magnitude"] + 0.12, f"at 90 % removed: {found}"
    assert found["combined"] >= found["random"] + 0.25, f"at 90 % removed: {found}"
