"""Which field a server's refusal is about."""

from __future__ import annotations

import re


def is_named(field: str, message: str) -> bool:
    """Whether the field stands in the message as a word of its own, its parts in either order.

    llama.cpp's sampler calls repeat_penalty penalty_repeat.
    """
    names = {field, "_".join(reversed(field.split("_")))}
    return any(re.search(rf"(?<![A-Za-z0-9_]){re.escape(n)}(?![A-Za-z0-9_])", message) is not None for n in names)


_NO_SUCH = re.compile(
    r"unrecogni[sz]ed|unknown (field|param|arg)|unsupported param|not permitted|unexpected keyword|"
    r"is not supported with this model",
    re.IGNORECASE,
)


def is_unknown_field(message: str) -> bool:
    """Whether the server says that there is no such field, so that no other value would do."""
    return _NO_SUCH.search(message) is not None
