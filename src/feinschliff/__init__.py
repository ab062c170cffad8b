"""Feinschliff measures language-model answers with one score and turns every knob that raises it.

The names below are the public Python interface; they are loaded when they are first used, so that `import feinschliff`
costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from feinschliff._api import Landscape, Watch, best_of, check, compare, generate, landscape, probe, score, tune
    from feinschliff.build import Endpoint
    from feinschliff.datasets.task import Task
    from feinschliff.errors import FeinschliffError, InputError, Interrupted, NotStarted, RunError
    from feinschliff.generation import Estimate
    from feinschliff.records import Answer, Example, Score, Settings
    from feinschliff.tuning import Result

__version__ = "0.1.0"

_HOMES = {
    "Landscape": "feinschliff._api",
    "Watch": "feinschliff._api",
    "best_of": "feinschliff._api",
    "check": "feinschliff._api",
    "compare": "feinschliff._api",
    "generate": "feinschliff._api",
    "landscape": "feinschliff._api",
    "probe": "feinschliff._api",
    "score": "feinschliff._api",
    "tune": "feinschliff._api",
    "Endpoint": "feinschliff.build",
    "Task": "feinschliff.datasets.task",
    "FeinschliffError": "feinschliff.errors",
    "InputError": "feinschliff.errors",
    "Interrupted": "feinschliff.errors",
    "NotStarted": "feinschliff.errors",
    "RunError": "feinschliff.errors",
    "Estimate": "feinschliff.generation",
    "Answer": "feinschliff.records",
    "Example": "feinschliff.records",
    "Score": "feinschliff.records",
    "Settings": "feinschliff.records",
    "Result": "feinschliff.tuning",
}

__all__ = [
    "Answer",
    "Endpoint",
    "Estimate",
    "Example",
    "FeinschliffError",
    "InputError",
    "Interrupted",
    "Landscape",
    "NotStarted",
    "Result",
    "RunError",
    "Score",
    "Settings",
    "Task",
    "Watch",
    "best_of",
    "check",
    "compare",
    "generate",
    "landscape",
    "probe",
    "score",
    "tune",
]


def __getattr__(name: str) -> Any:
    if name in _HOMES:
        return getattr(importlib.import_module(_HOMES[name]), name)
    raise AttributeError(f"module 'feinschliff' has no attribute '{name}'")


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
