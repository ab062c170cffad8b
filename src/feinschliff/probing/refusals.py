"""Which field a server's refusal is about."""

from __future__ import annotations

import re


def is_named(field: str, message: str) -> bool:
    """Whether the field stands in the message as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(field)}(?![A-Za-z0-9_])", message) is not None


_NO_SUCH = re.compile(
    r"unrecogni[sz]ed|unknown (field|param|arg)|unsupported param|not permitted|unexpected keyword|"
    r"is not supported with this model",
    re.IGNORECASE,
)


def is_unknown_field(message: str) -> bool:
    """Whether the server says that there is no such field, so that no other value would do."""
    return _NO_SUCH.search(message) is not None
