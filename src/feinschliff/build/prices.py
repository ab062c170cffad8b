"""The user's price table: a TOML file that people edit, by hand or with `fein prices set`."""

from __future__ import annotations

import datetime
import json
import math
import os
import re
import tempfile
import tomllib
from collections.abc import Mapping
from pathlib import Path

import platformdirs

from feinschliff.errors import InputError
from feinschliff.generation import Price, PriceEntry
from feinschliff.i18n import tr

FORMAT = """\
# What models cost, in USD per million tokens: "in" for prompts, "out" for answers, "date" when you looked it up.
# A name matches exactly, or as a pattern with * and ?; an exact name comes before patterns, a longer pattern before a
# shorter one. No prices are shipped: they change, and a wrong one is worse than none.
#
#     "some-model" = {in = 0.15, out = 0.60, date = 2026-01-31}
#     "some-vendor/*" = {in = 1.00, out = 4.00, date = 2026-01-31}

[prices]
"""
"""A table without entries."""

_KEYS = {"in", "out", "date"}


def prices_path() -> Path:
    """Where the table lies: `FEIN_PRICES`, else `prices.toml` in the user's configuration folder."""
    given = os.environ.get("FEIN_PRICES")
    return Path(given).expanduser() if given else platformdirs.user_config_path("feinschliff") / "prices.toml"


def load_prices(path: Path | None = None) -> tuple[PriceEntry, ...]:
    """The entries of the table, in the file's order; none where there is no file.

    Raises: InputError for a file that cannot be read or that is no price table.
    """
    path = path or prices_path()
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return ()
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            tr("cannot read the price table {path}", path=path), asked=str(path), found=type(error).__name__
        ) from None
    return _parse(text, path)


def set_price(model: str, price: Price, date: datetime.date, *, path: Path | None = None) -> PriceEntry:
    """Add or replace one entry; comments and all other lines stay as they are.

    Raises: InputError where the file is no price table, or is written in a way that only a person can edit.
    """
    path = path or prices_path()
    entry = PriceEntry(model, price, date)
    costs = f"in = {_number(price.prompt)}, out = {_number(price.completion)}"
    line = f"{_quoted(model)} = {{{costs}, date = {date.isoformat()}}}"
    text, found = _edited(path, model, line)
    _replace(path, text, [entry if e.model == model else e for e in found] if _has(found, model) else [*found, entry])
    return entry


def remove_price(model: str, *, path: Path | None = None) -> None:
    """Take one entry out. Raises: InputError as `set_price`, and where there is no such entry."""
    path = path or prices_path()
    text, found = _edited(path, model, None)
    if not _has(found, model):
        raise InputError(
            tr("the price table has no entry '{model}'", model=model),
            asked=model,
            found=", ".join(e.model for e in found) or tr("no entries"),
            mend=tr("see fein prices"),
        )
    _replace(path, text, [e for e in found if e.model != model])


def parse_price(text: str) -> Price:
    """`"0.15,0.60"`: USD per million prompt and completion tokens. Raises: InputError."""
    try:
        prompt, completion = (float(part) for part in text.split(","))
        return _checked(prompt, completion)
    except ValueError:
        raise InputError(
            tr("'{text}' is no price", text=text),
            asked=f"--price {text}",
            mend=tr("write IN,OUT in USD per million tokens, as 0.15,0.60"),
        ) from None


def _has(entries: tuple[PriceEntry, ...], model: str) -> bool:
    return any(e.model == model for e in entries)


def _parse(text: str, path: Path) -> tuple[PriceEntry, ...]:
    try:
        table = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise InputError(
            tr("the price table {path} is no valid TOML: {error}", path=path, error=error),
            asked=str(path),
            mend=tr("mend the line that is named"),
        ) from None
    rows = table.get("prices", {})
    if set(table) - {"prices"} or not isinstance(rows, dict):
        raise _wrong(path, ", ".join(table), tr("write all entries under [prices]"))
    return tuple(_entry(path, model, row) for model, row in rows.items())


def _entry(path: Path, model: str, row: object) -> PriceEntry:
    mend = tr('write "{model}" = {{in = 0.15, out = 0.60, date = 2026-01-31}}', model=model)
    if not isinstance(row, Mapping) or not {"in", "out"} <= set(row) <= _KEYS:
        raise _wrong(path, f"{model} = {row}", mend)
    date = row.get("date")
    if isinstance(date, datetime.datetime) or not (date is None or isinstance(date, datetime.date)):
        raise _wrong(path, f"{model}: date = {date}", mend)
    try:
        return PriceEntry(model, _checked(row["in"], row["out"]), date)
    except (ValueError, TypeError):
        raise _wrong(path, f"{model}: in = {row['in']}, out = {row['out']}", mend) from None


def _checked(prompt: float, completion: float) -> Price:
    for value in (prompt, completion):
        if isinstance(value, bool) or not math.isfinite(value) or value < 0:
            raise ValueError(value)
    return Price(float(prompt), float(completion))


def _wrong(path: Path, found: str, mend: str) -> InputError:
    return InputError(
        tr("the price table {path} has a wrong entry", path=path), asked=str(path), found=found, mend=mend
    )


def _edited(path: Path, model: str, line: str | None) -> tuple[str, tuple[PriceEntry, ...]]:
    """(the file's text with the entry's line replaced, added or left out; the entries before)."""
    found = load_prices(path)
    text = path.read_text(encoding="utf-8") if path.exists() else FORMAT
    names = (re.escape(_quoted(model)), re.escape(f"'{model}'"), re.escape(model))
    pattern = re.compile(rf"^[ \t]*(?:{'|'.join(names)})[ \t]*=[^\n]*(?:\n|\Z)", re.MULTILINE)
    if _has(found, model):
        return pattern.sub(lambda _: "" if line is None else line + "\n", text, count=1), found
    if line is not None:
        head = "" if re.search(r"^\s*\[prices\]", text, re.MULTILINE) else "\n[prices]\n"
        text = text + ("" if text.endswith("\n") else "\n") + head + line + "\n"
    return text, found


def _replace(path: Path, text: str, wanted: list[PriceEntry]) -> None:
    """Write the table, if it says what is wanted. Raises: InputError."""
    try:
        said = sorted(_parse(text, path), key=lambda e: e.model)
    except InputError:
        said = []
    if said != sorted(wanted, key=lambda e: e.model):
        raise InputError(
            tr("the price table {path} is written in a way that only you can edit", path=path),
            asked=str(path),
            mend=tr("edit it by hand, one line for each model under [prices]"),
        )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=path.parent, encoding="utf-8", delete=False) as file:
            file.write(text)
        Path(file.name).replace(path)
    except OSError as error:
        raise InputError(
            tr("cannot write the price table {path}", path=path), asked=str(path), found=error.strerror
        ) from None


def _number(value: float) -> str:
    """All its digits, and a whole number without a point."""
    return repr(value).removesuffix(".0")


def _quoted(name: str) -> str:
    """A TOML basic string; JSON's escapes are a part of TOML's."""
    return json.dumps(name, ensure_ascii=False)
