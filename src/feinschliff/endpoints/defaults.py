"""Sampling defaults by catalogue name, from what llama.cpp and Ollama tell of themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeGuard

from pydantic import JsonValue

from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.rows import Parameter

_INJECTED = {"temperature": 1.0, "top_p": 1.0}
"""What Ollama's /v1 sends to its engine where a request says nothing, whatever the Modelfile holds."""


def llama_cpp_defaults(params: Mapping[str, Any]) -> dict[str, JsonValue]:
    """Those of llama.cpp, from `default_generation_settings.params` of its `/props`."""
    told = {row.name: params.get(row.name) for row in _sampling("llama.cpp")}
    return {name: _rounded(value) for name, value in told.items() if _is_number(value)}


def ollama_defaults(shown: Mapping[str, Any], *, native: bool) -> dict[str, JsonValue]:
    """Those of Ollama, from its `/api/show`, which is empty where it tells nothing.

    `native`: of its own chat; else of its `/v1`.
    """
    told = _modelfile(shown.get("parameters"))
    if native:
        return (_built_in() if shown else {}) | told  # the Modelfile was seen: nothing else lies over these
    return told | _INJECTED


def _modelfile(parameters: Any) -> dict[str, JsonValue]:
    """Numbers of the text that Ollama shows: a line `name value` for each parameter."""
    found: dict[str, JsonValue] = {}
    rows = {row.at("ollama-native").wire.removeprefix("options."): row for row in _sampling("ollama-native")}
    for line in parameters.splitlines() if isinstance(parameters, str) else ():
        name, _, value = line.strip().partition(" ")
        if (row := rows.get(name)) is not None:
            try:
                found[row.name] = int(value) if row.kind == "int" else float(value)
            except ValueError:
                continue
    return found


def _built_in() -> dict[str, JsonValue]:
    """Ollama's own defaults, where the Modelfile says nothing."""
    rows = {row.name: row.at("ollama-native").default for row in _sampling("ollama-native")}
    return {name: value for name, value in rows.items() if _is_number(value)}


def _sampling(dialect: Dialect) -> list[Parameter]:
    """The numeric sampling parameters that this software honours."""
    numeric = [row for row in CATALOGUE.values() if row.role == "sampling" and row.kind in {"float", "int"}]
    return [row for row in numeric if row.at(dialect).status == "honoured"]


def _is_number(value: Any) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool) and value == value


def _rounded(value: float) -> JsonValue:
    """The number that was meant: servers print their 32-bit floats with all 17 digits."""
    return value if isinstance(value, int) else float(f"{value:.6g}")
