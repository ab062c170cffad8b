"""A conversation with one setting, or the same one with two settings side by side."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pydantic import JsonValue

from feinschliff._api.suits import check_suited
from feinschliff.build import Connection
from feinschliff.datasets.write import write_rows
from feinschliff.endpoints.protocol import Listener
from feinschliff.errors import InputError, Interrupted, OutputError, ParameterError
from feinschliff.generation import Outcome, Turn, answer_seed, converse, estimate_prompt_tokens
from feinschliff.generation.classify import split_reasoning
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import check_settings
from feinschliff.parameters.lengths import LIMITS, laid_over, most_tokens
from feinschliff.records import Answer, Message, Settings
from feinschliff.store import Store

_SHARE_OF_ANSWER = 4
"""At most one part in so many of the context is kept free for the answer: `max_tokens` is often a mere limit."""


@dataclass
class Side:
    """One setting, and what has been said under it."""

    name: str
    """`a`, `b`, or empty where there is only one."""
    settings: Settings
    history: list[Message] = field(default_factory=list)
    """Without the system text."""
    context: int | None = None
    """Tokens that the model takes at once, where it is known."""
    _token_ratio: float = 1.0
    """Tokens that the server counts for one that is estimated; at least 1."""

    def set(self, name: str, value: JsonValue) -> None:
        """Change one setting from now on; None removes it. Raises: ParameterError."""
        values = laid_over(self.settings.values, check_settings({name: value}))
        self.settings = Settings(values={k: v for k, v in values.items() if v is not None})

    def messages(self, said: str, *, without: int = 0) -> tuple[Message, ...]:
        """What is sent: the system text, the history without its oldest messages, and what the user says."""
        system = self.settings.values.get("system")
        first = [Message(role="system", content=system)] if isinstance(system, str) and system else []
        return (*first, *self.history[without:], Message(role="user", content=said))

    def excess(self, said: str) -> int:
        """How many of the oldest messages must go so that the model takes the rest.

        Raises: InputError where what is said does not even fit alone.
        """
        if self.context is None:
            return 0
        wanted = most_tokens(*(self.settings.values.get(name) for name in LIMITS))
        room = self.context - min(wanted, self.context // _SHARE_OF_ANSWER)
        for without in range(0, len(self.history) + 1, 2):
            tokens = self._tokens(self.messages(said, without=without))
            if tokens <= room:
                return without
        raise InputError(
            tr("this is too long for the model: about {tokens} tokens", tokens=tokens),
            found=tr("the model takes {context} tokens, answer included", context=self.context),
            mend=tr("say it in fewer words, or in several turns"),
        )

    def learn(self, sent: Sequence[Message], answer: Answer) -> None:
        """Note what the server counted."""
        if not answer.tokens_estimated:
            self._token_ratio = max(self._token_ratio, answer.prompt_tokens / max(1, estimate_prompt_tokens(sent)))

    def _tokens(self, messages: Sequence[Message]) -> int:
        return round(estimate_prompt_tokens(messages) * self._token_ratio)


@dataclass(frozen=True)
class Said:
    """What one side came to."""

    side: Side
    answer: Answer | None
    """None where there is none, or where it was stopped."""
    failure: str | None = None
    stopped: bool = False
    """True where the user stopped it: what there was of it is in the history."""
    dropped: int = 0
    """So many of the oldest messages were not sent any more."""


class Chat:
    """Up to two sides of a conversation on one endpoint; what is said goes to both.

    A turn without an answer is forgotten. Nothing is stored; `db` tells what earlier probes have found.
    """

    def __init__(self, link: Connection, sides: Sequence[Side], *, seed: int, db: Store | None = None) -> None:
        self.link = link
        self._db = db
        self.sides = list(sides)
        self._seed = seed
        self._turns = 0
        for side in self.sides:
            side.context = link.contexts.get(self.model_of(side))

    def model_of(self, side: Side) -> str:
        """The model that answers on this side."""
        return str(side.settings.values.get("model") or self.link.model)

    def set(self, side: Side, name: str, value: JsonValue) -> list[str]:
        """Change one setting of a side; returns sentences about what the endpoint ignores of it.

        Raises: ParameterError where it would refuse it; the side is then as before.
        """
        before = side.settings
        side.set(name, value)
        try:
            check_suited(self.link, [side.settings], db=self._db)
        except ParameterError:
            side.settings = before
            raise
        return check_suited(self.link, [Settings(values={name: value, "model": self.model_of(side)})], db=self._db)

    def say(self, text: str, listeners: Sequence[Listener]) -> list[Said]:
        """One turn on all sides at the same time; a listener for each hears its answer.

        Raises: InputError where `text` is longer than a model takes; then no side has heard it.
        """
        dropped = [side.excess(text) for side in self.sides]
        self._turns += 1
        heard = [_Hearing(listener) for listener in listeners]
        turns = [
            Turn(side.messages(text, without=without), side.settings, listener)
            for side, without, listener in zip(self.sides, dropped, heard, strict=True)
        ]
        link, seed = self.link, answer_seed(self._seed, "chat", self._turns)
        outcomes: list[Outcome | None]
        try:
            outcomes = list(converse(turns, link.endpoint, model=link.model, seed=seed, omit=link.config.omit))
        except Interrupted:
            outcomes = [None] * len(turns)
        return [
            _settle(side, turn, outcome, listener.text, without)
            for side, turn, outcome, listener, without in zip(self.sides, turns, outcomes, heard, dropped, strict=True)
        ]

    def reset(self) -> None:
        """Forget all that was said."""
        for side in self.sides:
            side.history.clear()

    def save(self, path: Path) -> int:
        """Write each side as a row with its `messages`; returns the number of rows.

        The file can be read as data: the last answer is the target.

        Raises: OutputError where the file is there already, is no JSONL file or cannot be written; InputError where
            nothing was said yet.
        """
        rows = [self._row(side) for side in self.sides if side.history]
        if not rows:
            raise InputError(tr("nothing has been said yet"))
        if path.suffix.lower() not in {".jsonl", ".ndjson"}:
            raise OutputError(tr("'{path}' is no name of a JSONL file", path=path), mend=tr("end it in .jsonl"))
        if path.exists():
            raise OutputError(tr("'{path}' is there already", path=path), mend=tr("choose another name"))
        write_rows(path, rows)
        return len(rows)

    def _row(self, side: Side) -> dict[str, Any]:
        system = side.settings.values.get("system")
        first = [{"role": "system", "content": system}] if isinstance(system, str) and system else []
        settings = {name: value for name, value in side.settings.values.items() if name not in {"system", "model"}}
        name = {"side": side.name} if side.name else {}
        messages = [*first, *(message.model_dump() for message in side.history)]
        return {"messages": messages, **name, "model": self.model_of(side), "settings": settings}


class _Hearing:
    """Passes on what it hears, and keeps the text of the attempt under way."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self.text = ""

    def piece(self, text: str, thought: str) -> None:
        self.text += text
        self._listener.piece(text, thought)

    def broken(self, why: str) -> None:
        self.text = ""
        self._listener.broken(why)


def _settle(side: Side, turn: Turn, outcome: Outcome | None, text: str, dropped: int) -> Said:
    """Write the turn into the side's history, as far as there is an answer."""
    answer = None if outcome is None else outcome.answer
    if answer is not None:
        side.learn(turn.messages, answer)
        text = answer.text
    else:
        text, _ = split_reasoning(text)
    if answer is not None or (outcome is None and text):
        side.history = [*side.history[dropped:], turn.messages[-1], Message(role="assistant", content=text)]
    return Said(side, answer, None if outcome is None else outcome.failure, outcome is None, dropped)
