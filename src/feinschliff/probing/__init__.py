"""Which knobs does this endpoint honour?"""

from feinschliff.probing.finding import Finding, Status
from feinschliff.probing.probe import FULL_REQUESTS, ProbeResult, probe, probe_prompts
from feinschliff.probing.recall import recall
from feinschliff.probing.space import LEAST_REQUESTS, SPACE_REQUESTS, probe_space, requests_for

__all__ = [
    "FULL_REQUESTS",
    "LEAST_REQUESTS",
    "SPACE_REQUESTS",
    "Finding",
    "ProbeResult",
    "Status",
    "probe",
    "probe_prompts",
    "probe_space",
    "recall",
    "requests_for",
]
