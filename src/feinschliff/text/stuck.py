"""A text that is still being written: is it stuck in a loop for certain?

The flag `looping` may be wrong about a text that goes on (rows of a table, a refrain); who ends an answer because of it
must be surer. So more repetitions are wanted here, letter by letter, and `loops.is_looping` holds for what is cut off.
"""

from __future__ import annotations

_STEP = 8
"""The text is looked at whenever it has grown by so many characters."""
_WINDOWS = (128, 256, 512, 1024, 2048)
"""Characters at the end that must be one loop. A window is looked at 16 times while it fills anew, which keeps the
whole watch at half a microsecond for a character of the text."""
_SHORT_WINDOW = 256
_REPEATS = 4
_REPEATS_IN_SHORT = 8
"""In windows up to the short one the unit is a word or a phrase, which may come four times on purpose."""
_SHARE = 0.3
_LOOKED_AT = 4000
"""The loop covers this share of the text, or of its last so many characters, as in `loops`."""
_REPEATS_OF_MARKS = 50
_LEAST_OF_MARKS = 512
"""Units without a letter: rulers, dots and columns of zeros are long on purpose."""
_LEAST_OF_SPACE = 256


class LoopWatch:
    """Gets a text piece by piece and says where it got stuck.

    What it says depends on the text alone, not on how it was cut into pieces.
    """

    def __init__(self) -> None:
        self.end: int | None = None
        """Length of the text at which the loop was certain; None as long as it is not."""
        self._tail = ""
        self._length = 0
        self._next = _WINDOWS[0]

    def feed(self, piece: str) -> bool:
        """Append `piece`; True where the text is stuck, then and ever after."""
        self._tail += piece
        self._length += len(piece)
        while self.end is None and self._next <= self._length:
            if self._is_stuck(self._next):
                self.end = self._next
            self._next += _STEP
        if len(self._tail) > 2 * _WINDOWS[-1]:
            self._tail = self._tail[-_WINDOWS[-1] :]
        return self.end is not None

    def _is_stuck(self, length: int) -> bool:
        stop = len(self._tail) - (self._length - length)
        return any(
            _is_loop(self._tail[stop - window : stop])
            for window in _WINDOWS
            if window <= length and length % (window // 16) == 0 and window >= _SHARE * min(length, _LOOKED_AT)
        )


def _is_loop(text: str) -> bool:
    """Whether all of the text is one unit over and over."""
    repeats = _REPEATS_IN_SHORT if len(text) <= _SHORT_WINDOW else _REPEATS
    if not _has_period(text, len(text) // repeats):
        return False
    if any(character.isalpha() for character in text):
        return True
    if text.isspace():
        return len(text) >= _LEAST_OF_SPACE
    return len(text) >= _LEAST_OF_MARKS and _has_period(text, len(text) // _REPEATS_OF_MARKS)


def _has_period(text: str, longest: int) -> bool:
    """Whether the text repeats itself after at most `longest` characters, a small part of its length."""
    # What stands behind those must stand earlier as well, nearest where the period is shortest. If the whole text has
    # any such period it has this one too (Fine and Wilf 1965): there is no other to try.
    period = longest - text.rfind(text[longest:], 0, len(text) - 1)
    return period <= longest and text.startswith(text[period:])
