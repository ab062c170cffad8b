"""All checks, in the order of the report."""

from __future__ import annotations

from collections.abc import Iterator

from feinschliff.build import Endpoint
from feinschliff.doctor import engine, machine, servers, software, stores, terminal
from feinschliff.doctor.checks import Check


def examine(endpoint: Endpoint | None = None, *, store: str | None = None, ask: bool = False) -> Iterator[Check]:
    """Look at everything, one after the other: software, engine and models, store, machine, terminal, servers.

    Args:
        endpoint: the one that is wanted; with a URL the embedded engine is not needed, and the URL is.
        store: path or URL; the usual one if None.
        ask: ask the endpoint for one short answer, which may cost money.
    """
    embedded = endpoint is None or endpoint.embedded
    yield from software.checks()
    yield from engine.checks(endpoint if endpoint is not None and embedded else Endpoint(), needed=embedded)
    yield from stores.checks(store)
    yield from machine.checks()
    yield from terminal.checks()
    yield from servers.checks(None if embedded else endpoint, ask=ask)
