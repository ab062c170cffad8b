"""What is reserved for a request is never less than what a real tokenizer makes of it."""

from __future__ import annotations

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.bound import Bound
from feinschliff.models.house import house_path
from feinschliff.records import Message
from feinschliff.text.tokens import estimate_tokens
from tests.contracts.endpoint_contract import send

TEXTS = {
    "german": "Verkaufe gut erhaltenes Damenfahrrad, Bereifung neu, Abholung in der Lindenstraße ab 18 Uhr. " * 4,
    "korean": "오늘 우리 동네에서 자전거를 판매합니다. 상태가 아주 좋고 가격은 협상 가능합니다. " * 4,
    "chinese": "我们的社区今天有一场音乐会，欢迎大家参加。" * 5,
    "emoji": "🎉🚲👩\u200d👩\u200d👧\u200d👦🇩🇪✨🥳💚🔥" * 6,
    "code": "def f(x):\n\treturn {k: v**2 for k, v in x.items() if v >= 0x1F}  # ok\n" * 5,
    "digits": "49 170 12345678 3.14159265358979323846264338327950288 1000000007 " * 5,
    "rare": "ꙮ𒐫𝔘𝔫𝔦𝔠𝔬𝔡𝔢 ௵ ﷽ ༄ " * 5,
    "blanks": " \n\t  \n\n    " * 10,
    "one": "a",
}


def request(text: str, *, max_tokens: int = 8) -> Request:
    turn = Message(role="user", content=text)
    return Request(text, "house-1", (turn,), {"max_tokens": max_tokens, "seed": 1}, estimate_tokens(text), max_tokens)


def test_the_house_models_tokenizer_stays_below_the_bound() -> None:
    """It is one over bytes with a small vocabulary: with what it does not know, a token for each byte."""
    with EmbeddedEndpoint(house_path()) as engine:
        model = engine.models()[0].name
        wanted = [Request(n, model, r.messages, r.fields, 1, 8) for n, t in TEXTS.items() for r in (request(t),)]
        replies = send(engine, wanted)
    assert len(replies) == len(TEXTS)
    for reply in replies.values():
        prompt, completion = Bound().of(reply.request)
        assert reply.prompt_tokens is not None
        assert reply.completion_tokens is not None
        assert reply.prompt_tokens <= prompt
        assert reply.completion_tokens <= completion
    korean = replies["korean"]
    # An estimate is no bound: here it is not even half.
    assert (korean.prompt_tokens or 0) > 2 * estimate_tokens(TEXTS["korean"])


def test_a_template_with_a_text_of_its_own_is_learned() -> None:
    bound = Bound()
    asked = request("hello")
    assert not bound.known
    bound.learn(Reply(asked, "x", prompt_tokens=405, completion_tokens=1))
    assert bound.known
    assert bound.of(request("hi"))[0] >= 405
    assert not bound.too_long


def test_answers_beyond_max_tokens_are_noticed() -> None:
    bound = Bound()
    bound.learn(Reply(request("hello"), "x", prompt_tokens=5, completion_tokens=50))
    assert bound.too_long
    assert bound.of(request("hello"))[1] == 50


@pytest.mark.parametrize("counts", [(None, 900), (900, None)])
def test_without_counts_there_is_nothing_to_wait_for(counts: tuple[int | None, int | None]) -> None:
    bound = Bound()
    bound.learn(Reply(request("hello"), "x", prompt_tokens=counts[0], completion_tokens=counts[1]))
    assert bound.known
    assert bound.of(request("hello")) == Bound().of(request("hello"))


def test_a_failure_teaches_nothing() -> None:
    bound = Bound()
    bound.learn(Reply(request("hello"), failure="HTTP 400: no", prompt_tokens=9, completion_tokens=9))
    assert not bound.known
