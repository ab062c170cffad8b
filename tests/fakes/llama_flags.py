"""llama.cpp's own parser of flags, which the wheel of the embedded engine holds: no fake, and never shipped.

Its parameters are a C++ structure; the Python object holds it whole, behind the two words that every object has.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from pathlib import Path
from typing import Any

_PARSE = "_Z19common_params_parseiPPcR13common_params13llama_examplePFviS0_E"
_EXAMPLES = range(24)
"""llama.cpp's programs by number; which one is the server differs from version to version."""
_ONLY_SERVER = ("--slots", "--port", "0")


def parser_missing() -> bool:
    """Whether this machine's wheel does not export it."""
    try:
        return not hasattr(_library(), _PARSE)
    except (ImportError, OSError, IndexError):
        return True


def apply_flags(params: Any, words: Sequence[str]) -> None:
    """Set in `params` (xllamacpp's `CommonParams`) what `llama-server` makes of a command line, the program first."""
    words = [words[0], *_ONLY_SERVER, *words[1:]]
    accepted = any(_parse(params, words, example) for example in _EXAMPLES)
    assert accepted, f"llama-server takes no such flags: {words}"


def _parse(params: Any, words: Sequence[str], example: int) -> bool:
    parse = getattr(_library(), _PARSE)
    pointer = ctypes.c_void_p
    parse.restype, parse.argtypes = ctypes.c_bool, [ctypes.c_int, pointer, pointer, ctypes.c_int, pointer]
    texts = (ctypes.c_char_p * (len(words) + 1))(*(word.encode() for word in words), None)
    return bool(parse(len(words), texts, id(params) + object.__basicsize__, example, None))


def _library() -> ctypes.CDLL:
    import xllamacpp

    return ctypes.CDLL(str(next(iter(Path(xllamacpp.__file__).parent.glob("*.so")))))
