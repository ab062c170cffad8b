"""Measurements of settings and the comparison of two."""

from feinschliff.measure.compare import Difference, HeldOut, Level, Pair, VerdictText, held_out, measure_pairs
from feinschliff.measure.constraints import TRUSTED, Constraint, parse_constraints
from feinschliff.measure.draws import SEVERAL, answers_each, draws, single
from feinschliff.measure.fewer import Drawn, levels_by_n
from feinschliff.measure.gauges import COST, LATENCY, TOKENS, TOTAL, Gauge, Gauged, Given, per_token, read_gauges
from feinschliff.measure.held import Held, Kept, constraints_held, follows
from feinschliff.measure.scoring import score_answers
from feinschliff.measure.speed import speed
from feinschliff.measure.units import Measured, judge_groups, measure_units

__all__ = [
    "COST",
    "LATENCY",
    "SEVERAL",
    "TOKENS",
    "TOTAL",
    "TRUSTED",
    "Constraint",
    "Difference",
    "Drawn",
    "Gauge",
    "Gauged",
    "Given",
    "Held",
    "HeldOut",
    "Kept",
    "Level",
    "Measured",
    "Pair",
    "VerdictText",
    "answers_each",
    "constraints_held",
    "draws",
    "follows",
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
