"""Numbers, names and times as people read them, in the user's language. All text here is plain; escaping is the page's
business.

What is measured has the language's decimal sign. Settings keep the point: they are copied into requests.
"""

from __future__ import annotations

import math
import re
from datetime import UTC, datetime
from typing import Any, TypeGuard

from feinschliff.i18n import language, tr

_SHORT = 24
_ABBREVIATIONS = {"top_p": "top-p", "top_k": "top-k", "min_p": "min-p", "max_tokens": "max tokens"}


def not_sent() -> str:
    """What is shown for a setting that is None: the server's own value applies, and nobody told us which."""
    return tr("not sent (unknown)")


def is_number(value: Any) -> TypeGuard[float]:
    """True for finite numbers; False for None, booleans and text."""
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def decimal(text: str) -> str:
    """A number that was written with a point, with the language's decimal sign."""
    return text.replace(".", ",") if language() == "de" else text


def score(value: float | None) -> str:
    """A score with three decimals."""
    return tr("none") if value is None else decimal(f"{value:.3f}")


def signed(value: float | None) -> str:
    """A difference of scores with its sign and three decimals; what rounds to 0 has no sign."""
    if value is None:
        return tr("none")
    return decimal(f"{value:+.3f}" if abs(value) >= 0.0005 else "0.000")


def number(value: float) -> str:
    """A number at three significant digits, with a point; integers below a million in full."""
    if float(value).is_integer() and abs(value) < 1e6:
        return str(int(value))
    text = f"{value:.3g}"
    return text if "e" not in text or not 1e-4 <= abs(value) < 1e6 else f"{float(text):f}".rstrip("0").rstrip(".")


def setting(value: Any) -> str:
    """A setting's value for reading; texts in full."""
    if value is None:
        return not_sent()
    if isinstance(value, bool):
        return "true" if value else "false"
    if is_number(value):
        return number(value)
    if isinstance(value, list):
        return ", ".join(repr(v) if isinstance(v, str) else setting(v) for v in value)
    return str(value)


def exact(value: Any) -> str:
    """A setting's value with all its digits."""
    return not_sent() if value is None else repr(value) if is_number(value) else setting(value)


def shortened(text: str, most: int = _SHORT) -> str:
    """One line of at most `most` characters."""
    line = " ".join(text.split())
    return line if len(line) <= most else line[: most - 3].rstrip() + "..."


def label(name: str) -> str:
    """A parameter's name inside a sentence: `top-p`, `frequency penalty`."""
    if name == "temperature":
        return tr("temperature")
    return _ABBREVIATIONS.get(name, name.removeprefix("extra.").replace("_", " "))


def scorer_label(name: str | None) -> str:
    """A short noun for what was measured; `score` where the scorer's name is no plain word."""
    plain = (name or "").split("@")[0].split("/")[0]
    return plain if re.fullmatch(r"[a-z][a-z_-]{2,20}", plain) else tr("score")


def capital(text: str) -> str:
    """The same text with its first letter raised."""
    return text[:1].upper() + text[1:]


def count(value: float | None) -> str:
    """A whole number with the language's thousands separators."""
    if value is None:
        return tr("unknown")
    return f"{round(value):,}".replace(",", "." if language() == "de" else ",")


def duration(seconds: float | None) -> str:
    """`38 s`, `12 min 5 s`, `3 h 20 min`."""
    if seconds is None:
        return tr("unknown")
    if seconds < 0.0995:
        return f"{round(seconds * 1000)} ms"
    if seconds < 9.95:
        return decimal(f"{seconds:.1f} s")
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    if minutes < 60:
        return f"{minutes} min {rest} s"
    return f"{minutes // 60} h {minutes % 60} min"


def latency(seconds: float) -> str:
    """The time of an answer: `285 ms`, `1.43 s`."""
    return f"{1000 * seconds:.0f} ms" if seconds < 0.9995 else decimal(f"{seconds:.2f} s")


def age(seconds: float) -> str:
    """The largest unit of a time span: `just now`, `5 min`, `3 h`, `12 d`."""
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return tr("just now")


def moment(seconds: float) -> str:
    """A time stamp in UTC, to the minute."""
    form = "%d.%m.%Y, %H:%M UTC" if language() == "de" else "%Y-%m-%d %H:%M UTC"
    return datetime.fromtimestamp(seconds, UTC).strftime(form)


def money(usd: float) -> str:
    """Dollars; more digits where it is little."""
    amount = decimal(f"{usd:.2f}" if usd >= 1 or usd == 0 else f"{usd:.4f}")
    return f"{amount}\N{NO-BREAK SPACE}$" if language() == "de" else f"${amount}"


def minus(text: str) -> str:
    """The same text with real minus signs."""
    return re.sub(r"(?<![\w.\-])-(?=\d)", "\N{MINUS SIGN}", text)


def typeset(text: str) -> str:
    """A sentence with real minus signs, and without line breaks inside `95 %`, `tokens <= 300`, `top-p` and
    `held-out`."""
    text = re.sub(r"(?<=\S) ([<>]=) (?=[\d.])", "\N{NO-BREAK SPACE}\\1\N{NO-BREAK SPACE}", text)
    unbroken = re.sub(r"(?<=\d) (?=%)", "\N{NO-BREAK SPACE}", minus(text))
    unbroken = re.sub(r"(?<=95)-%-(?=Int)", "-%-".replace("-", "\N{NON-BREAKING HYPHEN}"), unbroken)
    return re.sub(r"\b(top|min|held)-(?=(?:[pk]|out)\b)", "\\1\N{NON-BREAKING HYPHEN}", unbroken)
