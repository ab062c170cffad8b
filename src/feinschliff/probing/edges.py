"""What llama.cpp does with values outside the ranges of fields that the echo does not show; a token each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.probing.finding import Finding, Wish, shown
from feinschliff.probing.lab import Lab

_EDGES: tuple[tuple[str, Mapping[str, JsonValue]], ...] = (
    ("max_tokens", {"max_tokens": -5}),
    ("n", {"n": 1000}),
    ("response_format", {"response_format": {"type": "no such"}}),
    ("top_logprobs", {"top_logprobs": 5}),
    ("top_logprobs", {"logprobs": True, "top_logprobs": 500}),
    ("logit_bias", {"logit_bias": {" the": -1}}),
)
"""Elsewhere a thousand answers might be paid for."""


def find_edges(lab: Lab, findings: Mapping[str, Finding]) -> dict[str, Finding]:
    """`findings` of those that act, with what came of such values; nobody who refuses a value moves it."""
    told: dict[str, Finding] = {}
    for name, values in _EDGES:
        before = told.get(name) or findings.get(name)
        if before is None or before.status != "honoured":
            continue
        heard = lab.ask([Wish({"max_tokens": 1, **values})])
        if heard is None:
            break
        label = ", ".join(f"{field}={shown(value)}" for field, value in values.items())
        if heard[0].refused:
            note = tr("{label} is refused: {why}", label=label, why=heard[0].why)
        else:
            note = tr("{label} is taken.", label=label)
        told[name] = replace(before, evidence=f"{before.evidence} {note}")
    return told
