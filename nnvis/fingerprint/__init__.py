"""The history of a training: transitions between epochs, their distances, recurrence, phases."""

from nnvis.fingerprint.bands import recurrence, recurrence_bands, recurrence_threshold
from nnvis.fingerprint.distances import prediction_distance, transition_distance
from nnvis.fingerprint.history import History, read_history
from nnvis.fingerprint.measures import MEASURES, RecurrenceMeasures
from nnvis.fingerprint.phases import Phase, find_phases
from nnvis.fingerprint.single import SingleEpoch, single_of
from nnvis.fingerprint.summary import Fingerprint, fingerprint_of, fingerprint_run
from nnvis.fingerprint.transitions import SparseTransitions, sparse_transitions, transitions
from nnvis.fingerprint.windows import RecurrenceWindows, recurrence_windows

__all__ = [
    "MEASURES",
    "Fingerprint",
    "History",
    "Phase",
    "RecurrenceMeasures",
    "RecurrenceWindows",
    "SingleEpoch",
    "SparseTransitions",
    "find_phases",
    "fingerprint_of",
    "fingerprint_run",
    "prediction_distance",
    "read_history",
    "recurrence",
    "recurrence_bands",
    "recurrence_threshold",
    "recurrence_windows",
    "single_of",
    "sparse_transitions",
    "transition_distance",
    "transitions",
]
