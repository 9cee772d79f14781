"""Runs and their files: safetensors and JSON only, written whole or not at all."""

from nnvis.store.epoch import load_epoch, save_epoch
from nnvis.store.importance import load_importance, save_importance
from nnvis.store.network import load_network, save_network, validate_network
from nnvis.store.probe import load_probe, save_probe
from nnvis.store.run import Run, find_network

__all__ = [
    "Run",
    "find_network",
    "load_epoch",
    "load_importance",
    "load_network",
    "load_probe",
    "save_epoch",
    "save_importance",
    "save_network",
    "save_probe",
    "validate_network",
]
