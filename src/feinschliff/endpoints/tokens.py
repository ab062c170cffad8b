"""How a server splits a prompt into tokens: some penalties count the prompt's tokens."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any

from pydantic import JsonValue

from feinschliff.endpoints.protocol import Backend
from feinschliff.records import Message

Ask = Callable[[str, Mapping[str, JsonValue]], Awaitable[Mapping[str, Any]]]
"""Path below the root and body to the server's JSON object, {} where it has no such address."""


async def prompt_ids(
    backend: Backend, ask: Ask, *, model: str, messages: Sequence[Message], plain: bool
) -> tuple[int, ...] | None:
    """Ids of the prompt's tokens as the server makes it from messages; None where it does not tell.

    `plain`: of a prompt without a chat template.
    """
    text: JsonValue = "\n\n".join(message.content for message in messages)
    turns: JsonValue = [message.model_dump() for message in messages]
    if backend == "vllm":
        body: dict[str, JsonValue] = {"prompt": text} if plain else {"messages": turns}
        return _ids(await ask("/tokenize", {"model": model, **body}))
    if backend != "llama.cpp":
        return None
    if not plain:
        text = (await ask("/apply-template", {"model": model, "messages": turns})).get("prompt")
    if not isinstance(text, str):
        return None
    return _ids(await ask("/tokenize", {"model": model, "content": text, "add_special": True, "parse_special": True}))


def _ids(told: Mapping[str, Any]) -> tuple[int, ...] | None:
    ids = told.get("tokens")
    if not isinstance(ids, list) or not all(isinstance(i, int) and not isinstance(i, bool) for i in ids):
        return None
    return tuple(ids)
