"""Rows of the catalogue from TOML: one `[name]` table per parameter, the packaged ones and the user's alike."""

from __future__ import annotations

import dataclasses
import math
import tomllib
from collections.abc import Collection, Mapping
from types import MappingProxyType
from typing import Any, cast

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.dialects import DIALECTS, EVIDENCE, Dialect
from feinschliff.parameters.rows import (
    KINDS,
    OUTSIDES,
    ROLES,
    SHAPES,
    STATUSES,
    Case,
    Example,
    Parameter,
    Support,
    Texts,
    unheard,
)
from feinschliff.parameters.values import is_number

LANGUAGES = ("en", "de", "ko")
"""Languages of the texts."""

_NOT_IN_A_FILE = {"name", "backends", "own_texts", "example"}
_PLAIN = {f.name: f for f in dataclasses.fields(Parameter) if f.name not in _NOT_IN_A_FILE}
_SUPPORT = {f.name for f in dataclasses.fields(Support)}
_TEXTS = {f.name for f in dataclasses.fields(Texts)}
_NUMBERS = {"low", "high", "neutral"}
_LISTS = {"words", "aliases", "sources", "span"}
_FLAGS = {"off_beyond", "greedy_hides", "log", "searchable", "as_extra", "varies"}
_WORDS = {"help", "formula", "code", "checked", "wire", "note", "source"}
_ONE_OF: Mapping[str, Collection[str]] = {"kind": KINDS, "role": ROLES, "shape": SHAPES, "outside": OUTSIDES}


def read_rows(text: str, *, origin: str, packaged: bool, known: Mapping[str, Parameter]) -> dict[str, Parameter]:
    """The rows of a TOML text by name; a row that is `known` is changed in what the text names, any other is new.

    `origin` names the file in messages. `everywhere` is what all backends do that `backends` does not name. What a
    `packaged` row does not say of a backend is what that backend does with fields it has never heard of; of another
    row it is unknown.

    Raises: ParameterError for text that is no TOML, or a row that is none.
    """
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise _bad(origin, "", tr("it is no TOML: {error}", error=error)) from None
    return {name: _row(name, table, origin, packaged, known.get(name)) for name, table in tables.items()}


def _row(name: str, table: Any, origin: str, packaged: bool, before: Parameter | None) -> Parameter:
    if not isinstance(table, dict):
        raise _bad(origin, name, tr("a row is a table: write [{name}]", name=name))
    _only(origin, name, table, {*_PLAIN, "backends", "everywhere", "example", *LANGUAGES})
    fields = {key: _field(origin, name, key, value) for key, value in table.items() if key in _PLAIN}
    if "example" in table:
        fields["example"] = _example(origin, name, table["example"])
    entries = dict.fromkeys(DIALECTS, table["everywhere"]) if "everywhere" in table else {}
    entries |= dict(_table(origin, name, table, "backends"))
    backends = {dialect: _support(origin, name, dialect, entry) for dialect, entry in entries.items()}
    texts = {code: _texts(origin, name, table[code]) for code in LANGUAGES if code in table}
    if before is not None:
        changed = dataclasses.replace(
            before,
            **fields,
            backends=MappingProxyType({**before.backends, **backends}),
            own_texts=MappingProxyType({**before.own_texts, **texts}),
        )
        return _consistent(origin, changed)
    if "kind" not in fields:
        raise _bad(origin, name, tr("a new row needs a kind: {kinds}", kinds=", ".join(KINDS)))
    if packaged:
        known_of = {dialect: backends.get(dialect) or unheard(name, dialect) for dialect in DIALECTS}
        backends = {dialect: _with_evidence(support, dialect) for dialect, support in known_of.items()}
    fields.setdefault("help", texts["en"].does if "en" in texts else name)
    row = Parameter(name=name, backends=MappingProxyType(backends), own_texts=MappingProxyType(texts), **fields)
    return row if packaged else _consistent(origin, row)


def _consistent(origin: str, row: Parameter) -> Parameter:
    """The row, its span and neutral value within its range."""
    low, high = -math.inf if row.low is None else row.low, math.inf if row.high is None else row.high
    if low > high or (row.span is not None and row.span[0] >= row.span[1]):
        raise _bad(origin, row.name, tr("a range goes from the smaller to the larger value"))
    if any(not low <= value <= high for value in (*(row.span or ()), row.neutral) if value is not None):
        raise _bad(origin, row.name, tr("span and neutral lie within low and high"))
    return row


def _field(origin: str, name: str, key: str, value: Any) -> Any:
    if key in _ONE_OF and value not in _ONE_OF[key]:
        raise _bad(origin, name, tr("{key} is one of {words}", key=key, words=", ".join(_ONE_OF[key])))
    if key in _NUMBERS and not is_number(value):
        raise _bad(origin, name, tr("{key} is a number", key=key))
    if key in _WORDS and not (isinstance(value, str) and value):
        raise _bad(origin, name, tr("{key} is a text", key=key))
    if key in _FLAGS and not isinstance(value, bool):
        raise _bad(origin, name, tr("{key} is true or false", key=key))
    if key == "span" and not (isinstance(value, list) and len(value) == 2 and all(is_number(v) for v in value)):
        raise _bad(origin, name, tr("span is two numbers"))
    if key in _LISTS:
        if not isinstance(value, list) or (key != "span" and not all(isinstance(v, str) for v in value)):
            raise _bad(origin, name, tr("{key} is a list of texts", key=key))
        return tuple(value)
    return value


def _support(origin: str, name: str, dialect: str, entry: Any) -> Support:
    if dialect not in DIALECTS:
        raise _bad(
            origin, name, tr("no backend is called '{dialect}': {known}", dialect=dialect, known=", ".join(DIALECTS))
        )
    if not isinstance(entry, dict) or entry.get("status") not in STATUSES:
        raise _bad(origin, name, tr("a backend needs a status: {words}", words=", ".join(STATUSES)))
    _only(origin, f"{name}.backends.{dialect}", entry, _SUPPORT)
    for key, value in entry.items():
        if key not in {"status", "default"}:
            _field(origin, f"{name}.backends.{dialect}", key, value)
    return Support(**{"wire": name, **entry})


def _with_evidence(support: Support, dialect: Dialect) -> Support:
    return dataclasses.replace(support, source=support.source or EVIDENCE[dialect])


def _example(origin: str, name: str, entry: Any) -> Example:
    try:
        cases = tuple(Case(MappingProxyType(dict(c["set"])), tuple(map(float, c["gives"]))) for c in entry["cases"])
        return Example(
            given=tuple(map(float, entry["given"])),
            cases=cases,
            counts=tuple(map(int, entry.get("counts", ()))),
            matches=tuple(map(int, entry.get("matches", ()))),
            offset=float(entry.get("offset", 0.0)),
        )
    except (KeyError, TypeError, ValueError):
        raise _bad(
            origin, name, tr("an example is: {form}", form="given = [...], cases = [{set = {...}, gives = [...]}]")
        ) from None


def _texts(origin: str, name: str, entry: Any) -> Texts:
    if not isinstance(entry, dict) or not all(isinstance(v, str) for v in entry.values()):
        raise _bad(origin, name, tr("texts are a table of texts"))
    _only(origin, name, entry, _TEXTS)
    return Texts(**entry)


def read_texts(text: str) -> dict[str, Texts]:
    """The packaged texts of one language by parameter."""
    return {name: Texts(**table) for name, table in tomllib.loads(text).items()}


def _table(origin: str, name: str, table: dict[str, Any], key: str) -> list[tuple[Dialect, Any]]:
    inner = table.get(key, {})
    if not isinstance(inner, dict):
        raise _bad(origin, name, tr("{key} is a table", key=key))
    return cast("list[tuple[Dialect, Any]]", list(inner.items()))


def _only(origin: str, name: str, table: Mapping[str, Any], allowed: Collection[str]) -> None:
    for key in table:
        if key not in allowed:
            raise _bad(
                origin,
                name,
                tr("there is no field '{key}'; there are {known}", key=key, known=", ".join(sorted(allowed))),
            )


def _bad(origin: str, name: str, why: str) -> ParameterError:
    where = f"{origin}, [{name}]" if name else origin
    return ParameterError(
        tr("the catalogue of parameters cannot be read: {why}", why=why),
        asked=where,
        mend=tr("correct {where}", where=where),
    )
