"""Scores that take requests to a server: on the run's account, within its limits, and never paid for twice."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import feinschliff as fein
from feinschliff.datasets.bundled import BUNDLED, DEFAULT_BUNDLED
from feinschliff.errors import BudgetError, InputError, ModelError, RequestRefused
from feinschliff.store import open_store
from tests.fakes.openai_server import FakeServer, spread

SPACE = {"temperature": (0, 1.5), "top_p": [0.5, 0.9, 1.0]}
ROWS = [
    {"id": f"r{i}", "post": f"Frage {i} ANSWER: rot blau grün gelb {i}", "subject": f"rot blau grün gelb {i}"}
    for i in range(30)
]
TASK = fein.Task.from_rows(ROWS, prompt="{{ post }}", target="subject")


def tune(server: FakeServer, store: Path, *, requests: int = 120, score: Any = "embedding", **more: Any) -> fein.Result:
    endpoint = fein.Endpoint(server.url, model="fake-1", concurrency=4)
    budget = {"requests": requests, **more.pop("budget", {})}
    return fein.tune(
        TASK, endpoint, score=score, space=SPACE, baseline={"temperature": 1.3}, budget=budget, store=store, **more
    )


def asked(server: FakeServer, what: str) -> list[dict[str, Any]]:
    return [body for body in server.bodies if what in body]


def test_a_run_pays_for_its_embeddings_and_finds_what_is_better(tmp_path: Path) -> None:
    with FakeServer() as server:
        result = tune(server, tmp_path / "s.db")
        assert result.verdict == "better"
        embedded, answered = asked(server, "input"), asked(server, "messages")
        assert result.spent["requests"] == len(embedded) + len(answered) == server.counts["POST"] <= 120
        assert len(embedded) < 0.3 * len(answered)
        texts = [text for body in embedded for text in body["input"]]
        assert len(texts) == len(set(texts))
        again = tune(server, tmp_path / "s.db")
        assert again.to_dict() == result.to_dict()
        assert server.counts["POST"] == result.spent["requests"]


def test_faults_change_no_decision(tmp_path: Path) -> None:
    with FakeServer() as server:
        plain = tune(server, tmp_path / "plain.db").to_dict()
    with FakeServer(faults=spread(0.25), seed=5) as server:
        faulty = tune(server, tmp_path / "faulty.db").to_dict()
        assert faulty["spent"]["requests"] == server.counts["POST"] <= 120
    # The runs' ids differ with the address.
    kept = ("verdict", "settings", "held_out", "recommended")
    assert {name: plain[name] for name in kept} == {name: faulty[name] for name in kept}


@pytest.mark.parametrize("requests", [52, 70])
def test_small_budgets_hold(tmp_path: Path, requests: int) -> None:
    with FakeServer(faults=spread(0.2), seed=requests) as server:
        result = tune(server, tmp_path / "s.db", requests=requests)
        assert result.spent["requests"] == server.counts["POST"] <= requests
        assert result.held_out.n >= 1


def test_a_limit_of_tokens_covers_the_embeddings(tmp_path: Path) -> None:
    with FakeServer() as server:
        result = tune(server, tmp_path / "s.db", requests=2000, budget={"tokens": 9_000})
        assert result.held_out.n >= 5
        with open_store(str(tmp_path / "s.db")) as db:
            spent = db.spent(result.run)
            assert spent.tokens + spent.uncounted_tokens <= 9_000


def test_a_larger_budget_goes_on_and_asks_for_no_text_again(tmp_path: Path) -> None:
    with FakeServer() as server:
        tune(server, tmp_path / "s.db", requests=60)
        tune(server, tmp_path / "s.db", requests=200)
        texts = [text for body in asked(server, "input") for text in body["input"]]
        assert len(texts) == len(set(texts))


def test_another_model_of_the_same_server_and_a_check_with_it(tmp_path: Path) -> None:
    estimates: list[fein.Estimate] = []

    def take(estimate: fein.Estimate) -> bool:
        estimates.append(estimate)
        return True

    with FakeServer(models=("fake-1", "embedder")) as server:
        score = {"embedding@embedder": 1, "similarity": 1}
        result = tune(server, tmp_path / "s.db", score=score, requests=100, watch=fein.Watch(on_estimate=take))
        assert any("score's own requests" in note for note in estimates[0].notes)
        assert {body["model"] for body in asked(server, "input")} == {"embedder"}
        assert "embedding:embedder@" in result.details["scorer"]
        endpoint = fein.Endpoint(server.url, model="fake-1")
        assert fein.check(result.run, endpoint, store=tmp_path / "s.db")["drifted"] is False
        with pytest.raises(ModelError, match="no model 'other'"):
            tune(server, tmp_path / "s.db", score="embedding@other")


def test_an_endpoint_of_its_own_with_its_own_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEIN_SCORER_KEY", "key-of-the-scorer")
    with FakeServer() as server, FakeServer(models=("e5",), api_key="key-of-the-scorer") as other:
        result = tune(server, tmp_path / "s.db", score=f"embedding@{other.url}#e5", requests=100)
        assert asked(server, "input") == []
        assert result.spent["requests"] == server.counts["POST"] + other.counts["POST"]
        assert other.counts["POST"] > 3
    assert b"key-of-the-scorer" not in (tmp_path / "s.db").read_bytes()


def test_a_limit_in_usd_needs_the_embeddings_price(tmp_path: Path) -> None:
    with FakeServer() as server, FakeServer(models=("e5",)) as other:
        endpoint = fein.Endpoint(server.url, model="fake-1", price={"fake-1": (1.0, 2.0)})
        score = f"embedding@{other.url}#e5"
        with pytest.raises(BudgetError, match="USD needs a price"):
            fein.tune(TASK, endpoint, score=score, space=SPACE, budget={"usd": 1.0}, store=tmp_path / "s.db")
        assert server.counts["POST"] == other.counts["POST"] == 0


def test_a_server_without_embeddings_is_found_out_before_the_first_answer(tmp_path: Path) -> None:
    def refuse(path: str, body: Any) -> tuple[int, Any] | None:
        return (501, {"error": {"message": "not here"}}) if path.endswith("/embeddings") else None

    with FakeServer(override=refuse) as server:
        with pytest.raises(RequestRefused, match="not here"):
            tune(server, tmp_path / "s.db")
        assert asked(server, "messages") == []


def test_the_embedded_engine_makes_both(tmp_path: Path) -> None:
    task = BUNDLED[DEFAULT_BUNDLED].task()
    result = fein.tune(
        task, score="embedding=1,similarity=1", space={"temperature": (0.0, 1.5)}, budget={"requests": 60},
        store=tmp_path / "s.db",
    )  # fmt: skip
    assert result.spent["requests"] is not None
    assert 30 < result.spent["requests"] <= 60
    scores = [side["score"] for row in result.details["samples"] for side in (row["best"], row["baseline"]) if side]
    assert any(0 < score < 1 for score in scores if score is not None)
    with pytest.raises(InputError, match="has no model"):
        fein.tune(task, score="embedding@nomic", budget={"requests": 60}, store=tmp_path / "s.db")


def test_scores_of_stored_answers_cost_requests_once(tmp_path: Path) -> None:
    examples = [fein.Example(id="1", target="rot blau"), fein.Example(id="2", target="gelb")]
    answers = [fein.Answer(key=str(i), example=e.id, repeat=0, text="rot") for i, e in enumerate(examples)]
    with FakeServer() as server:
        endpoint = fein.Endpoint(server.url)
        scores = fein.score(examples, answers, score="embedding", endpoint=endpoint, store=tmp_path / "s.db")
        assert [s.value for s in scores] == [pytest.approx(3 / (7 * 3) ** 0.5), 0.0]
        paid = server.counts["POST"]
        again = fein.score(examples, answers, score="embedding", endpoint=endpoint, store=tmp_path / "s.db")
        assert again == scores
        assert server.counts["POST"] == paid


def test_an_interrupted_run_pays_for_no_text_twice_and_ends_the_same(tmp_path: Path) -> None:
    seen = 0

    def stop_at(count: int) -> Callable[[fein.Answer], None]:
        def take(answer: fein.Answer) -> None:
            nonlocal seen
            seen += 1
            if seen == count:
                raise RuntimeError("pulled the plug")

        return take

    with FakeServer() as server:
        whole = tune(server, tmp_path / "whole.db").to_dict()
        before = len(server.bodies)
        for count in (20, 45):
            with pytest.raises(fein.RunError):
                tune(server, tmp_path / "cut.db", watch=fein.Watch(on_answer=stop_at(count)))
        result = tune(server, tmp_path / "cut.db").to_dict()
        texts = [text for body in server.bodies[before:] for text in body.get("input", [])]
        assert len(texts) == len(set(texts))
        kept = ("verdict", "settings", "held_out", "recommended", "warnings")
        assert {name: result[name] for name in kept} == {name: whole[name] for name in kept}
