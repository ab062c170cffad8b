"""What is shown while a run is under way."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.cli.before import Before
from feinschliff.cli.progress import ProgressDisplay
from feinschliff.generation import Estimate
from feinschliff.records import Answer
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer


def test_a_resume_begins_where_the_last_attempt_ended(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "in.csv").write_text("q\n" + "\n".join(f"question {i}" for i in range(40)), encoding="utf-8")
    with FakeServer() as server:
        ask = ("generate", "in.csv", "--prompt", "{{ q }}", "--endpoint", server.url, "--out", "out.csv")
        assert fein(*ask, "--requests", 25).code == 1
        done = fein(*ask)
        assert done.code == 0
        assert server.counts["POST"] == 40
    assert "generate: 25 of at most 40 answers" in done.err


def test_limits_per_minute_count_for_the_time_that_is_left(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """60 of 300 answers come in the first second; the other four minutes are the limit's."""
    now = 1000.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    with ProgressDisplay(before=Before(yes=True, dry_run=False, as_json=False)) as display:
        watch = display.watch
        assert watch.on_estimate is not None
        assert watch.on_phase is not None
        assert watch.on_answer is not None
        watch.on_estimate(Estimate(300, 300, 300, None, 240.0, least_s=240.0))
        now = 1001.0
        for number in range(60):
            watch.on_answer(Answer(key=str(number), example="a", repeat=0, text="x"))
        watch.on_phase("generate", 300)
    assert "at most 4 min left" in capsys.readouterr().err
