"""The safe region, against worlds whose truth is known."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feinschliff.generation import Caps
from feinschliff.parameters.space import Range, Space
from feinschliff.records import Example, Settings
from feinschliff.tuning.evidence import Evidence, evidence
from feinschliff.tuning.region import MARGIN, region
from feinschliff.tuning.state import State, Tried
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import flat, hill, run_tune

ONE = Space({"temperature": Range(0.0, 1.0)}, {})
UNITS = [(Example(id=f"e{i}", row={}), 0) for i in range(400)]


def known(
    score: Callable[[float], float], *, answers: int = 40, noise: float = 0.1, tokens: int = 0, seed: int = 1
) -> State:
    """Eleven temperatures, each answered on the same examples; hotter answers are longer by `tokens`."""
    rng = np.random.default_rng(seed)
    state = State(ONE, UNITS)
    for place in np.linspace(0.0, 1.0, 11):
        scores = [float(v) for v in score(place) + noise * rng.standard_normal(answers)]
        lengths = [int(30 + tokens * place + rng.integers(0, 5)) for _ in scores]
        settings = Settings(values={"temperature": float(place)})
        state.tried.append(Tried(settings, "random", 0, list(scores), list(UNITS[:answers]), lengths))
    return state


def region_of(state: State, winner: float, *, confirmed: tuple[int, ...] = ()) -> tuple[dict[str, Any], Evidence]:
    found = evidence(state)
    assert found is not None
    settings = Settings(values={"temperature": winner})
    return region(state, found, settings, seed=0, confirmed=confirmed), found


def test_a_cliff_bounds_the_region_and_the_parameter_matters() -> None:
    found, known_of = region_of(known(lambda t: 0.7 if t < 0.55 else 0.4), 0.2)
    extent = found["knobs"]["temperature"]
    assert extent["low"] < 0.05
    assert 0.4 < extent["high"] < 0.7
    assert 0.4 < found["share"] < 0.7
    assert extent["difference"] == "seen"
    assert extent["at_most"] > 0.25
    assert found["indifferent"] == []
    assert found["margin"] == pytest.approx(MARGIN * known_of.spread)


def test_a_plain_is_tied_as_a_whole_and_what_may_hide_is_told() -> None:
    found, known_of = region_of(known(lambda t: 0.6, answers=200), 0.5)
    assert found["share"] > 0.9
    assert found["indifferent"] == ["temperature"]
    assert 0 < found["knobs"]["temperature"]["at_most"] <= 0.5 * known_of.spread


def test_few_answers_show_nothing_and_claim_nothing() -> None:
    found = [region_of(known(lambda t: 0.6, answers=4, noise=0.3, seed=seed), 0.5)[0] for seed in range(10)]
    told = [f["knobs"]["temperature"] for f in found]
    assert "none" not in {t["difference"] for t in told}
    assert sum(t["difference"] == "seen" for t in told) <= 2
    assert min(t["at_most"] for t in told) > 0.1
    assert np.mean([f["share"] for f in found]) > 0.8


def test_the_cheapest_of_those_as_good_is_told_only_where_tokens_differ() -> None:
    plain = known(lambda t: 0.6, answers=400, noise=0.02, tokens=40)
    cheapest = region_of(plain, 1.0)[0]["cheapest"]
    assert cheapest["tokens"] < cheapest["winner_tokens"] - 20
    assert cheapest["settings"]["temperature"] < 0.5
    assert cheapest["expected_loss"] <= MARGIN * 0.025
    assert region_of(known(lambda t: 0.6, answers=400, noise=0.02), 1.0)[0]["cheapest"] is None
    # The cheap ones are worse: nothing to gain there.
    assert region_of(known(lambda t: 0.3 + 0.4 * t, answers=400, noise=0.02, tokens=40), 1.0)[0]["cheapest"] is None


def test_a_winner_that_was_never_asked_has_the_tokens_of_its_confirmation() -> None:
    state = known(lambda t: 0.6, answers=400, noise=0.02, tokens=40)
    assert region_of(state, 0.95)[0]["cheapest"] is None
    cheapest = region_of(state, 0.95, confirmed=(70, 71, 69, 70, 72, 68))[0]["cheapest"]
    assert cheapest["winner_tokens"] == pytest.approx(70)


def test_a_search_keeps_what_it_knew_and_it_holds_in_truth(tmp_path: Path) -> None:
    endpoint = ScriptedEndpoint(hill)
    result = run_tune(tmp_path, hill, caps=Caps(requests=800), endpoint=endpoint)
    kept = result.details["landscape"]
    points = kept["points"]
    assert [p["mean"] for p in points] == sorted((p["mean"] for p in points), reverse=True)
    assert all(p["low"] <= p["mean"] <= p["high"] for p in points)
    assert {p["source"] for p in points} == {"asked"}
    assert all(p["effective"] == p["answers"] for p in points)
    winner = {name: result.settings[name] for name in ("temperature", "top_p")}
    assert points[0]["settings"] == winner
    truth = [0.7 - 0.6 * (p["settings"]["temperature"] - 0.3) ** 2 - 0.1 * (1 - p["settings"]["top_p"]) for p in points]
    inside = [p["low"] - 0.05 <= t <= p["high"] + 0.05 for p, t in zip(points, truth, strict=True)]  # the levels' mean
    assert np.mean(inside) > 0.9
    (drawn,) = kept["maps"]
    assert np.array(drawn["mean"]).shape == np.array(drawn["deviation"]).shape == (len(drawn["ys"]), len(drawn["xs"]))
    assert {drawn["x"], drawn["y"]} == {"temperature", "top_p"}
    region = result.details["region"]
    assert region["knobs"]["temperature"]["difference"] == "seen"
    assert region["share"] < 0.7


def test_where_nothing_matters_all_is_tied(tmp_path: Path) -> None:
    kept = run_tune(tmp_path, flat).details["region"]
    assert kept["share"] > 0.9
    assert {extent["difference"] for extent in kept["knobs"].values()} <= {"none", "unknown"}
