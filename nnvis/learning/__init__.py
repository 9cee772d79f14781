"""Build, load, train and record classifiers (torch)."""

from nnvis.learning.architectures import build_mlp
from nnvis.learning.evaluation import evaluate
from nnvis.learning.loading import load_model
from nnvis.learning.rebuilding import rebuild_mlp
from nnvis.learning.recorder import Recorder
from nnvis.learning.selection import select_samples
from nnvis.learning.training import mlp_for, train, train_mlp

__all__ = [
    "Recorder",
    "build_mlp",
    "evaluate",
    "load_model",
    "mlp_for",
    "rebuild_mlp",
    "select_samples",
    "train",
    "train_mlp",
]
