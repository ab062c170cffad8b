"""Which answers become posts."""

from __future__ import annotations

from collections import Counter

from feinschliff.datasets.lines import unquoted
from feinschliff.datasets.near import Distinct
from feinschliff.records import Answer, Flag

_UNUSABLE: tuple[Flag, ...] = ("empty", "refused", "truncated", "looping")
_DUPLICATES = "duplicates"


class Sieve:
    """Keeps answers until there are `count` posts, and counts what it leaves out."""

    def __init__(self, count: int) -> None:
        self.count = count
        self.asked = 0
        """Answers that came, whatever they were."""
        self.failed = 0
        self.unsent = 0
        """Answers that the budget did not allow."""
        self.first_failure: str | None = None
        self._distinct = Distinct()
        self._removed: Counter[str] = Counter()

    @property
    def posts(self) -> list[str]:
        """What was kept, in the order of the requests."""
        return self._distinct.texts

    @property
    def missing(self) -> int:
        """How many posts are still wanted."""
        return self.count - len(self.posts)

    def removed(self) -> dict[str, int]:
        """How many answers were left out, by reason; each counts under the first that holds."""
        return {name: self._removed[name] for name in (*_UNUSABLE, _DUPLICATES)}

    def take(self, answer: Answer | None) -> None:
        """One answer; None for one that the budget did not allow."""
        if answer is None:
            self.unsent += 1
            return
        self.asked += 1
        if answer.failure is not None:
            self.failed += 1
            self.first_failure = self.first_failure or answer.failure
            return
        fault: str | None = next((flag for flag in _UNUSABLE if flag in answer.flags), None)
        if fault is None and not self._distinct.add(unquoted(answer.text)):
            fault = _DUPLICATES
        if fault is not None:
            self._removed[fault] += 1
