"""The Python interface: what `import feinschliff` offers, and what the command line calls."""

from feinschliff._api.answers import generate, generate_file
from feinschliff._api.checks import check
from feinschliff._api.common import DEFAULT_REQUESTS, Watch, make_caps, task_scorer
from feinschliff._api.landscapes import Landscape, landscape
from feinschliff._api.origin import origin
from feinschliff._api.picks import best_of
from feinschliff._api.probes import probe
from feinschliff._api.runs import compare, tune
from feinschliff._api.scores import score, scored
from feinschliff._api.wanted import default_report

__all__ = [
    "DEFAULT_REQUESTS",
    "Landscape",
    "Watch",
    "best_of",
    "check",
    "compare",
    "default_report",
    "generate",
    "generate_file",
    "landscape",
    "make_caps",
    "origin",
    "probe",
    "score",
    "scored",
    "task_scorer",
    "tune",
]
