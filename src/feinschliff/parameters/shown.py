"""Pieces of a row as people read them, for the terminal and for the documentation alike."""

from __future__ import annotations

import json
from collections.abc import Mapping

from pydantic import JsonValue

from feinschliff.parameters.rows import Case, Example, Parameter, Support
from feinschliff.parameters.texts import labels


def limits_text(row: Parameter, language: str) -> str:
    """The range that makes sense anywhere, or the words that the parameter takes."""
    return ", ".join(row.words) if row.words else range_text(row.low, row.high, language)


def range_text(low: float | None, high: float | None, language: str) -> str:
    """The range in words; empty where there is no limit."""
    word = labels(language)
    if low is not None and high is not None:
        return word["between"].format(low=f"{low:.10g}", high=f"{high:.10g}")
    if low is not None:
        return word["from"].format(low=f"{low:.10g}")
    return "" if high is None else word["to"].format(high=f"{high:.10g}")


def number(value: float | None) -> str:
    """A number without needless digits; empty for None."""
    return "" if value is None else f"{value:g}"


def span_text(row: Parameter, language: str) -> str:
    """The range that is searched where the user names none."""
    if row.span is None:
        return ""
    text = range_text(*row.span, language)
    return f"{text}, {labels(language)['logarithmic']}" if row.log else text


def outside_text(support: Support, language: str) -> str:
    """The range that a backend takes, and what becomes of values outside it."""
    text = range_text(support.low, support.high, language)
    if text and support.outside is not None:
        return f"{text} ({labels(language)[support.outside]})"
    return text


def default_text(support: Support, language: str) -> str:
    """The value that applies when nothing is sent; empty where none is known."""
    if support.default is None:
        return ""
    text = json.dumps(support.default, ensure_ascii=False)
    return f"{text} ({labels(language)['varies']})" if support.varies else text


def role_text(row: Parameter, language: str) -> str:
    """Who sets it, where it is not the user for each request."""
    return labels(language).get(row.role, "")


def example_rows(example: Example, language: str) -> list[list[str]]:
    """The worked example as a table: what the model gives, then each case; one column per token."""
    word = labels(language)
    rows = [[word["given"], *(_percent(p) for p in example.given)]]
    if example.counts:
        rows.append([word["counts"], *(str(count) for count in example.counts)])
    if example.matches:
        rows.append([word["matches"], *(str(length) for length in example.matches)])
    return rows + [[_settings(case), *(_percent(p) for p in case.probabilities)] for case in example.cases]


def _settings(case: Case) -> str:
    return ", ".join(f"{name} {_plain(value)}" for name, value in case.settings.items())


def _plain(value: JsonValue) -> str:
    if isinstance(value, Mapping):
        return json.dumps(value)
    return f"{value:g}" if isinstance(value, int | float) else str(value)


def _percent(share: float) -> str:
    return "–" if share == 0 else f"{100 * share:.1f} %".replace(".0 %", " %")
