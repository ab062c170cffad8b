"""The store: answers, scores and runs, in SQLite by default or in PostgreSQL by URL."""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import sqlalchemy as sa
from pydantic import JsonValue, TypeAdapter

from feinschliff.errors import StoreError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Message, Score, TokenLogprob, canonical_json, digest
from feinschliff.store import schema
from feinschliff.store.ledger import VECTORS, Spent, Tokens, read_spent, uncounted_row
from feinschliff.store.writer import Entry, Writer, brief, insert_ignoring

_LOGPROBS = TypeAdapter(tuple[TokenLogprob, ...])
_CHUNK = 500


@dataclass(frozen=True)
class Paid:
    """An answer with all that the store keeps beside it."""

    answer: Answer
    endpoint: str
    model: str
    prompt_hash: str
    fields: Mapping[str, JsonValue]


class Store:
    """One database. Answers are written by a thread of its own; everything else at once."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self._writer = Writer(engine, insert_ignoring(engine, schema.answers))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def folder(self) -> Path | None:
        """Folder of the database file; None where it is a server."""
        name = self.engine.url.database
        return Path(name).resolve().parent if self.engine.dialect.name == "sqlite" and name else None

    @contextmanager
    def transaction(self) -> Iterator[sa.Connection]:
        """A transaction, committed at the end. Raises: StoreError for whatever the database raises."""
        try:
            with self.engine.begin() as connection:
                yield connection
        except sa.exc.SQLAlchemyError as error:
            raise StoreError(
                tr("the store cannot be read or written: {error}", error=brief(error)),
                found=type(error).__name__,
                mend=tr("free some disk space or choose another store with --store; what was committed is kept"),
            ) from None

    def put_prompts(self, prompts: Mapping[str, Sequence[Message]]) -> None:
        """Keep conversations by their hash; those already there are left alone."""
        rows = [
            {"hash": h, "messages": canonical_json([m.model_dump() for m in messages])}
            for h, messages in prompts.items()
        ]
        if rows:
            with self.transaction() as connection:
                connection.execute(insert_ignoring(self.engine, schema.prompts), rows)

    def put_answer(
        self,
        paid: Paid,
        *,
        run: str,
        usd: float | None,
        done: Callable[[], None],
        requests: int | None = None,
    ) -> None:
        """Queue an answer and its charge to `run`; `done` is called (from another thread) once both are durable.

        `requests`: attempts that have not been charged yet; all that the answer took if None.
        """
        answer = paid.answer
        row = {
            "key": answer.key,
            "prompt": paid.prompt_hash,
            "endpoint": paid.endpoint,
            "model": paid.model,
            "fields": canonical_json(dict(paid.fields)),
            "answer": answer.model_dump_json(exclude={"logprobs", "first_token_s"}, exclude_defaults=True),
            "logprobs": None if answer.logprobs is None else _packed(answer.logprobs),
            "created_s": time.time(),
            "first_token_s": answer.first_token_s,
        }
        charge = {
            "run": run,
            "key": answer.key,
            "requests": answer.attempts if requests is None else requests,
            "prompt_tokens": answer.prompt_tokens,
            "completion_tokens": answer.completion_tokens,
            "usd": usd,
            "model": paid.model,
        }
        self._writer.put(Entry(row, charge, done))

    def put_vectors(
        self, vectors: Mapping[str, bytes], *, run: str, charge: Mapping[str, Any], done: Callable[[], None]
    ) -> None:
        """Queue embeddings by key, and their charge to `run` (`requests`, `prompt_tokens`, `usd`, `model`); `done` as
        for `put_answer`."""
        rows = [{"key": key, "vector": vector} for key, vector in vectors.items()]
        row = {"run": run, "key": VECTORS, "completion_tokens": 0, **charge}
        self._writer.put(Entry(None, row, done, rows))

    def get_vectors(self, keys: Iterable[str]) -> dict[str, bytes]:
        """The embeddings that are there, by key."""
        table = schema.vectors
        found: dict[str, bytes] = {}
        with self.transaction() as connection:
            for chunk in _chunks(keys):
                query = sa.select(table.c.key, table.c.vector).where(table.c.key.in_(chunk))
                found |= {row.key: row.vector for row in connection.execute(query)}
        return found

    def charge(
        self,
        run: str,
        requests: int,
        *,
        tokens: Tokens = (0, 0),
        model: str | None = None,
        done: Callable[[], None] | None = None,
    ) -> None:
        """Queue a charge for attempts that brought no answer, with the most tokens that they can have cost."""
        self._writer.put(Entry(None, uncounted_row(run, requests, tokens, model), done or _nothing))

    def set_aside(self, run: str, requests: int, *, tokens: Tokens = (0, 0), model: str | None = None) -> int:
        """Charge at once what is about to be spent; a process that is killed has then paid for it.

        Returns a number for `release`.
        """
        with self.transaction() as connection:
            made = connection.execute(sa.insert(schema.ledger).values(uncounted_row(run, requests, tokens, model)))
            assert made.inserted_primary_key is not None
            return int(made.inserted_primary_key[0])

    def release(self, number: int) -> None:
        """Take back what was set aside: all that was spent of it has been charged by itself."""
        with self.transaction() as connection:
            connection.execute(sa.delete(schema.ledger).where(schema.ledger.c.id == number))

    def flush(self) -> None:
        """Wait until every queued answer is durable."""
        self._writer.flush()

    def get_answers(self, keys: Iterable[str]) -> dict[str, Answer]:
        """The answers that are there, by key."""
        table = schema.answers
        found: dict[str, Answer] = {}
        with self.transaction() as connection:
            for chunk in _chunks(keys):
                columns = (table.c.answer, table.c.logprobs, table.c.first_token_s)
                for row in connection.execute(sa.select(*columns).where(table.c.key.in_(chunk))):
                    answer = _answer(*row)
                    found[answer.key] = answer
        return found

    def forget_answers(self, endpoint: str, model: str, prompts: Sequence[str]) -> None:
        """Remove the answers of one model to these conversations (by hash); what they cost stays booked."""
        table = schema.answers
        which = (table.c.endpoint == endpoint) & (table.c.model == model) & table.c.prompt.in_(list(prompts))
        with self.transaction() as connection:
            connection.execute(sa.delete(table).where(which))

    def spent(self, run: str) -> Spent:
        """What `run` has paid."""
        with self.transaction() as connection:
            return read_spent(connection, run)

    def put_scores(self, scorer: str, scored: Iterable[tuple[str, str, Score]]) -> None:
        """Keep scores as (answer key, example fingerprint, score)."""
        name = _short(scorer)
        rows = [{"key": k, "example": e, "scorer": name, "score": s.model_dump_json()} for k, e, s in scored]
        if rows:
            with self.transaction() as connection:
                connection.execute(insert_ignoring(self.engine, schema.scores), rows)

    def get_scores(self, scorer: str, keys: Iterable[str]) -> dict[tuple[str, str], Score]:
        """The scores that are there, by (answer key, example fingerprint)."""
        table = schema.scores
        found: dict[tuple[str, str], Score] = {}
        with self.transaction() as connection:
            for chunk in _chunks(keys):
                query = sa.select(table.c.key, table.c.example, table.c.score).where(
                    table.c.key.in_(chunk), table.c.scorer == _short(scorer)
                )
                for key, example, text in connection.execute(query):
                    found[(key, example)] = Score.model_validate_json(text)
        return found

    def close(self) -> None:
        """Write what is queued and let the database go."""
        self._writer.close()
        self.engine.dispose()


def prompt_hash(messages: Sequence[Message]) -> str:
    """Name of a conversation in the store."""
    return digest([[m.role, m.content] for m in messages])


def _packed(logprobs: tuple[TokenLogprob, ...]) -> bytes:
    return zlib.compress(_LOGPROBS.dump_json(logprobs, exclude_defaults=True), 1)


def _answer(text: str, logprobs: bytes | None, first_token_s: float | None) -> Answer:
    answer = Answer.model_validate_json(text)
    if logprobs is None and first_token_s is None:
        return answer
    beside: dict[str, Any] = {"first_token_s": first_token_s}
    if logprobs is not None:
        beside["logprobs"] = _LOGPROBS.validate_json(zlib.decompress(logprobs))
    return answer.model_copy(update=beside)


def _chunks(keys: Iterable[str]) -> Iterator[list[str]]:
    unique = list(dict.fromkeys(keys))
    for start in range(0, len(unique), _CHUNK):
        yield unique[start : start + _CHUNK]


def _short(scorer: str) -> str:
    """Scorer names are of any length, a column is not."""
    return scorer if len(scorer) <= 200 else f"{scorer[:130]}#{digest(scorer)}"


def _nothing() -> None:
    """Nobody waits for this row."""
