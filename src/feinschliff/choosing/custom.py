"""The user's own choice: a function of the answers and the row."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Sequence
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example
from feinschliff.scorers.functions import function_name
from feinschliff.text.normal import nfc

ChoiceFunction = Callable[[list[str], dict[str, Any]], int]


class FunctionChoice:
    """Calls `f(answers: list[str], row: dict) -> int`: the position of the best answer.

    The answers come in NFC; the row holds what the prompt was made of, and no target.
    """

    def __init__(self, function: ChoiceFunction, asked: str | None = None) -> None:
        """`asked`: as the user wrote it. Raises: ScorerError for a wrong signature."""
        try:
            inspect.signature(function).bind([], {})
        except ValueError:
            pass  # built in: nothing to see before the first call
        except TypeError as error:
            raise ScorerError(
                tr("the function cannot choose: it cannot be called with (answers, row): {error}", error=error),
                asked=asked,
                mend=tr("write it as def f(answers: list[str], row: dict) -> int; it never sees the target"),
            ) from None
        self._function = function
        self._name = function_name(function, asked)

    @property
    def name(self) -> str:
        """Place and hash of the source: `module:function@1a2b3c4d5e6f`."""
        return self._name

    def choose(self, example: Example, answers: Sequence[Answer]) -> int:
        """What the function says."""
        return self._function([nfc(answer.text) for answer in answers], copy.deepcopy(example.row))
