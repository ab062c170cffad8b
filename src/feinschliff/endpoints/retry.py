"""When a failed attempt is made again, and how long to wait before."""

from __future__ import annotations

import math
import random
import re
import time
from collections.abc import Iterator, Mapping
from email.utils import parsedate_to_datetime

from pydantic import JsonValue

MOST_ATTEMPTS = 12
"""With 30 % faults, one request in two million would still fail."""

_FIRST_S = 0.25
_CAP_S = 8.0
_RETRY_AFTER_CAP_S = 30.0
_TELLING = 8
"""Letters from which a name is no everyday word."""
_RETRIED = frozenset({408, 409, 425, 429})


def is_retried(status: int) -> bool:
    """True for statuses that can pass by themselves; 501 says that the server cannot do this at all."""
    return status in _RETRIED or (status >= 500 and status != 501)


def names_a_field(words: str, fields: Mapping[str, JsonValue]) -> bool:
    """True where an error speaks of a field of the request, which no other attempt would mend.

    Names that are plain words (`stop`, `user`, `n`) count in quotes only.
    """
    return any(
        re.search(rf"(?<!\w){re.escape(name)}(?!\w)" if _is_telling(name) else rf"['\"`]{re.escape(name)}['\"`]", words)
        for name in _names(fields)
    )


def _is_telling(name: str) -> bool:
    return "_" in name or len(name) >= _TELLING


def _names(fields: Mapping[str, JsonValue]) -> Iterator[str]:
    for name, value in fields.items():
        yield name
        if isinstance(value, dict):
            yield from _names(value)


def backoff_s(failures: int, retry_after_s: float | None) -> float:
    """Seconds to wait after so many failures of a request (1, 2, ...): exponential with full jitter.

    Full jitter (uniform from 0) spreads many workers best: Brooker, "Exponential Backoff and Jitter", AWS 2015.
    """
    jitter_s = random.uniform(0.0, min(_CAP_S, _FIRST_S * 2.0 ** (failures - 1)))
    return jitter_s if retry_after_s is None else max(jitter_s, min(retry_after_s, _RETRY_AFTER_CAP_S))


def parse_retry_after(text: str | None) -> float | None:
    """Seconds of a `Retry-After` header (a number or an HTTP date); None for none or nonsense."""
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError:
        try:
            seconds = parsedate_to_datetime(text).timestamp() - time.time()
        except (ValueError, TypeError, OverflowError):
            return None
    return max(seconds, 0.0) if math.isfinite(seconds) else None
