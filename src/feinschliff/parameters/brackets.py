"""The left side of an assignment: a name, and the conditions in brackets behind it."""

from __future__ import annotations

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr


def split_assignment(text: str) -> tuple[str, list[tuple[str, str]], str]:
    """`min_p[model=b,c][top_k=1:50]=0:0.3` as (name, (other name, its values) for each condition, value).

    Raises: ParameterError where the sign or the name is missing, or a bracket is not closed.
    """
    sign, bracket = text.find("="), text.find("[")
    if bracket < 0 or sign < bracket:
        name, _, value = text.partition("=")
        return _checked(text, name, found=sign >= 0), [], value
    name, rest = text[:bracket], text[bracket:]
    conditions = []
    while rest.startswith("["):
        end = _closing(rest)
        other, sign_inside, values = rest[1:end].partition("=")
        if end < 0 or not sign_inside:
            raise ParameterError(
                tr("the condition of '{name}' is no [NAME=VALUE]", name=name.strip()),
                asked=f"-p {text}",
                mend=tr("write for example -p 'min_p[model=NAME]=0:0.3'"),
            )
        conditions.append((_checked(text, other, found=True), values))
        rest = rest[end + 1 :].lstrip()
    return _checked(text, name, found=rest.startswith("=")), conditions, rest[1:]


def _checked(text: str, name: str, *, found: bool) -> str:
    if found and name.strip():
        return name.strip()
    raise ParameterError(
        tr("'{text}' is no NAME=VALUE", text=text),
        asked=f"-p {text}",
        mend=tr("write for example -p temperature=0:1.5"),
    )


def _closing(text: str) -> int:
    """Where the bracket that the text begins with is closed, past JSON lists and texts within it; -1: nowhere."""
    depth, quoted, escaped = 0, False, False
    for at, sign in enumerate(text):
        if escaped:
            escaped = False
        elif quoted:
            escaped, quoted = sign == "\\", sign != '"'
        elif sign == '"':
            quoted = True
        elif sign in "[]":
            depth += 1 if sign == "[" else -1
            if depth == 0:
                return at
    return -1
