"""The time of a run, as its row tells it: never less than was used, whenever the process dies, and exact at the end."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.errors import RunError
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.store import Run, Store, get_run, open_store, start_run
from feinschliff.tuning import clock as clock_module
from feinschliff.tuning import keeping_track
from tests.fakes.scripted import ScriptedEndpoint


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "s.db")) as opened:
        yield opened


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock_module, "_TICK_S", 0.05)
    monkeypatch.setattr(clock_module, "_AHEAD_S", 2.0)


def begun(store: Store, caps: Caps, *, ago_s: float = 0.0) -> tuple[Run, Payer]:
    run = start_run(store, {"kind": "test"}, kind="test")
    budget = Budget(caps, seconds=run.seconds, started=time.monotonic() - ago_s)
    return run, Payer(ScriptedEndpoint(lambda request: "x"), "toy", store, budget, run.id)


def noted(store: Store, run: Run, *, at_least: float) -> float:
    """The row's seconds, once a tick has come."""
    ends = time.monotonic() + 20
    while (seconds := get_run(store, run.id).seconds) < at_least and time.monotonic() < ends:
        time.sleep(0.01)
    return seconds


def test_with_a_limit_the_row_is_ahead_while_the_run_is_under_way_and_exact_after_it(store: Store) -> None:
    run, payer = begun(store, Caps(seconds=60), ago_s=5.0)
    with keeping_track(run, payer):
        assert noted(store, run, at_least=7.0) >= 7.0
        used = payer.budget.seconds
        assert get_run(store, run.id).seconds >= used  # a kill at this moment has noted all
    after = get_run(store, run.id).seconds
    assert used <= after <= payer.budget.seconds


def test_without_a_limit_it_is_not_ahead(store: Store) -> None:
    run, payer = begun(store, Caps(requests=5), ago_s=5.0)
    with keeping_track(run, payer):
        assert noted(store, run, at_least=5.0) <= payer.budget.seconds
        time.sleep(0.1)
        assert get_run(store, run.id).seconds <= payer.budget.seconds


def test_failures_and_resumes_add_up(store: Store) -> None:
    run, payer = begun(store, Caps(seconds=60), ago_s=3.0)
    with pytest.raises(RunError), keeping_track(run, payer):
        raise RunError("no")
    first = get_run(store, run.id)
    assert first.status == "failed"
    assert 3.0 <= first.seconds <= payer.budget.seconds
    run, payer = begun(store, Caps(seconds=60), ago_s=4.0)
    assert payer.budget.seconds >= first.seconds + 4.0
    with keeping_track(run, payer):
        pass
    assert get_run(store, run.id).seconds == pytest.approx(payer.budget.seconds, abs=2.0)
    assert get_run(store, run.id).seconds <= payer.budget.seconds
