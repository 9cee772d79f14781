"""Where the tests find the class-by-class reference; an installed nnvis has it as well."""

from nnvis.bench.class_by_class import score_class_by_class

__all__ = ["score_class_by_class"]
