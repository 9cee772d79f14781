"""Where the tests find the old way of drawing edges; an installed nnvis has it as well."""

from nnvis.bench.cuboids import CuboidPass

__all__ = ["CuboidPass"]
