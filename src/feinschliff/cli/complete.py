"""What the shell offers after a TAB. Nothing here may print, fail, or ask a server."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterable
from typing import Any

from feinschliff.i18n import tr

Offer = str | tuple[str, str]
"""A word, or a word with a line that tells what it is."""

_MOST_RUNS = 50


def _silent(offers: Callable[..., Iterable[Offer]]) -> Callable[..., list[Offer]]:
    """Nothing is offered where something is wrong: the command itself will say what."""

    @functools.wraps(offers)
    def complete(*arguments: Any, **named: Any) -> list[Offer]:
        try:
            return list(offers(*arguments, **named))
        except Exception:  # noqa: BLE001 - whatever a broken store or file raises
            return []

    return complete


def words(*fixed: str) -> Callable[[str], list[str]]:
    """A completer for an option that takes one of a few words."""

    def complete(incomplete: str) -> list[str]:
        return [word for word in fixed if word.startswith(incomplete)]

    return complete


@_silent
def runs(ctx: Any, incomplete: str) -> Iterable[Offer]:
    """Names of runs, and ids of those that have none, the newest first."""
    from feinschliff.store import list_runs, open_store

    with open_store(ctx.params.get("store"), create=False) as db:
        for run in list_runs(db)[:_MOST_RUNS]:
            day = time.strftime("%Y-%m-%d", time.localtime(run.created_s))
            verdict = (run.result or {}).get("verdict") or run.status
            shown = run.id if incomplete and run.id.startswith(incomplete) else run.name or run.id
            yield shown, f"{run.kind}, {day}, {verdict}"


@_silent
def scorers(incomplete: str) -> Iterable[Offer]:
    """Scorers by name; after `NAME=WEIGHT,` the next one."""
    from feinschliff.scorers.registry import SCORER_NAMES

    before, comma, _ = incomplete.rpartition(",")
    return [f"{before}{comma}{name}" for name in SCORER_NAMES]


@_silent
def parameters(incomplete: str) -> Iterable[Offer]:
    """`NAME=LOW:HIGH` with the range that is searched where none is named."""
    from feinschliff.parameters.catalogue import CATALOGUE

    for row in CATALOGUE.values():
        if row.role not in {"reserved", "reply"} and row.name.startswith(incomplete.partition("=")[0]):
            yield row.name + ("=" if row.span is None else f"={row.span[0]:g}:{row.span[1]:g}"), row.help


@_silent
def known(incomplete: str) -> Iterable[Offer]:
    """Names of the catalogue, those that only we set among them."""
    from feinschliff.parameters.catalogue import CATALOGUE

    return [(row.name, row.help) for row in CATALOGUE.values() if row.name.startswith(incomplete)]


@_silent
def dialects(incomplete: str) -> Iterable[Offer]:
    """Servers that the catalogue knows."""
    from feinschliff.parameters.dialects import DIALECTS

    return [dialect for dialect in DIALECTS if dialect.startswith(incomplete)]


@_silent
def models(incomplete: str) -> Iterable[Offer]:
    """Models that ship with the package; files are the shell's own affair."""
    from feinschliff.models.house import house_models

    return [(name, tr("ships with Feinschliff")) for name in house_models()]


@_silent
def data(incomplete: str) -> Iterable[Offer]:
    """Bundled tasks; files are the shell's own affair."""
    from feinschliff.datasets.bundled import BUNDLED

    return [(name, tr("bundled task")) for name in BUNDLED]


@_silent
def variables(incomplete: str) -> Iterable[Offer]:
    """Names of environment variables."""
    return sorted(os.environ)
