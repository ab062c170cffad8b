"""Measurements of settings and the comparison of two."""

from feinschliff.measure.compare import Difference, HeldOut, Level, Pair, VerdictText, held_out, measure_pairs
from feinschliff.measure.draws import SEVERAL, answers_each, draws, single
from feinschliff.measure.fewer import Drawn, levels_by_n
from feinschliff.measure.scoring import score_answers
from feinschliff.measure.speed import speed
from feinschliff.measure.units import Measured, judge_groups, measure_units

__all__ = [
    "SEVERAL",
    "Difference",
    "Drawn",
    "HeldOut",
    "Level",
    "Measured",
    "Pair",
    "VerdictText",
    "answers_each",
    "draws",
    "held_out",
    "judge_groups",
    "levels_by_n",
    "measure_pairs",
    "measure_units",
    "score_answers",
    "single",
    "speed",
]
