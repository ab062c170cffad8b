"""Scorers: how good an answer is, as one number from 0 to 1."""

from feinschliff.scorers.combine import Combined
from feinschliff.scorers.custom import FunctionScorer
from feinschliff.scorers.group import GroupScorer, is_group, score_groups
from feinschliff.scorers.protocol import PairScorer, Scorer, needs_target
from feinschliff.scorers.registry import SCORER_NAMES, make_scorer

__all__ = [
    "SCORER_NAMES",
    "Combined",
    "FunctionScorer",
    "GroupScorer",
    "PairScorer",
    "Scorer",
    "is_group",
    "make_scorer",
    "needs_target",
    "score_groups",
]
