"""Bodies of answers, whole and broken."""

from __future__ import annotations

import json
from typing import Any

import pytest

from feinschliff.endpoints.parse import BrokenBody, error_text, parse_answer
from feinschliff.records import TokenLogprob, TopLogprob


def chat(message: Any, **more: Any) -> bytes:
    return json.dumps(
        {"choices": [{"message": message, "finish_reason": "stop"} | more.pop("choice", {})]} | more
    ).encode()


@pytest.mark.parametrize(
    ("content", "text"),
    [("hi", "hi"), (None, ""), ([{"type": "text", "text": "a"}, {"type": "image"}, {"text": "b"}], "ab"), ("", "")],
)
def test_content_forms(content: Any, text: str) -> None:
    assert parse_answer(chat({"content": content})).text == text


@pytest.mark.parametrize(
    ("usage", "counts"),
    [
        ({"prompt_tokens": 3, "completion_tokens": 0}, (3, 0)),
        ({"prompt_tokens": -3, "completion_tokens": "7"}, (None, None)),
        ({"prompt_tokens": float("nan"), "completion_tokens": float("inf")}, (None, None)),
        ({"prompt_tokens": True, "completion_tokens": 10**400}, (None, None)),
        (None, (None, None)),
        ("many", (None, None)),
    ],
)
def test_usage_is_a_count_or_nothing(usage: Any, counts: tuple[int | None, int | None]) -> None:
    parsed = parse_answer(chat({"content": "x"}, usage=usage))
    assert (parsed.prompt_tokens, parsed.completion_tokens) == counts


def test_the_rest_of_a_reply() -> None:
    verbose = {"generation_settings": {"temperature": 0.5}}
    message = {"content": "x", "reasoning_content": "hm", "refusal": "no"}
    parsed = parse_answer(chat(message, system_fingerprint="b1", __verbose=verbose))
    assert (parsed.reasoning, parsed.refusal, parsed.finish_reason, parsed.fingerprint) == ("hm", "no", "stop", "b1")
    assert parsed.applied == {"temperature": 0.5}
    assert parse_answer(chat({"content": "x", "reasoning": "so"})).reasoning == "so"


_HI = TokenLogprob(
    token="hi", logprob=-0.5, top=(TopLogprob(token="hi", logprob=-0.5), TopLogprob(token="ho", logprob=None))
)


def test_logprobs_of_chat_and_llama_cpp() -> None:
    top = [{"token": "hi", "logprob": -0.5}, {"token": "ho", "logprob": float("-inf")}]
    logprobs = {"content": [{"token": "hi", "logprob": -0.5, "top_logprobs": top}]}
    assert parse_answer(chat({"content": "hi"}, choice={"logprobs": logprobs})).logprobs == (_HI,)
    plain = {"choices": [{"text": "hi", "logprobs": logprobs}]}
    assert parse_answer(json.dumps(plain).encode()).logprobs == (_HI,)


def test_logprobs_of_the_first_completions_api() -> None:
    legacy = {
        "tokens": ["hi", "!"],
        "token_logprobs": [-0.5, None],
        "top_logprobs": [{"hi": -0.5, "ho": float("nan")}, None],
    }
    parsed = parse_answer(json.dumps({"choices": [{"text": "hi!", "logprobs": legacy}]}).encode())
    assert parsed.logprobs == (_HI, TokenLogprob(token="!", logprob=None))
    short = {"tokens": ["a", "b"], "token_logprobs": [-1.0]}
    parsed = parse_answer(json.dumps({"choices": [{"text": "ab", "logprobs": short}]}).encode())
    assert [p.logprob for p in parsed.logprobs or ()] == [-1.0, None]


@pytest.mark.parametrize("logprobs", [None, 3, {}, {"content": None}, {"tokens": "x"}])
def test_odd_logprobs_are_none(logprobs: Any) -> None:
    assert parse_answer(chat({"content": "x"}, choice={"logprobs": logprobs})).logprobs is None


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xff\xfe",
        b"<html></html>",
        b"[]",
        b"null",
        b'{"choices": []}',
        b'{"choices": {}}',
        b'{"choices": [null]}',
        b'{"choices": [{}]}',
        b'{"choices": [{"message": "x"}]}',
        b'{"choices": [{"message": null}]}',
        b'{"choices": [{"message": {"content": 3}}]}',
        b'{"choices": [{"text": {"a": 1}}]}',
        b'{"error": {"message": "overloaded"}}',
        b"[" * 100_000,
    ],
)
def test_broken_bodies(body: bytes) -> None:
    with pytest.raises(BrokenBody):
        parse_answer(body)


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (b'{"error": {"message": "too warm"}}', "too warm"),
        (b'{"error": "too warm"}', "too warm"),
        (b'{"detail": [{"msg": "x"}]}', '[{"msg": "x"}]'),
        (b"plain words\n", "plain words"),
        (b"", ""),
    ],
)
def test_the_servers_own_words(body: bytes, words: str) -> None:
    assert error_text(body) == words
