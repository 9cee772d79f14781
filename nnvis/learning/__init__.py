"""Build, load, train and record classifiers (torch)."""

from nnvis.learning.architectures import build_mlp
from nnvis.learning.building import mlp_for, model_for
from nnvis.learning.convolutional import build_lenet5, build_vgg16
from nnvis.learning.costs import RecordingReport
from nnvis.learning.evaluation import evaluate
from nnvis.learning.loading import load_model
from nnvis.learning.mapping import class_map
from nnvis.learning.rebuilding import rebuild_mlp
from nnvis.learning.recorder import Recorder
from nnvis.learning.selection import select_samples
from nnvis.learning.training import train, train_mlp

__all__ = [
    "Recorder",
    "RecordingReport",
    "build_lenet5",
    "build_mlp",
    "build_vgg16",
    "class_map",
    "evaluate",
    "load_model",
    "mlp_for",
    "model_for",
    "rebuild_mlp",
    "select_samples",
    "train",
    "train_mlp",
]
