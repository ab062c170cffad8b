"""What a scorer needs of the outside: embeddings by the run's endpoint, or by one of the scorer's own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import cast

from feinschliff.build.connect import Connection
from feinschliff.build.endpoint import Endpoint, is_local
from feinschliff.choosing import Choice
from feinschliff.endpoints.protocol import Endpoint as OpenEndpoint
from feinschliff.errors import BudgetError, InputError, ScorerError
from feinschliff.generation import Payer, Price, PriceEntry, Prices, choose_model
from feinschliff.generation.embedding import EndpointEmbedder
from feinschliff.i18n import tr
from feinschliff.scorers import Scorer
from feinschliff.scorers.embedding import KEY_VARIABLE, Place, embedder_places, lend, wants_embedder
from feinschliff.text.vectors import NoVector

_TEST = "test"


@contextmanager
def lent_scorer(scorer: Scorer, link: Connection, payer: Payer) -> Iterator[Scorer]:
    """The scorer with all that it wants, on the payer's account; what had to be opened for it is closed again.

    One text is embedded at once (unless the store has it), so that a server that cannot is found out before the first
    answer.

    Raises: EndpointError, ModelError or InputError for a place that is not there; BudgetError for a limit in USD
        without a price; ScorerError or RequestRefused for a server that has no embeddings.
    """
    with ExitStack() as stack:

        def make(place: Place) -> EndpointEmbedder:
            endpoint, model, digests = _open(place, link, stack)
            budget = payer.budget
            if endpoint is not link.endpoint:
                budget.prices = _joined(budget.prices, place, model)
            _check_price(payer, model)
            embedder = EndpointEmbedder(replace(payer, endpoint=endpoint, model=model, digests=digests))
            _check(embedder, place)
            return embedder

        yield lend(scorer, make) if wants_embedder(scorer) else scorer


@contextmanager
def lent_choice(choice: Choice | None, link: Connection, payer: Payer) -> Iterator[Choice | None]:
    """The choice with all that it wants; see `lent_scorer`. Raises: as it."""
    with lent_scorer(cast("Scorer", choice), link, payer) as ready:
        yield cast("Choice | None", ready)


def scorer_endpoint(scorer: Scorer, given: Endpoint | None) -> Endpoint:
    """What is asked for a scorer without a run around it: what is given, unless it names places of its own only."""
    own = [_own(place) for place in embedder_places(scorer)]
    first = own[0] if own else None
    return given or Endpoint() if first is None or None in own else first


def _own(place: Place) -> Endpoint | None:
    """The endpoint that a place names by itself; None where it means the run's."""
    if place.url is not None:
        key = KEY_VARIABLE if os.environ.get(KEY_VARIABLE) else None
        return Endpoint(place.url, model=place.model, api_key_env=key)
    return Endpoint(model=place.model) if place.model is not None and is_local(place.model) else None


def _open(place: Place, link: Connection, stack: ExitStack) -> tuple[OpenEndpoint, str, dict[str, str]]:
    """(the endpoint, its model, content hashes by model)"""
    config = _config(place, link)
    if config is None:
        endpoint = link.endpoint
        model, listed = choose_model(endpoint, place.model or link.model)
    else:
        endpoint = config.open(embeds=True)
        stack.callback(endpoint.close)
        model, listed = choose_model(endpoint, config.model_name)
    return endpoint, model, {info.name: info.digest for info in listed if info.digest is not None}


def _config(place: Place, link: Connection) -> Endpoint | None:
    """What has to be opened; None where the run's own endpoint will do.

    The embedded engine is opened a second time: one that makes embeddings is set up in another way, and answers must
    not change with the score. The file is mapped into memory once.
    """
    if place.url is not None:
        key = KEY_VARIABLE if os.environ.get(KEY_VARIABLE) else None
        return Endpoint(place.url, model=place.model, api_key_env=key, timeout_s=link.config.timeout_s)
    if place.model is not None and is_local(place.model):
        return _engine(place.model, link)
    if not link.config.embedded:
        return None
    if place.model is not None:
        raise InputError(
            tr("the embedded engine has no model '{model}'", model=place.model),
            asked=f"embedding{place}",
            mend=tr("name a .gguf file, a URL (embedding@URL#MODEL), or a local model (embedding:MODEL)"),
        )
    return _engine(link.config.model, link)


def _engine(model: str | None, link: Connection) -> Endpoint:
    """An embedded engine of the scorer's own, within the limits of the run's."""
    config = link.config
    return Endpoint(model=model, timeout_s=config.timeout_s, rpm=config.rpm, tpm=config.tpm)


def _joined(prices: Prices, place: Place, model: str) -> Prices:
    """The run's prices and those of the scorer's endpoint; what runs in this process is free."""
    if place.url is None:
        return replace(prices, entries=(PriceEntry(model, Price(0.0, 0.0)), *prices.entries))
    more = Endpoint(place.url).prices()
    return replace(prices, entries=(*prices.entries, *more.entries), source=prices.source or more.source)


def _check_price(payer: Payer, model: str) -> None:
    if payer.budget.caps.usd is not None and payer.budget.prices.of(model) is None:
        raise BudgetError(
            tr("a limit in USD needs a price"),
            asked=f"usd = {payer.budget.caps.usd}",
            found=tr("no price for {models}", models=model),
            mend=tr("give --price IN,OUT in USD per million tokens, or run fein prices set MODEL IN,OUT"),
        )


def _check(embedder: EndpointEmbedder, place: Place) -> None:
    (vector,) = embedder.embed([_TEST])
    if isinstance(vector, NoVector) and not vector.transient:
        raise ScorerError(
            tr("no embeddings can be had of {model}", model=embedder.name.partition("@")[0]),
            asked=f"embedding{place}",
            found=vector.reason,
            mend=tr("name another place: {places}", places="embedding@MODEL, embedding@URL#MODEL, embedding:MODEL"),
        )
