"""What must hold whatever happens on the way."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from feinschliff.build import make_baseline
from feinschliff.datasets.split import Split, split
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.errors import ParameterError, RunError
from feinschliff.generation import Budget, Caps, Payer, Price, Prices
from feinschliff.parameters.space import make_space as plain_space
from feinschliff.probing.lab import PROMPT
from feinschliff.records import Answer, Example, Score
from feinschliff.store import get_run, open_store, start_run
from feinschliff.tuning import Plot, check, tune
from feinschliff.tuning.confirm import FRESH_REPEATS, confirmation_units
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import TOLD, ReadNumber, hill, make_space, make_task, run_tune


def test_the_search_never_sees_a_held_out_example(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(hill)
    result = run_tune(tmp_path, hill, endpoint=endpoint)
    parts = split(make_task(60).examples)
    text = {e.id: str(e.row["q"]) for e in (*parts.search, *parts.held_out)}
    searching = endpoint.requests[: result.details["history"][-1]["answers"]]
    asked = {r.messages[-1].content for r in searching if r.messages != PROMPT}
    assert asked <= {text[e.id] for e in parts.search}
    confirming = {r.messages[-1].content for r in endpoint.requests[len(searching) :]}
    assert confirming == {text[e.id] for e in parts.held_out}


def test_where_the_budget_reaches_for_a_part_it_is_a_random_part() -> None:
    examples = tuple(Example(id=f"{kind}{i}") for kind in ("de", "en") for i in range(30))
    units = confirmation_units(Split(search=(), held_out=examples, shared=False), room=60)
    assert len(units) == 30
    german = sum(e.id.startswith("de") for e, _ in units)
    # Hypergeometric: 15 expected, standard deviation 2; in file order it would be 30.
    assert 8 <= german <= 22
    assert all(repeat == FRESH_REPEATS for _, repeat in units)


def token_hungry(request: Request) -> Reply:
    """Answers of 5 to 40 tokens, and prompts that are longer than any estimate."""
    text = hill(request)
    length = random.Random(f"{request.fields}").randint(5, 40)
    return Reply(request, text=text, prompt_tokens=3 * request.prompt_tokens, completion_tokens=length)


@pytest.mark.parametrize(
    "caps", [Caps(tokens=40_000), Caps(usd=0.05), Caps(requests=300, tokens=15_000), Caps(requests=150)], ids=str
)
def test_every_cap_is_hard_and_ends_in_a_verdict(tmp_path: Path, caps: Caps) -> None:
    task = make_task(60)
    space = plain_space({"temperature": (0, 1.5), "top_p": (0.1, 1.0), "prompt": "{{ q }}", "max_tokens": 48})
    baseline = make_baseline(space, None, told=TOLD, backend="unknown")
    price = Price(1.0, 2.0)
    plot = Plot(task, space, baseline, ReadNumber())
    check(plot, caps, prices=Prices(price))
    with open_store(str(tmp_path / "s.db")) as store:
        run = start_run(store, {"x": 1}, kind="tune")
        payer = Payer(ScriptedEndpoint(token_hungry), "toy", store, Budget(caps, prices=Prices(price)), run.id)
        result = tune(plot, run, payer)
        spent = store.spent(run.id)
    assert result.verdict is not None
    assert result.held_out.n >= 5
    assert caps.requests is None or spent.requests <= caps.requests
    assert caps.tokens is None or caps.tokens * 0.5 < spent.tokens <= caps.tokens
    assert caps.usd is None or (spent.usd is not None and caps.usd * 0.5 < spent.usd <= caps.usd)
    # The plan ends before the gate does: what the gate cuts depends on what else is in flight.
    assert not any("ended the run" in w for w in result.warnings)


def test_failures_that_may_pass_are_asked_again(tmp_path: Path) -> None:
    broken = True

    def sometimes(request: Request) -> str | Reply:
        if broken and int(str(request.fields["seed"])) % 10 == 0:
            return Reply(request, failure="given up after 12 attempts: timeout", attempts=12, transient=True)
        return hill(request)

    first = run_tune(tmp_path, sometimes)  # type: ignore[arg-type]
    assert any("failed for good" in w for w in first.warnings)
    broken = False
    with open_store(str(tmp_path / "s.db")) as store:
        found = [a for a in _all_answers(store) if a.failure]
    assert found == []


def _all_answers(store: object) -> list[Answer]:
    import sqlalchemy as sa

    from feinschliff.store import schema

    with store.engine.connect() as connection:  # type: ignore[attr-defined]
        texts = connection.execute(sa.select(schema.answers.c.answer)).scalars().all()
    return [Answer.model_validate_json(text) for text in texts]


class Nothing:
    """A scorer that can score nothing."""

    name = "nothing"
    needs_target = False

    def score(self, examples: list[Example], answers: list[Answer]) -> list[Score]:
        return [Score(value=None, reason="out of order")] * len(answers)


def one_run(folder: Path, plot: Plot, endpoint: ScriptedEndpoint) -> str:
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {"x": 1}, kind="tune")
        with pytest.raises((RunError, ParameterError)) as caught:
            tune(plot, run, Payer(endpoint, "toy", store, Budget(Caps(requests=300)), run.id))
        assert caught.value.run == run.id
        assert get_run(store, run.id).status == "failed"
    return str(caught.value)


def test_a_run_that_cannot_be_scored_stops_after_the_first_design(tmp_path: Path) -> None:
    task = make_task(60)
    space = make_space(task)
    plot = Plot(task, space, make_baseline(space, None, told=TOLD, backend="unknown"), Nothing())  # type: ignore[arg-type]
    endpoint = ScriptedEndpoint(hill)
    assert "out of order" in one_run(tmp_path, plot, endpoint)
    assert len(endpoint.requests) < 100


def test_whatever_breaks_on_the_way_keeps_the_runs_id(tmp_path: Path) -> None:
    task = make_task(60)
    space = make_space(task)
    plot = Plot(task, space, make_baseline(space, None, told=TOLD, backend="unknown"), ReadNumber())

    def breaks(request: Request) -> str:
        raise ZeroDivisionError("by chance")

    assert "ZeroDivisionError" in one_run(tmp_path, plot, ScriptedEndpoint(breaks))


def test_nothing_to_search_is_said_before_or_after_the_probe(tmp_path: Path) -> None:
    task = make_task(60)
    space = plain_space({"temperature": 0.5, "prompt": "{{ q }}"})
    baseline = make_baseline(space, None, told={}, backend="unknown")
    with pytest.raises(ParameterError, match="nothing to search"):
        check(Plot(task, space, baseline, ReadNumber()), Caps(requests=300))

    def knows_nothing(request: Request) -> Reply:
        return Reply(request, text="0.5", applied={"top_k": 40})

    searched = plain_space({"extra.foo": (0.0, 1.0), "prompt": "{{ q }}"})
    plot = Plot(task, searched, make_baseline(searched, None, told={}, backend="llama.cpp"), ReadNumber())
    endpoint = ScriptedEndpoint(knows_nothing)
    endpoint.backend = "llama.cpp"
    message = one_run(tmp_path, plot, endpoint)
    assert "nothing to search" in message
