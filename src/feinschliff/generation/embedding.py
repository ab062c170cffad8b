"""Embeddings that are paid for: what is in the store is taken from there, the rest is asked for and stored first."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.account import Account
from feinschliff.generation.generate import Payer
from feinschliff.records import Message, canonical_json, digest
from feinschliff.text.tokens import estimate_tokens
from feinschliff.text.vectors import NoVector, Vector

_LOG = logging.getLogger(__name__)

_MOST_TEXTS = 32
_MOST_CHARACTERS = 16_000
"""In one request: servers take a batch in one piece, and a refusal costs all of it."""

_DTYPE = np.dtype("<f4")


class EndpointEmbedder:
    """Embeddings by an endpoint's `/v1/embeddings`, charged to the payer's run and kept in its store.

    Texts go in requests of up to 32. Where one of them is refused for good (a text that is too long spoils it for the
    others), its texts are asked for one by one.
    """

    costs = True

    def __init__(self, payer: Payer) -> None:
        self._payer = payer
        self._place = [payer.endpoint.identity, payer.model, payer.digests.get(payer.model)]

    @property
    def name(self) -> str:
        """The model, and a hash of endpoint, model and the model's content where the server tells it."""
        return f"{self._payer.model}@{digest(self._place)[:12]}"

    def embed(self, texts: Sequence[str]) -> list[Vector | NoVector]:
        """A vector per text, in order; those that the budget does not allow have none for now.

        Raises: EndpointGone, RequestRefused, Interrupted, StoreError; what came before is in the store.
        """
        keys = {text: digest([*self._place, text]) for text in texts}
        stored = self._payer.store.get_vectors(keys.values())
        found: dict[str, Vector | NoVector] = {
            text: np.frombuffer(stored[key], dtype=_DTYPE) for text, key in keys.items() if key in stored
        }
        batches = list(_batches([text for text in keys if text not in found]))
        if batches:
            made = self._ask(batches, keys)
            refused = [text for batch in batches if len(batch) > 1 for text in batch if _is_refused(made[text])]
            if refused:
                made |= self._ask([[text] for text in refused], keys)
            found |= made
        return [found[text] for text in texts]

    def _ask(self, batches: Sequence[Sequence[str]], keys: dict[str, str]) -> dict[str, Vector | NoVector]:
        payer = self._payer
        account = Account(payer.store, payer.run, payer.budget, slots=payer.endpoint.concurrency)
        requests = {digest([keys[text] for text in batch]): batch for batch in batches}
        found: dict[str, Vector | NoVector] = {}

        def take(reply: Reply, done: Callable[[], None]) -> None:
            batch = requests[reply.request.id]
            _LOG.debug("request embeddings %s %s", payer.model, canonical_json(list(batch)))
            _LOG.debug("answer embeddings %s", canonical_json(reply.failure or f"{len(batch)} vectors"))
            if reply.failure is not None:
                found.update(dict.fromkeys(batch, NoVector(f"no embedding: {reply.failure}", reply.transient)))
                account.put_vectors({}, reply, done=done)
                return
            vectors = dict(zip(batch, (np.array(v, dtype=_DTYPE) for v in reply.vectors), strict=True))
            found.update(vectors)
            account.put_vectors({keys[text]: v.tobytes() for text, v in vectors.items()}, reply, done=done)

        wanted = [self._request(name, batch) for name, batch in requests.items()]
        with account.under_way(wanted):
            report = payer.endpoint.send(wanted, gate=account, sink=take)
        if report.unsent:
            payer.budget.exhausted = payer.budget.refused
            ended = NoVector(f"the limit of {payer.budget.refused} ended before its embedding", transient=True)
            found |= {text: ended for request in report.unsent for text in requests[request.id]}
        return found

    def _request(self, name: str, texts: Sequence[str]) -> Request:
        messages = tuple(Message(role="user", content=text) for text in texts)
        tokens = sum(estimate_tokens(text) for text in texts)
        return Request(name, self._payer.model, messages, {}, prompt_tokens=tokens, max_tokens=0, embeds=True)


def _batches(texts: Sequence[str]) -> Iterator[list[str]]:
    batch: list[str] = []
    size = 0
    for text in texts:
        if batch and (len(batch) >= _MOST_TEXTS or size + len(text) > _MOST_CHARACTERS):
            yield batch
            batch, size = [], 0
        batch.append(text)
        size += len(text)
    if batch:
        yield batch


def _is_refused(vector: Vector | NoVector) -> bool:
    return isinstance(vector, NoVector) and not vector.transient
