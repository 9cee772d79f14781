"""How much each class needs each unit and weight, and what pruning by it keeps (torch)."""

from nnvis.importance.pruning import PruneCurve, prune_curve
from nnvis.importance.scores import class_scores, combined_scores, edge_scores
from nnvis.importance.scoring import fitting_rate, score_importance

__all__ = [
    "PruneCurve",
    "class_scores",
    "combined_scores",
    "edge_scores",
    "fitting_rate",
    "prune_curve",
    "score_importance",
]
