"""Measurements of settings and the comparison of two."""

from feinschliff.measure.compare import Difference, HeldOut, Level, Pair, VerdictText, held_out, measure_pairs
from feinschliff.measure.scoring import score_answers
from feinschliff.measure.speed import speed

__all__ = [
    "Difference",
    "HeldOut",
    "Level",
    "Pair",
    "VerdictText",
    "held_out",
    "measure_pairs",
    "score_answers",
    "speed",
]
