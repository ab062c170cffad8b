"""Two subject lines of a post, one better than the other by the grammar's own knowledge of the post."""

from feinschliff.datasets.pairs.make import Pair, make_pairs, pairs_of
from feinschliff.datasets.pairs.right import right_lines
from feinschliff.datasets.pairs.wrong import FLAWS

__all__ = ["FLAWS", "Pair", "make_pairs", "pairs_of", "right_lines"]
