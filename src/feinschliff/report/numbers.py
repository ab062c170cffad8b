"""What the page and the terminal both need beyond the stored result."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from feinschliff import stats
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.errors import ParameterError
from feinschliff.parameters.dialects import DIALECTS, Dialect, dialect_of
from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Settings
from feinschliff.store import Run


def mean_interval(level: Mapping[str, Any], n: int) -> tuple[float | None, float | None, float | None]:
    """Mean of a level and its 95 % interval (Student's t with n - 1 degrees of freedom) within the scale of 0 to 1;
    None where unknown."""
    mean, stderr = level.get("mean"), level.get("stderr")
    if mean is None or stderr is None or n < 2:
        return mean, None, None
    half = stats.t_quantile(0.975, n - 1) * stderr
    return mean, max(0.0, mean - half), min(1.0, mean + half)


def run_dialect(run: Run) -> Dialect:
    """How the endpoint of a run takes settings, as far as the run has kept it."""
    endpoint: Mapping[str, Any] = (run.details or {}).get("endpoint") or {}
    return endpoint_dialect({"identity": run.spec.get("endpoint"), **endpoint})


def endpoint_dialect(endpoint: Mapping[str, Any]) -> Dialect:
    """The same from what a run's details keep of its endpoint."""
    if str(endpoint.get("identity") or "").startswith(EMBEDDED):
        return "llama.cpp"
    if endpoint.get("dialect") in DIALECTS:
        dialect: Dialect = endpoint["dialect"]
        return dialect
    return dialect_of(str(endpoint.get("backend") or "unknown"), model=str(endpoint.get("model") or ""))


def request_fields(settings: Mapping[str, Any], dialect: Dialect = "unknown") -> dict[str, Any]:
    """The fields of a request body that these settings stand for, `model` among them where it is a setting."""
    plain = {name: value for name, value in settings.items() if name != "model"}
    try:
        return ({"model": settings["model"]} if settings.get("model") else {}) | wire_fields(
            Settings(values=plain), dialect
        )
    except ParameterError:
        return _field_by_field(settings)


def _field_by_field(settings: Mapping[str, Any]) -> dict[str, Any]:
    """As `request_fields`, with settings of an older catalogue among them."""
    fields: dict[str, Any] = {"model": settings["model"]} if settings.get("model") else {}
    for name, value in settings.items():
        try:
            fields.update(wire_fields(Settings(values={name: value})))
        except ParameterError:  # a setting of an older catalogue: shown as it was sent
            fields[name] = value
    return fields
