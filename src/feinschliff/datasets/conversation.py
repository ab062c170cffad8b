"""Conversations out of cells: a list of turns, or its JSON text."""

from __future__ import annotations

import json

from pydantic import JsonValue

from feinschliff.errors import DataError
from feinschliff.i18n import tr
from feinschliff.records import Message

MESSAGES_COLUMN = "messages"


def parse_messages(value: JsonValue, where: str) -> tuple[Message, ...]:
    """The turns of a cell; none for an empty one. `where`: the row, for messages. Raises: DataError."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except ValueError as error:
            raise _bad_messages(where, f"text that is no JSON ({error})") from None
    if not isinstance(value, list):
        raise _bad_messages(where, "JSON that is no list")
    if not value:
        raise _bad_messages(where, "an empty list")
    return tuple(_message(turn, f"turn {number} of {where}") for number, turn in enumerate(value, 1))


def _message(turn: JsonValue, where: str) -> Message:
    if not isinstance(turn, dict):
        raise _bad_messages(where, "a turn that is no object")
    odd = sorted(set(turn) - {"role", "content"})
    if odd:
        raise _bad_messages(where, f"a turn with {', '.join(odd)}, which a conversation here does not hold")
    role, content = turn.get("role"), turn.get("content")
    if not isinstance(role, str) or not role.strip() or not isinstance(content, str):
        raise _bad_messages(where, "a turn whose role or content is no text")
    return Message(role=role, content=content)


def _bad_messages(where: str, found: str) -> DataError:
    return DataError(
        tr("the messages of {where} are no conversation: {found}", where=where, found=found),
        asked=MESSAGES_COLUMN,
        found=found,
        mend=tr('write [{"role": "user", "content": "..."}, ...], in CSV as JSON text'),
    )
