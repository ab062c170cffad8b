"""One tree of errors. Each says what was asked, what was found and what to do about it.

FeinschliffError
|-- InputError            exit 2: wrong usage or input, found before the first answer
|   |-- DataError             a data file, its columns, the target
|   |-- TaskError             a task file or a template
|   |-- ParameterError        a name, a value or a range in the search space or the settings
|   |-- ScorerError           an unknown or badly configured scorer
|   |-- EndpointError         unreachable, or it refuses the very first question
|   |-- ModelError            an unknown model, or a GGUF file that is none
|   |-- BudgetError           a budget that cannot pay for what was asked
|   `-- OutputError           an output file that must not be overwritten
|-- RunError              exit 1: a run that failed on the way; what was paid for is kept
|   |-- EndpointGone          too many failures in a row
|   |-- RequestRefused        the server refused a request for good (4xx)
|   `-- StoreError            the store cannot be read or written
`-- Interrupted           exit 130: stopped by the user; what was paid for is kept
    `-- NotStarted            the user has seen what it would cost, and nothing was sent
"""

from __future__ import annotations

from typing import Any, ClassVar, Self

from feinschliff.i18n import tr


class FeinschliffError(Exception):
    """Base of all errors that a caller can act on.

    `message` is one sentence; `asked`, `found` and `mend` are short texts or None.
    """

    kind: ClassVar[str] = "error"
    exit_code: ClassVar[int] = 1

    def __init__(
        self, message: str, *, asked: str | None = None, found: str | None = None, mend: str | None = None
    ) -> None:
        super().__init__(message)
        self.message = message
        self.asked = asked
        self.found = found
        self.mend = mend
        self.run: str | None = None
        """Id of the run that was under way, where there was one."""

    def of_run(self, run: str) -> Self:
        """The same error, with the run that was under way."""
        self.run = run
        return self

    def __str__(self) -> str:
        return self.message if self.mend is None else f"{self.message}; {self.mend}"

    def to_dict(self) -> dict[str, str | None]:
        """The error as the command line's JSON shows it."""
        return {
            "kind": self.kind,
            "message": self.message,
            "asked": self.asked,
            "found": self.found,
            "mend": self.mend,
        }


class InputError(FeinschliffError):
    """Wrong usage or input, found before the first answer."""

    kind = "input"
    exit_code = 2


class DataError(InputError):
    """A data file, its columns or the target."""

    kind = "data"


class TaskError(InputError):
    """A task file or a template."""

    kind = "task"


class ParameterError(InputError):
    """A name, a value or a range in the search space or the settings."""

    kind = "parameter"


class ScorerError(InputError):
    """An unknown or badly configured scorer."""

    kind = "scorer"


class EndpointError(InputError):
    """An endpoint that cannot be reached, or that refuses the very first question."""

    kind = "endpoint"


class ModelError(InputError):
    """An unknown model, or a model file that is none."""

    kind = "model"


class BudgetError(InputError):
    """A budget that cannot pay for what was asked."""

    kind = "budget"


class OutputError(InputError):
    """An output file that must not be overwritten."""

    kind = "output"


class StoreUnusable(InputError):
    """A store that cannot be opened, or was made by another version."""

    kind = "store"


class RunError(FeinschliffError):
    """A run that failed on the way; what was paid for is kept."""

    kind = "run"


class EndpointGone(RunError):
    """Too many failures in a row: the endpoint is taken for gone."""

    kind = "endpoint_gone"


class RequestRefused(RunError):
    """The server refused a request for good (4xx other than 408, 409, 425 and 429)."""

    kind = "request_refused"


class StoreError(RunError):
    """The store cannot be read or written."""

    kind = "store"


class Interrupted(FeinschliffError):
    """Stopped by the user; what was paid for is kept."""

    kind = "interrupted"
    exit_code = 130


class NotStarted(Interrupted):
    """A run that was not begun, by the will of whoever saw its estimate; nothing was sent.

    `estimate` is what it would have cost, as `Estimate.to_dict` gives it.
    """

    kind = "not_started"

    def __init__(self, *, estimate: dict[str, Any]) -> None:
        super().__init__(tr("not started"), mend=tr("nothing was sent; --yes starts without a question"))
        self.estimate = estimate
