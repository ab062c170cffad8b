"""Positions that llama.cpp leaves out of its log-probabilities: tokens that end within a character.

Such a token is held back until its character is whole, and then only the last token's position is told, with the text
of all of them (design/replay.md). A vocabulary that splits umlauts does so in every seventh German answer.
"""

from __future__ import annotations

from collections.abc import Sequence

from feinschliff.records import TokenLogprob

_BROKEN = "\N{REPLACEMENT CHARACTER}"
_MOST = 3
"""Tokens that one character can be split into before its last one: it has four bytes at most."""


def find_gaps(positions: Sequence[TokenLogprob], tokens: int, *, cut: bool) -> tuple[int, ...] | None:
    """Tokens missing before each position, and after the last one; None where parts of characters do not explain them.

    `tokens`: how many the server counted. `cut`: the limit on its length ended the answer, which may leave a part.
    """
    missing = tokens - len(positions)
    found = [1 if _joined(position) else 0 for position in positions] if missing > 0 else [0] * len(positions)
    left = missing - sum(found)
    for i, number in enumerate(found):
        more = max(0, min(left, _MOST - 1)) if number else 0
        found[i], left = number + more, left - more
    if missing <= 0 or left == 0:
        return (*found, 0)
    return (*found, left) if cut and 0 < left <= _MOST else None


def _joined(position: TokenLogprob) -> bool:
    """Whether this is the last part of a character, told with the text of what was held back."""
    own = next((one.token for one in position.top if one.id == position.id), None)
    return own is not None and own != position.token and _BROKEN in own
