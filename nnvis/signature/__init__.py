"""Activation signatures: clusters of each layer, and the paths of samples through them."""

from nnvis.signature.clustering import Bins, LayerClusters
from nnvis.signature.computing import signatures
from nnvis.signature.paths import Paths
from nnvis.signature.result import SETS, Signatures
from nnvis.signature.sankey import (
    OTHERS,
    Sankey,
    SankeyLink,
    SankeyNode,
    ordered,
    sankey_of,
    thinned,
)
from nnvis.signature.table import GROUPS, SORTS, Group, Row, rows_of, table_of

__all__ = [
    "GROUPS",
    "OTHERS",
    "SETS",
    "SORTS",
    "Bins",
    "Group",
    "LayerClusters",
    "Paths",
    "Row",
    "Sankey",
    "SankeyLink",
    "SankeyNode",
    "Signatures",
    "ordered",
    "rows_of",
    "sankey_of",
    "signatures",
    "table_of",
    "thinned",
]
