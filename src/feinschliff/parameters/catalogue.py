"""The catalogue of request parameters: one table, the only place where a parameter is declared.

The rows are data (`catalogue.toml`, read when they are first asked for; `FEIN_PARAMETERS` names a further file). The
command line's help, the search space, the wire format and the documentation are made from them.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.parameters.read import read_rows
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.values import check

EXTRA = "extra."
"""Prefix of fields that the catalogue does not know and that are passed through to the server."""

FURTHER = "FEIN_PARAMETERS"
"""Environment variable that names a file with further rows."""

PACKAGED = Path(__file__).parent / "catalogue.toml"


class _Rows(Mapping[str, Parameter]):
    """The rows by name, read at first use."""

    def __getitem__(self, name: str) -> Parameter:
        return _rows(os.environ.get(FURTHER))[name]

    def __iter__(self) -> Iterator[str]:
        return iter(_rows(os.environ.get(FURTHER)))

    def __len__(self) -> int:
        return len(_rows(os.environ.get(FURTHER)))


CATALOGUE: Mapping[str, Parameter] = _Rows()
"""All rows by name. Reading one raises ParameterError where the user's file of further rows is none."""

CLASSIC_SPACE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "temperature": (0.1, 0.9),
        "top_p": (0.1, 0.9),
        "frequency_penalty": (-1.0, 1.0),
        "presence_penalty": (-1.0, 1.0),
        "top_k": (1, 100),
    }
)
"""`--space classic`."""

DEFAULT_SPACE: tuple[str, ...] = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
"""`--space default`: what every OpenAI-compatible server knows, over the rows' own spans."""


@cache
def _rows(further: str | None) -> Mapping[str, Parameter]:
    packaged = read_rows(PACKAGED.read_text(encoding="utf-8"), origin=PACKAGED.name, packaged=True, known={})
    if not further:
        return MappingProxyType(packaged)
    try:
        text = Path(further).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise ParameterError(
            tr("cannot read the file of further parameters {path}", path=further),
            asked=f"{FURTHER}={further}",
            found=type(error).__name__,
            mend=tr("name a TOML file in UTF-8, or unset {FURTHER}", FURTHER=FURTHER),
        ) from None
    return MappingProxyType(packaged | read_rows(text, origin=further, packaged=False, known=packaged))


@cache
def _aliases(further: str | None) -> Mapping[str, str]:
    return {alias: row.name for row in _rows(further).values() for alias in row.aliases}


def canonical(name: str) -> str:
    """The catalogue's name for `name`, which may be an alias; any other name as it is."""
    return name if name in CATALOGUE else _aliases(os.environ.get(FURTHER)).get(name, name)


def row_of(name: str) -> Parameter | None:
    """The row of a name or an alias, whether or not it can be set; None where there is none."""
    return CATALOGUE.get(canonical(name))


def any_row(name: str) -> Parameter:
    """The row of a name or an alias, whether or not it can be set. Raises: ParameterError with the nearest name."""
    row = row_of(name)
    if row is None:
        raise _no_row(name, list(CATALOGUE.values()), tr("fein parameters shows all"))
    return row


def parameter(name: str) -> Parameter:
    """The row of `name` or of what it is an alias of; a row made up on the spot for `extra.NAME`.

    Raises: ParameterError for a name that is in no row, with the nearest one, or that only we set.
    """
    row = row_of(name)
    if row is not None:
        if row.role in {"reserved", "reply"}:
            raise ParameterError(
                tr(
                    "'{name}' cannot be set as a parameter: {lower}{help}",
                    name=name,
                    lower=row.help[0].lower(),
                    help=row.help[1:],
                ),
                asked=name,
                mend=_instead(row),
            )
        return row
    if name.startswith(EXTRA) and len(name) > len(EXTRA):
        return _extra(name)
    settable = [row for row in CATALOGUE.values() if row.role not in {"reserved", "reply"}]
    raise _no_row(name, settable, tr("a field that only your server knows is written extra.{name}", name=name))


def _no_row(name: str, rows: Sequence[Parameter], else_do: str) -> ParameterError:
    from feinschliff.parameters.near import nearest

    near = nearest(name, rows)
    hint = tr("did you mean '{nearest}'?", nearest=near) + " " if near is not None else ""
    return ParameterError(
        tr("unknown parameter '{name}'", name=name),
        asked=name if name.strip() else tr("an empty name"),
        found=tr("known are ") + ", ".join(row.name for row in rows),
        mend=hint + else_do,
    )


def _extra(name: str) -> Parameter:
    plain = name.removeprefix(EXTRA)
    known = CATALOGUE.get(plain)
    if known is not None and not known.as_extra:
        raise ParameterError(
            tr("'{name}' is the parameter '{plain}' by another name", name=name, plain=plain),
            asked=name,
            mend=tr("write {plain} without '{EXTRA}'", plain=plain, EXTRA=EXTRA),
        )
    return Parameter(name, "float", "A further field of the user's server, passed through.", role="request")


def _instead(row: Parameter) -> str:
    if row.role == "reply":
        return tr("read it in the answer")
    advice = {
        "seed": tr("use --seed for the run's seed"),
        "stream": tr("use --stream"),
        "messages": tr("use the prompt or a messages column"),
    }
    return advice.get(row.name, tr("leave it out"))


def check_value(name: str, value: JsonValue) -> JsonValue:
    """`value` in the row's type, or the reason why it cannot be.

    Raises: ParameterError for a wrong type or a value outside the row's range.
    """
    row = parameter(name)
    return value if name.startswith(EXTRA) else check(row, value)


def check_settings(values: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """The values checked, under the catalogue's names.

    Raises: ParameterError as `check_value`, and for a parameter that is given under two names.
    """
    checked: dict[str, JsonValue] = {}
    for written, value in values.items():
        name = canonical(written)
        if name in checked:
            raise ParameterError(
                tr("'{name}' is given twice", name=name), asked=f"{written}={value!r}", mend=tr("give it once")
            )
        checked[name] = check_value(name, value)
    return checked
