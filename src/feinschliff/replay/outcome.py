"""Where an answer ends: an answer under a smaller limit, or another stop string, is the beginning of a stored one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from feinschliff.replay.traces import Trace


@dataclass(frozen=True)
class Outcome:
    """What ends an answer beside the model's own end."""

    limit: int | None = None
    """Most tokens; None: none."""
    stops: tuple[str, ...] = ()
    """Texts before which it is cut off."""

    def covers(self, other: Outcome, *, stops_listed: bool) -> bool:
        """Whether answers drawn this way reach, and show, all that answers drawn the other way can be."""
        far = self.limit is None or (other.limit is not None and self.limit >= other.limit)
        return far and set(self.stops) <= set(other.stops) and (stops_listed or not self.stops)


@dataclass(frozen=True)
class Shortened:
    """One stored answer as another outcome would have left it."""

    tokens: int
    """How many of its tokens."""
    text: str | None
    """None where it stays as it is."""
    reached: bool
    """False where the stored answer ends before this outcome would have ended it: how it goes on is not known."""


def shorten(trace: Trace, drawn: Outcome, wanted: Outcome) -> Shortened:
    """The answer that `wanted` would have left of one that was drawn under `drawn`."""
    length = len(trace.tokens)
    if drawn == wanted:
        return Shortened(length, None, True)
    if wanted.stops and not trace.texts:
        return Shortened(length, None, False)
    ends = _ends(trace.texts)
    own = first_stop(trace.texts, ends, drawn.stops)
    stop = first_stop(trace.texts, ends, wanted.stops)
    limit = length + 1 if wanted.limit is None else wanted.limit
    if stop is not None and stop[0] <= limit:
        same = own is not None and own[1] == stop[1]
        return Shortened(stop[0], None if same else "".join(trace.texts)[: stop[1]], True)
    if limit < length:
        return Shortened(limit, "".join(trace.texts[:limit]), bool(trace.texts))
    if own is not None:
        # With a limit in the midst of the stop string, its part of the text would have stayed.
        return Shortened(length, "".join(trace.texts) if limit == length else None, limit == length)
    return Shortened(length, None, trace.ended or limit == length)


def first_stop(texts: Sequence[str], ends: NDArray[np.intp], stops: Sequence[str]) -> tuple[int, int] | None:
    """(tokens until a stop string is whole, characters before it); None where none comes."""
    whole = "".join(texts)
    found = [(at, len(stop)) for stop in stops if stop and (at := whole.find(stop)) >= 0]
    if not found:
        return None
    # The server looks after every token: the first to be whole counts, and of several the one that begins first.
    tokens = [int(np.searchsorted(ends, at + size)) + 1 for at, size in found]
    least = min(tokens)
    return least, min(at for (at, _), number in zip(found, tokens, strict=True) if number == least)


def reach(trace: Trace, drawn: Outcome, *, stops_listed: bool) -> int:
    """Tokens of this answer's that an answer drawn this way can have, and show."""
    most = len(trace.tokens) if drawn.limit is None else min(drawn.limit, len(trace.tokens))
    stop = first_stop(trace.texts, _ends(trace.texts), drawn.stops)
    return most if stop is None else min(most, stop[0] if stops_listed else stop[0] - 1)


def _ends(texts: Sequence[str]) -> NDArray[np.intp]:
    return np.cumsum([len(text) for text in texts], dtype=np.intp)
