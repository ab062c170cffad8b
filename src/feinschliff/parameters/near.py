"""The parameter that somebody may have meant: by its name, another name of it, or the words that explain it."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator, Sequence

from feinschliff.parameters.read import LANGUAGES
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.texts import line_of

_LEAST_BEGINNING = 3
"""Letters from which a text is taken for the beginning of a name or of an explanation."""
_LEAST_INSIDE = 5
"""Letters from which a text is looked for inside the explanations."""
_ALIKE = 0.65


def nearest(text: str, rows: Sequence[Parameter]) -> str | None:
    """The name of the row that `text` comes nearest to, in any language of the catalogue; None where none is near."""
    wanted = _plain(text)
    if not wanted:
        return None
    names = {_plain(name): row.name for row in reversed(rows) for name in (*row.aliases, row.name)}
    return names.get(wanted) or next(_guesses(wanted, names, rows), None)


def _guesses(wanted: str, names: dict[str, str], rows: Sequence[Parameter]) -> Iterator[str]:
    lines = [(row.name, _plain(line_of(row, language))) for row in rows for language in LANGUAGES]
    if len(wanted) >= _LEAST_BEGINNING:
        yield from (row.name for row in rows for name in (row.name, *row.aliases) if _plain(name).startswith(wanted))
        yield from (name for name, line in lines if f"{line} ".startswith(f"{wanted} "))
    inside = [name for name, line in lines if len(wanted) >= _LEAST_INSIDE and f" {wanted} " in f" {line} "]
    if " " in wanted:  # several words that an explanation has as well are no slip of the keys
        yield from inside
    near = [name for name in names if len(name) > 1]  # any two letters are near a single one
    yield from (names[name] for name in difflib.get_close_matches(wanted, near, n=1, cutoff=_ALIKE))
    yield from inside


def _plain(text: str) -> str:
    """Words in small letters with a space between: `Beam-Suche` and `beam_suche` are the same."""
    return " ".join(re.findall(r"[^\W_]+", text.casefold()))
