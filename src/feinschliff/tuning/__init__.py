"""The search for better settings, and the comparison of two."""

from feinschliff.tuning.again import Recheck, recheck
from feinschliff.tuning.clock import keeping_track
from feinschliff.tuning.compare import Match, check_match, compare
from feinschliff.tuning.costs import spent_document
from feinschliff.tuning.forecast import Forecast, forecast_compare, forecast_tune, target_tokens
from feinschliff.tuning.kept import UNTOLD, Kept, ScorerRecipe, read_kept
from feinschliff.tuning.plot import Plot, check, check_texts, models_of
from feinschliff.tuning.preferred import DEFAULT_RULE, check_rule
from feinschliff.tuning.result import Result, from_dict
from feinschliff.tuning.search import Step
from feinschliff.tuning.several import nothing_to_choose
from feinschliff.tuning.tune import tune

__all__ = [
    "DEFAULT_RULE",
    "UNTOLD",
    "Forecast",
    "Kept",
    "Match",
    "Plot",
    "Recheck",
    "Result",
    "ScorerRecipe",
    "Step",
    "check",
    "check_match",
    "check_rule",
    "check_texts",
    "compare",
    "forecast_compare",
    "forecast_tune",
    "from_dict",
    "keeping_track",
    "models_of",
    "nothing_to_choose",
    "read_kept",
    "recheck",
    "spent_document",
    "target_tokens",
    "tune",
]
