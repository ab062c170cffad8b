from __future__ import annotations

from feinschliff.measure.speed import speed
from feinschliff.records import Answer


def answer(latency_s: float, first_token_s: float | None = None, **more: object) -> Answer:
    given: dict[str, object] = {"completion_tokens": 11, **more}
    return Answer(key="k", example="e", repeat=0, text="x", latency_s=latency_s, first_token_s=first_token_s, **given)


def test_answers_in_pieces() -> None:
    found = speed([answer(1.0 + i, 0.5 + i / 2) for i in range(101)])
    assert found["latency_s"] == {"p50": 51.0, "p95": 96.0}
    assert found["first_token_s"] == {"p50": 25.5, "p95": 48.0}
    assert found["tokens_per_s"] == {"p50": round(10 / 25.5, 4), "p5": round(10 / 48, 4)}


def test_what_no_answer_tells_is_missing() -> None:
    assert speed([]) == {"latency_s": None, "first_token_s": None, "tokens_per_s": None}
    whole = speed([answer(2.0), answer(4.0), answer(9.0, failure="refused")])
    assert whole == {"latency_s": {"p50": 3.0, "p95": 3.9}, "first_token_s": None, "tokens_per_s": None}


def test_a_single_token_has_no_rate() -> None:
    found = speed([answer(2.0, 1.0, completion_tokens=1), answer(1.0, 1.0)])
    assert found["tokens_per_s"] is None
    assert found["first_token_s"] == {"p50": 1.0, "p95": 1.0}
