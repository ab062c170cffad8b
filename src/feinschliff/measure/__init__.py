"""Measurements of settings and the comparison of two."""

from feinschliff.measure.compare import Difference, HeldOut, Level, Pair, VerdictText, held_out, measure_pairs
from feinschliff.measure.constraints import Constraint, parse_constraints
from feinschliff.measure.draws import SEVERAL, answers_each, draws, single
from feinschliff.measure.fewer import Drawn, levels_by_n
from feinschliff.measure.gauges import COST, LATENCY, TOKENS, TOTAL, Gauge, Gauged, Given, per_token, read_gauges
from feinschliff.measure.scoring import score_answers
from feinschliff.measure.speed import speed
from feinschliff.measure.units import Measured, judge_groups, measure_units

__all__ = [
    "COST",
    "LATENCY",
    "SEVERAL",
    "TOKENS",
    "TOTAL",
    "Constraint",
    "Difference",
    "Drawn",
    "Gauge",
    "Gauged",
    "Given",
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
    "parse_constraints",
    "per_token",
    "read_gauges",
    "score_answers",
    "single",
    "speed",
]
