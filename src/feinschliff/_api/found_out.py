"""What earlier probes have found out of this model, from the store alone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, cast

from feinschliff.build import Connection
from feinschliff.endpoints.protocol import Endpoint, Request, SendReport
from feinschliff.errors import FeinschliffError
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing import Finding, recall
from feinschliff.records import Answer
from feinschliff.store import Store


def found_out(
    link: Connection, db: Store, names: Sequence[str], *, model: str, dialect: Dialect
) -> Mapping[str, Finding]:
    """Findings by name, where the store holds the answers that tell; nothing is asked, booked or kept."""
    payer = Payer(
        endpoint=cast("Endpoint", _Silent(link.endpoint)),
        model=model,
        store=cast("Store", _Reading(db)),
        budget=Budget(Caps()),
        run="",
        digests=link.digests,
        omit=link.config.omit,
    )
    with suppress(FeinschliffError):
        return recall(payer, names, dialect=dialect)
    return {}


class _Silent:
    """An endpoint that is not asked."""

    def __init__(self, endpoint: Endpoint) -> None:
        self._endpoint = endpoint

    def __getattr__(self, name: str) -> Any:
        return getattr(self._endpoint, name)

    def send(self, requests: Iterable[Request], **_: Any) -> SendReport:
        return SendReport(unsent=tuple(requests))


class _Reading:
    """A store that is only looked at."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def get_answers(self, keys: Iterable[str]) -> dict[str, Answer]:
        return self._store.get_answers(keys)

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: None
