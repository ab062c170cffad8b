"""Which field a server's refusal is about."""

from __future__ import annotations

import re


def is_named(field: str, message: str) -> bool:
    """Whether the field stands in the message as a word of its own."""
    return re.search(rf"(?<![A-Za-z0-9_]){re.escape(field)}(?![A-Za-z0-9_])", message) is not None
