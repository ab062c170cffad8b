"""Numbers, names and times as people read them. All text here is plain; escaping is the page's business."""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any

NOT_SENT = "not sent (unknown)"
"""What is shown for a setting that is None: the server's own value applies, and nobody told us which."""

_SHORT = 24
_ABBREVIATIONS = {"top_p": "top-p", "top_k": "top-k", "min_p": "min-p", "max_tokens": "max tokens"}


def is_number(value: Any) -> bool:
    """True for finite numbers; False for None, booleans and text."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def score(value: float | None) -> str:
    """A score with three decimals."""
    return "none" if value is None else f"{value:.3f}"


def signed(value: float | None) -> str:
    """A difference of scores with its sign and three decimals; what rounds to 0 has no sign."""
    if value is None:
        return "none"
    return f"{value:+.3f}" if abs(value) >= 0.0005 else "0.000"


def number(value: float) -> str:
    """A number at three significant digits; integers below a million in full."""
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    text = f"{value:.3g}"
    return text if "e" not in text or not 1e-4 <= abs(value) < 1e6 else f"{float(text):f}".rstrip("0").rstrip(".")


def setting(value: Any) -> str:
    """A setting's value for reading; texts in full."""
    if value is None:
        return NOT_SENT
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number(value)
    if isinstance(value, list):
        return ", ".join(repr(v) if isinstance(v, str) else setting(v) for v in value)
    return str(value)


def exact(value: Any) -> str:
    """A setting's value with all its digits."""
    return NOT_SENT if value is None else repr(value) if is_number(value) else setting(value)


def shortened(text: str, most: int = _SHORT) -> str:
    """One line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def label(name: str) -> str:
    """A parameter's name inside a sentence: `top-p`, `frequency penalty`."""
    return _ABBREVIATIONS.get(name, name.removeprefix("extra.").replace("_", " "))


def scorer_label(name: str | None) -> str:
    """A short noun for what was measured; `score` where the scorer's name is no plain word."""
    plain = (name or "").split("@")[0].split("/")[0]
    return plain if re.fullmatch(r"[a-z][a-z_-]{2,20}", plain) else "score"


def count(value: float | None, noun: str = "") -> str:
    """A whole number with thousands separators, and its noun in the right number."""
    if value is None:
        return "unknown"
    text = f"{round(value):,}"
    return f"{text} {noun}{'' if round(value) == 1 else 's'}" if noun else text


def duration(seconds: float | None) -> str:
    """`38 s`, `12 min 5 s`, `3 h 20 min`."""
    if seconds is None:
        return "unknown"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def age(seconds: float) -> str:
    """The largest unit of a time span: `just now`, `5 min`, `3 h`, `12 d`."""
    if seconds < 60:
        return "just now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return "just now"


def moment(seconds: float) -> str:
    """A time stamp in UTC, to the minute."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")


def money(usd: float | None) -> str:
    """Dollars; more digits where it is little."""
    if usd is None:
        return "unknown (no prices given)"
    return f"${usd:.2f}" if usd >= 1 or usd == 0 else f"${usd:.4f}"


def minus(text: str) -> str:
    """The same text with real minus signs."""
    return re.sub(r"(?<![\w.\-])-(?=\d)", "\N{MINUS SIGN}", text)


def typeset(text: str) -> str:
    """A sentence with real minus signs, and without line breaks inside `95 %`, `top-p` and `held-out`."""
    unbroken = re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", minus(text))
    return re.sub(r"\b(top|min|held)-(?=(?:[pk]|out)\b)", "\\1\N{NON-BREAKING HYPHEN}", unbroken)
