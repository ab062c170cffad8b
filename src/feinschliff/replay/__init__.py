"""Replay: what stored answers say of settings that were never asked.

Request parameters act on the model's distribution after it has been computed. Where a server returns
log-probabilities, the probability of a stored answer under another setting can be computed, and importance weights turn
scores of answers that are there into the mean score of a setting that is not (design/replay.md).
"""

from feinschliff.replay.estimate import LEAST_ANSWERS, Estimates, estimate
from feinschliff.replay.outcome import Outcome
from feinschliff.replay.part import Drawn, Source
from feinschliff.replay.pool import Pool
from feinschliff.replay.rules import ENDINGS, PENALTIES, RULES, SAMPLING, Rules, why_not
from feinschliff.replay.sampling import Sampling, read_sampling
from feinschliff.replay.traces import Trace, Vocabulary, trace_of

__all__ = [
    "ENDINGS",
    "LEAST_ANSWERS",
    "PENALTIES",
    "RULES",
    "SAMPLING",
    "Drawn",
    "Estimates",
    "Outcome",
    "Pool",
    "Rules",
    "Sampling",
    "Source",
    "Trace",
    "Vocabulary",
    "estimate",
    "read_sampling",
    "trace_of",
    "why_not",
]
