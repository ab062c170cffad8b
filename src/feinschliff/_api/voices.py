"""Several models to ask, at one endpoint or each in a file of its own: opened one after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self, TypeVar

from feinschliff._api.common import where
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.errors import InputError
from feinschliff.generation import Caps, Estimate, Prices
from feinschliff.i18n import tr

_TOGETHER_BYTES = 1_000_000_000
"""Models of this size together are kept in memory together."""

_T = TypeVar("_T")


@dataclass(frozen=True)
class Voice:
    """An endpoint, and those of its models that are asked: its only one where none is named."""

    endpoint: Endpoint
    models: tuple[str, ...] = ()

    def names(self, link: Connection) -> tuple[str, ...]:
        """The models, by the endpoint's names for them."""
        return self.models or (link.model,)


class Chorus:
    """Voices that are heard one after the other.

    A single one, and several small ones, stay open between `__enter__` and `__exit__`; else only one model has to be in
    memory at a time. Several are files of the embedded engine, which costs nothing: prices are those of the first.
    """

    def __init__(self, voices: Sequence[Voice], *, until: float | None) -> None:
        """`until`: as for `build.connect`."""
        self._voices = voices
        self._until = until
        self._stack = ExitStack()
        self._links: list[Connection] = []
        self.prices = Prices()
        """What the models cost, where anybody said; filled by `check`."""
        self.models: list[str] = []
        """In their order; filled by `check`."""
        self.places: list[dict[str, Any]] = []
        """What makes each voice's answers what they are, for a run's id; filled by `check`."""

    def __enter__(self) -> Self:
        if len(self._voices) == 1 or sum(_bytes_of(voice.endpoint) for voice in self._voices) <= _TOGETHER_BYTES:
            with ExitStack() as stack:
                self._links = [stack.enter_context(self._connect(voice)) for voice in self._voices]
                self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def visit(self, act: Callable[[Connection, tuple[str, ...]], _T]) -> list[_T]:
        """What `act` makes of each voice, while it is open, and its models."""
        made = []
        for number, voice in enumerate(self._voices):
            with nullcontext(self._links[number]) if self._links else self._connect(voice) as link:
                made.append(act(link, voice.names(link)))
        return made

    def check(self, caps: Caps) -> None:
        """Ask each voice what it is. Raises: ModelError, EndpointError, BudgetError; InputError for equal names."""

        def look(link: Connection, names: tuple[str, ...]) -> None:
            link.check_price(caps, names)
            if not self.places:
                self.prices = link.prices
            self.places.append({**where(link), "models": {name: link.digests.get(name) for name in names}})
            self.models += names

        self.visit(look)
        twice = next((name for name in self.models if self.models.count(name) > 1), None)
        if twice is not None:
            raise InputError(
                tr("the model '{name}' is named twice", name=twice),
                asked=f"--model {twice}",
                mend=tr("name each model once; rename one of two files of the same name"),
            )

    def _connect(self, voice: Voice) -> AbstractContextManager[Connection]:
        return connect(voice.endpoint, searched_models=voice.models, until=self._until)


def _bytes_of(endpoint: Endpoint) -> int:
    return endpoint.file.stat().st_size if endpoint.file is not None and endpoint.file.is_file() else 0


def add_up(estimates: Sequence[Estimate]) -> Estimate:
    """The sum of estimates under the same limits; unknown where one of them is."""
    usd, seconds = [e.usd for e in estimates], [e.seconds for e in estimates]
    return Estimate(
        requests=sum(e.requests for e in estimates),
        prompt_tokens=sum(e.prompt_tokens for e in estimates),
        completion_tokens=sum(e.completion_tokens for e in estimates),
        usd=None if None in usd else sum(u for u in usd if u is not None),
        seconds=None if None in seconds else sum(s for s in seconds if s is not None),
        in_store=sum(e.in_store for e in estimates),
        limits=estimates[0].limits,
        notes=tuple(dict.fromkeys(note for e in estimates for note in e.notes)),
        warnings=tuple(dict.fromkeys(warning for e in estimates for warning in e.warnings)),
        least_s=sum(e.least_s for e in estimates),
    )
