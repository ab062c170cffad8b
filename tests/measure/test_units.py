"""A unit of measurement: n answers, one choice, one score."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.choosing import make_choice
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation import Ask, Budget, Caps, Payer, generate
from feinschliff.measure import Drawn, draws, judge_groups, levels_by_n, measure_pairs, measure_units
from feinschliff.records import Example, Settings
from feinschliff.scorers import make_scorer
from feinschliff.store import Store, open_store
from tests.fakes.scripted import AnswerFunction, ScriptedEndpoint

EXAMPLES = [Example(id=f"e{i}", row={"word": f"w{i}", "gold": "blue cat"}, target="blue cat") for i in range(3)]
TEXTS = ("blue cat", "a blue cat", "blue hat", "dog")
SIMILAR = make_scorer("similarity")
MEDOID = make_choice("medoid")


def settings(n: int | None) -> Settings:
    values = {"prompt": "Say {{ word }}", "temperature": 0.5, "max_tokens": 16}
    return Settings(values=values if n is None else {**values, "n": n})


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "s.db")) as opened:
        yield opened


def payer(store: Store, answer: AnswerFunction, caps: Caps | None = None) -> Payer:
    return Payer(ScriptedEndpoint(answer), "toy", store, Budget(caps or Caps()), "r")


def by_seed(request: Request) -> str:
    return TEXTS[int(str(request.fields["seed"])) % len(TEXTS)]


def in_turn(*texts: str | None) -> AnswerFunction:
    """These texts one after the other; None is a request that fails for good."""
    left = iter(texts)

    def answer(request: Request) -> str | Reply:
        text = next(left)
        return Reply(request, failure="400: no") if text is None else text

    return answer


def test_with_one_answer_it_is_what_was_asked_before(store: Store) -> None:
    asks = [Ask(e, settings(None), r) for e in EXAMPLES for r in range(2)]
    answers = generate(asks, payer(store, by_seed))
    for n, choice in ((None, None), (1, None), (1, MEDOID)):
        again = payer(store, by_seed)
        units = measure_units(
            [Ask(a.example, settings(n), a.repeat) for a in asks], again, scorer=SIMILAR, choice=choice
        )
        assert [u.chosen for u in units] == answers
        assert [u.answers for u in units] == [(a,) for a in answers]
        assert again.endpoint.requests == []  # type: ignore[attr-defined]


def test_the_first_of_n_answers_are_the_same_for_every_n(store: Store) -> None:
    first = payer(store, by_seed)
    two = measure_units([Ask(e, settings(2), 0) for e in EXAMPLES], first, scorer=SIMILAR, choice=MEDOID)
    assert len(first.endpoint.requests) == 6  # type: ignore[attr-defined]
    more = payer(store, by_seed)
    four = measure_units([Ask(e, settings(4), 0) for e in EXAMPLES], more, scorer=SIMILAR, choice=MEDOID)
    assert len(more.endpoint.requests) == 6  # type: ignore[attr-defined]
    assert [unit.answers[:2] for unit in four] == [unit.answers for unit in two]
    assert all("n" not in request.fields for request in first.endpoint.requests)  # type: ignore[attr-defined]
    seeds = {request.fields["seed"] for request in first.endpoint.requests}  # type: ignore[attr-defined]
    assert len(seeds) == 6
    # Units of other repeats share none of them.
    assert not {d.repeat for d in draws(Ask(EXAMPLES[0], settings(128), 0))} & {
        d.repeat for d in draws(Ask(EXAMPLES[0], settings(128), 1_000_059))
    }


def test_the_chosen_answer_is_scored_and_a_failed_one_is_not_chosen(store: Store) -> None:
    answer = in_turn("dog", None, "blue cats", "blue cats!")
    (unit,) = measure_units([Ask(EXAMPLES[0], settings(4), 0)], payer(store, answer), scorer=SIMILAR, choice=MEDOID)
    assert unit.chosen is not None
    assert unit.chosen.text == "blue cats"
    assert unit.score is not None
    assert unit.score.value == pytest.approx(2 * 8 / 17)


def test_where_all_have_failed_there_is_no_score(store: Store) -> None:
    for choice in (None, MEDOID):
        answer = in_turn(None, None)
        (unit,) = measure_units([Ask(EXAMPLES[0], settings(2), 0)], payer(store, answer), scorer=SIMILAR, choice=choice)
        assert unit.score is not None
        assert unit.score.value is None
        assert "400: no" in str(unit.score.reason)


def test_without_a_choice_all_answers_count(store: Store) -> None:
    asks = [Ask(EXAMPLES[0], settings(2), 0)]
    (mean,) = measure_units(asks, payer(store, in_turn("blue cat", "xxxx")), scorer=SIMILAR)
    assert mean.score is not None
    assert mean.score.value == 0.5
    (diverse,) = measure_units(asks, payer(store, in_turn()), scorer=make_scorer("diversity"))
    assert diverse.score is not None
    assert diverse.score.value == 1


def test_of_a_group_with_one_answer_left_there_is_no_score(store: Store) -> None:
    for scorer in (SIMILAR, make_scorer("diversity")):
        (unit,) = measure_units(
            [Ask(EXAMPLES[1], settings(2), 0)], payer(store, in_turn("blue cat", None)), scorer=scorer
        )
        assert unit.score is not None
        assert unit.score.value is None


def test_a_unit_is_done_only_when_all_its_answers_are_there(store: Store) -> None:
    asks = [Ask(e, settings(4), 0) for e in EXAMPLES]
    short = payer(store, by_seed, Caps(requests=10))
    units = measure_units(asks, short, scorer=SIMILAR, choice=MEDOID)
    assert sum(len(unit.answers) for unit in units) == 10
    assert [unit.score is None for unit in units] == [len(unit.answers) < 4 for unit in units]
    assert sum(unit.score is None for unit in units) >= 1
    assert all((unit.chosen is None) == (unit.score is None) for unit in units)


def test_both_sides_of_a_pair_may_ask_for_different_numbers(store: Store) -> None:
    (pair,) = measure_pairs(
        [(EXAMPLES[0], 7)], settings(3), settings(None), payer=payer(store, by_seed), scorer=SIMILAR, choice=MEDOID
    )
    assert len(pair.best_answers) == 3
    assert pair.baseline_answers == (pair.best_answers[0],)  # the same request: the same stored answer


def test_levels_of_fewer_answers_are_those_that_fewer_would_have_scored(store: Store) -> None:
    asks = [Ask(e, settings(4), r) for e in EXAMPLES for r in range(4)]
    units = measure_units(asks, payer(store, by_seed), scorer=SIMILAR, choice=MEDOID)
    drawn = [Drawn(a.example, a.repeat, u.answers) for a, u in zip(asks, units, strict=True)]
    levels = levels_by_n(drawn, settings(4), scorer=SIMILAR, choice=MEDOID, store=store, over="examples")
    assert [level.n for level in levels] == [1, 2, 4]
    scores = [u.score.value for u in units if u.score is not None and u.score.value is not None]
    assert levels[-1].mean == pytest.approx(sum(scores) / len(scores))
    singles = [[(a, (answer,)) for answer in u.answers] for a, u in zip(asks, units, strict=True)]
    flat = [pair for unit in singles for pair in unit]
    judged = judge_groups([a for a, _ in flat], [g for _, g in flat], scorer=SIMILAR, choice=None, store=None)
    assert levels[0].mean == pytest.approx(sum(s.value or 0 for _, s in judged) / len(judged))
    assert levels[0].completion_tokens == pytest.approx(levels[-1].completion_tokens / 4)
    assert all(level.low is not None and level.low <= level.mean for level in levels)
    together = levels_by_n(
        drawn, settings(4), scorer=make_scorer("diversity"), choice=None, store=store, over="examples"
    )
    assert [level.n for level in together] == [2, 4]
