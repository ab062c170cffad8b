"""The search for better settings, and the comparison of two."""

from feinschliff.tuning.clock import keeping_track
from feinschliff.tuning.compare import Match, check_match, compare
from feinschliff.tuning.plot import Plot, check, check_texts
from feinschliff.tuning.result import Result, from_dict
from feinschliff.tuning.search import Step
from feinschliff.tuning.tune import tune

__all__ = [
    "Match",
    "Plot",
    "Result",
    "Step",
    "check",
    "check_match",
    "check_texts",
    "compare",
    "from_dict",
    "keeping_track",
    "tune",
]
