"""`-p NAME=...` on the command line: a range, choices, or a fixed value."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import cast

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.brackets import split_assignment
from feinschliff.parameters.catalogue import EXTRA, canonical, check_value, parameter
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.values import wrong
from feinschliff.parameters.wishes import WHEN


def parse_assignments(texts: Iterable[str]) -> dict[str, object]:
    """`["temperature=0:1.5", "top_k=1,40", "min_p[model=b]=0:0.3"]` as the mapping that `make_space` takes.

    Raises: ParameterError for a text without `=`, an unknown name, a value of the wrong kind, a name given twice.
    """
    spec: dict[str, object] = {}
    for text in texts:
        written, conditions, value = split_assignment(text)
        name = canonical(written)
        if name in spec:
            raise ParameterError(tr("'{name}' is given twice", name=name), asked=f"-p {text}", mend=tr("give it once"))
        spec[name] = parse_value(name, value)
        if conditions:
            spec[name] = _conditional(spec[name], conditions, text)
    return spec


def _conditional(wanted: object, conditions: Iterable[tuple[str, str]], text: str) -> dict[str, object]:
    """What is wanted where other parameters have certain values, as a task file writes it."""
    when: dict[str, object] = {}
    for written, values in conditions:
        other = canonical(written)
        if other in when:
            raise ParameterError(
                tr("'{name}' is given twice", name=other), asked=f"-p {text}", mend=tr("write [{name}=A,B]", name=other)
            )
        when[other] = parse_value(other, values)
    if isinstance(wanted, tuple):
        return {"range": wanted, WHEN: when}
    if isinstance(wanted, dict) and set(wanted) == {"choices"}:
        return {**wanted, WHEN: when}
    return {"value": wanted, WHEN: when}


def parse_value(name: str, text: str) -> object:
    """One value as written after `NAME=`: a tuple is a range, a `{"choices": [...]}` are choices, else fixed."""
    row = parameter(name)
    if row.kind == "json":
        return _json(row, text)
    if text.startswith("@"):
        return {"choices": _from_file(name, Path(text[1:]))}
    if text.lstrip().startswith("["):
        return {"choices": _from_json(name, text)}
    if name.startswith(EXTRA) and text.lstrip().startswith("{"):
        return _object(name, text)
    if row.words:
        return {"choices": [part.strip() for part in text.split(",")]} if "," in text else check_value(name, text)
    if row.kind == "text" and name != "model":
        return text
    if name == "model":
        return {"choices": [part.strip() for part in text.split(",")]} if "," in text else text
    if row.kind == "bool":
        return _bool(name, text)
    if ":" in text and not name.startswith(EXTRA):
        return _range(name, text)
    if name.startswith(EXTRA):
        return _extra(name, text)
    if "," in text:
        return {"choices": [_number(name, part) for part in text.split(",")]}
    return check_value(name, _number(name, text))


def _range(name: str, text: str) -> tuple[float, float]:
    parts = text.split(":")
    if len(parts) != 2:
        raise ParameterError(
            tr("'{text}' is no range low:high", text=text), asked=f"-p {name}={text}", mend=tr("write two numbers")
        )
    return _number(name, parts[0]), _number(name, parts[1])


def _number(name: str, text: str) -> float | int:
    try:
        return int(text)
    except ValueError:
        pass
    try:
        value = float(text)
    except ValueError:
        value = float("nan")
    if value != value or value in (float("inf"), float("-inf")):
        raise ParameterError(
            tr("'{name}' takes a number, not '{strip}'", name=name, strip=text.strip()),
            asked=f"-p {name}={text}",
            mend=tr("write {name}=VALUE, {name}=LOW:HIGH or {name}=A,B,C with numbers", name=name),
        )
    return value


def _bool(name: str, text: str) -> bool:
    if text.lower() in {"true", "false"}:
        return text.lower() == "true"
    raise ParameterError(
        tr("'{name}' takes true or false, not '{text}'", name=name, text=text),
        asked=f"-p {name}={text}",
        mend=tr("write true"),
    )


def _extra(name: str, text: str) -> object:
    """A field that we know nothing of: JSON where it is JSON, numbers as ranges and choices, else the text."""
    try:
        if ":" in text:
            return _range(name, text)
        if "," in text:
            return {"choices": [_number(name, part) for part in text.split(",")]}
    except ParameterError:
        return text
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _json(row: Parameter, text: str) -> object:
    """A value that is itself a JSON object or list, or a list of choices where the value cannot be a list."""
    if text.startswith("@"):
        text = _read(row.name, Path(text[1:]))
    if text.lstrip().startswith("["):
        values = _from_json(row.name, text)
        return values if row.shape == "list" else {"choices": values}
    if text.lstrip().startswith("{"):
        value = _object(row.name, text)
        is_choices = isinstance(value, dict) and set(value) == {"choices"}
        return value if is_choices else check_value(row.name, cast("JsonValue", value))
    if row.shape == "any":
        return {"choices": [part.strip() for part in text.split(",")]} if "," in text else text
    raise wrong(row, text, "JSON")


def _object(name: str, text: str) -> object:
    """A JSON object for a field of the server, fixed; `{"choices": [...]}` are choices. Raises: ParameterError."""
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise ParameterError(
            tr(
                "the object of '{name}' is no JSON: {msg} at character {pos}",
                name=name,
                msg=error.msg,
                pos=error.pos + 1,
            ),
            asked=f"-p {name}={text}",
            mend=tr('write JSON, for example {"enable_thinking": false}'),
        ) from None


def _from_json(name: str, text: str) -> list[object]:
    try:
        values = json.loads(text)
    except json.JSONDecodeError as error:
        raise ParameterError(
            tr(
                "the list of '{name}' is no JSON: {msg} at character {pos}", name=name, msg=error.msg, pos=error.pos + 1
            ),
            asked=f"-p {name}={text}",
            mend=tr('write a JSON list, for example ["first", "second"]'),
        ) from None
    if not isinstance(values, list):
        raise ParameterError(
            tr("'{name}' wants a JSON list", name=name), asked=f"-p {name}={text}", mend=tr('write ["...", "..."]')
        )
    return values


def _from_file(name: str, path: Path) -> list[object]:
    """Choices from a file: a JSON list, else one choice per line."""
    text = _read(name, path)
    if text.lstrip().startswith("["):
        return _from_json(name, text)
    return [line for line in text.splitlines() if line.strip()]


def _read(name: str, path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(
            tr("cannot read the choices of '{name}' from {path}", name=name, path=path),
            asked=f"-p {name}=@{path}",
            found=type(error).__name__,
            mend=tr("give a UTF-8 text file: a JSON list, or one choice per line"),
        ) from None
