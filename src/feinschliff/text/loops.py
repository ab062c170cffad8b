"""Answers that got stuck: the same words or characters over and over, to the end."""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.text.normal import nfc, words

_WINDOW = 4000
"""Characters at the end that are looked at: a loop that is longer is seen in them as well."""
_REPEATS = 4
_SHARE = 0.3
"""Least share of the text (of its window) that the loop covers."""
_LONG_UNIT = 12
"""Units from this many characters on are phrases; shorter ones ("ha", "ja ja") are repeated on purpose as well."""
_LEAST_SHORT = 40
"""Least characters of a loop of short units: "hahahahahaha" and "nein, nein, nein, nein!" stay below."""
_REPEATS_OF_MARKS = 50
"""Repetitions of a unit without a letter: rulers of tables, dots and columns of zeros are normal in small numbers."""


def is_looping(text: str) -> bool:
    """Whether the text ends in at least 4 immediate repetitions of one unit that cover 30 % of it or more.

    The unit is a run of characters, or of words (then case, punctuation and white space may differ). The last
    repetition may be cut off. Short units must fill 40 characters, units without any letter must come 50 times and
    fill half of the text.
    """
    tail = nfc(text).strip()[-_WINDOW:]
    return _loops(tail, "", tail) or _loops(words(tail), " ", tail)


def _loops(items: Sequence[str], glue: str, text: str) -> bool:
    """Whether the periodic end of `items` is a loop, by its characters."""
    backwards = items[::-1]
    for period, match in enumerate(_z_function(backwards)):
        if period == 0 or period + match < _REPEATS * period:
            continue
        # The word list has lost marks, so its share is taken of its own length.
        unit, covered = glue.join(items[-period:]), glue.join(items[len(items) - period - match :])
        if _is_loop(unit, len(covered), (period + match) / period, len(glue.join(items)) if glue else len(text)):
            return True
    return False


def _is_loop(unit: str, covered: int, repeats: float, total: int) -> bool:
    if not any(character.isalpha() for character in unit):
        return repeats >= _REPEATS_OF_MARKS and 2 * covered >= total
    if len(unit) < _LONG_UNIT and covered < _LEAST_SHORT:
        return False
    return covered >= _SHARE * total


def _z_function(items: Sequence[str]) -> list[int]:
    """z[i]: length of the longest run from i that equals the beginning (Gusfield 1997, section 1.4); linear time."""
    z = [0] * len(items)
    left = right = 0
    for i in range(1, len(items)):
        size = min(right - i, z[i - left]) if i < right else 0
        while i + size < len(items) and items[size] == items[i + size]:
            size += 1
        z[i] = size
        if i + size > right:
            left, right = i, i + size
    return z
