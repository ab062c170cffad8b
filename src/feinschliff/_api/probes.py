"""`probe`: which knobs does this endpoint honour?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from feinschliff._api.common import opened
from feinschliff.build import Connection, Endpoint, connect
from feinschliff.errors import ParameterError
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA, parameter, row_of
from feinschliff.probing import FULL_REQUESTS, ProbeResult, probe_prompts
from feinschliff.probing import probe as _probe
from feinschliff.records import Answer, digest
from feinschliff.store import Store


def probe(
    endpoint: Endpoint | None = None,
    *,
    names: Sequence[str] = (),
    requests: int = FULL_REQUESTS,
    store: Store | str | Path | None = None,
    on_answer: Callable[[Answer], None] | None = None,
) -> ProbeResult:
    """Find out by asking which parameters an endpoint honours, clamps, ignores or refuses.

    The server is always asked anew; what the store held of an earlier probe of this model is replaced.

    Args:
        endpoint: where the model is; the embedded house model if None.
        names: catalogue names, or `extra.NAME` for further fields; all that can be probed if empty.
        requests: most HTTP requests.
        store: path or URL of the store, or an open one; searches find the answers there.
        on_answer: told of every answer; from another thread.

    Raises:
        InputError: an unknown name, or an endpoint that cannot be reached; nothing was asked.
        RunError, Interrupted: the server failed on the way, or refuses whatever it is asked.
    """
    for name in names:
        _check(name)
    if requests < 1:
        raise ParameterError(
            tr("a probe needs at least one request, not {n}", n=requests),
            asked=str(requests),
            mend=tr("give 1 or more"),
        )
    with opened(store) as db, connect(endpoint or Endpoint()) as link:
        told = link.contexts.get(link.model)
        db.forget_answers(link.endpoint.identity, link.model, probe_prompts(told))
        payer = _payer(link, db, requests, on_answer)
        dialect = link.endpoint.dialect(link.model)
        return _probe(payer, dialect=dialect, names=names, most=requests, told_context=told)


def _payer(link: Connection, db: Store, requests: int, on_answer: Callable[[Answer], None] | None) -> Payer:
    return Payer(
        endpoint=link.endpoint,
        model=link.model,
        store=db,
        budget=Budget(Caps(requests=requests), prices=link.prices),
        run="probe-" + digest([link.endpoint.identity, link.model])[:12],
        digests=link.digests,
        omit=link.config.omit,
        on_answer=on_answer,
    )


def _check(name: str) -> None:
    """Refuse what cannot be probed. Raises: ParameterError."""
    row = row_of(name)
    if row is None or name.startswith(EXTRA):
        parameter(name)
        return
    if row.role in {"task", "load", "reply"} or name in {"messages", "stream"}:
        raise ParameterError(
            tr("'{name}' is no knob of a request that could be probed", name=name),
            asked=name,
            mend=tr("name a parameter that is sent with each request; 'fein parameters' lists them"),
        )
