"""Whole searches in which a knob is in force with one model only."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feinschliff import Endpoint, Task, landscape, tune
from feinschliff.build import complete_space, make_baseline
from feinschliff.endpoints.protocol import Backend, Reply, Request
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.parameters.space import named_space
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot
from feinschliff.tuning import tune as search
from tests.fakes.openai_server import FakeServer
from tests.fakes.scripted import ScriptedEndpoint
from tests.tuning.worlds import ReadNumber, flat, make_task

ROWS = [{"id": f"r{i}", "post": f"Frage {i} ANSWER: rot blau {i}", "subject": f"rot blau {i}"} for i in range(30)]
TASK = Task.from_rows(ROWS, prompt="{{ post }}", target="subject")


def test_a_knob_of_one_house_model_on_the_engine(tmp_path: Path) -> None:
    rows = [{"post": f"Der Chor probt am {day}. im Saal.", "subject": f"Probe am {day}."} for day in range(1, 21)]
    result = tune(
        Task.from_rows(rows, prompt="{{ post }}", target="subject"),
        space={
            "model": ["house-1", "house-2"],
            "temperature": (0, 1.2),
            "min_p": {"range": [0.02, 0.4], "when": {"model": "house-2"}},
            "max_tokens": 8,
        },
        budget={"requests": 120},
        seed=4,
        store=tmp_path / "s.db",
        report=tmp_path / "r.html",
    )
    trials = result.details["trials"]
    sent = {
        model: [t["settings"] for t in trials if t["settings"]["model"] == model] for model in ("house-1", "house-2")
    }
    assert len(sent["house-1"]) > 2
    assert len({s["min_p"] for s in sent["house-2"] if s.get("min_p") is not None}) > 2
    assert all("min_p" not in s for s in sent["house-1"])
    assert all("min_p" in s for s in sent["house-2"])
    assert result.details["space"]["when"] == {"min_p": {"model": {"choices": ["house-2"]}}}
    with_it = result.settings["model"] == "house-2"
    land = landscape(result.run, store=tmp_path / "s.db", report=tmp_path / "l.html")
    for known in (result.settings, land.settings, land.effects, (land.region or {})["knobs"]):
        assert ("min_p" in known) is with_it
    assert land.when == result.details["space"]["when"]
    assert all(("min_p" in p["settings"]) is (p["settings"]["model"] == "house-2") for p in land.points)
    page = (tmp_path / "r.html").read_text(encoding="utf-8")
    assert "0.02 to 0.4, only where model is house-2" in page


def test_what_one_model_refuses_is_searched_with_the_other(tmp_path: Path) -> None:
    def picky(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        if body.get("model") == "small" and "min_p" in body:
            return 400, {"error": {"message": "Unknown field: min_p"}}
        return None

    with FakeServer(models=("small", "large"), override=picky) as server:
        result = tune(
            TASK,
            Endpoint(server.url),
            space={
                "model": ["small", "large"],
                "temperature": (0.0, 1.5),
                "min_p": {"range": (0.0, 0.3), "when": {"model": "large"}},
                "max_tokens": 16,
            },
            budget={"requests": 200},
            store=tmp_path / "s.db",
            report=tmp_path / "r.html",
        )
        bodies = list(server.bodies)
        assert server.counts["400"] == 0
    assert {b["model"] for b in bodies if "min_p" in b} == {"large"}
    assert len({b["min_p"] for b in bodies if "min_p" in b}) > 3
    assert any(b["model"] == "large" and "ANSWER" in b["messages"][-1]["content"] for b in bodies)
    assert result.knobs["min_p"] != "rejected"


class OpenAI(ScriptedEndpoint):
    """Two models: one refuses the sampling parameters, the other takes them."""

    backend: Backend = "openai"


def test_the_usual_ranges_go_to_the_models_that_have_them(tmp_path: Path) -> None:
    asked: list[tuple[str, set[str]]] = []

    def answer(request: Request) -> str | Reply:
        asked.append((request.model, set(request.fields)))
        if request.model == "o3-mini" and "temperature" in request.fields:
            return Reply(request, failure="HTTP 400: Unsupported parameter: 'temperature'")
        return flat(request)

    task = make_task(30)
    space = complete_space(task, {"model": ["o3-mini", "gpt-4o"], **named_space("default")})
    today = make_baseline(space, None, told={}, backend="openai")
    endpoint = OpenAI(answer, models=("o3-mini", "gpt-4o"))
    with open_store(str(tmp_path / "s.db")) as store:
        run = start_run(store, {"seed": 1}, kind="tune")
        payer = Payer(endpoint, "o3-mini", store, Budget(Caps(requests=200)), run.id, seed=1)
        result = search(Plot(task, space, today, ReadNumber(), backend="openai"), run, payer)
    assert {model for model, _ in asked} == {"o3-mini", "gpt-4o"}
    assert not any("temperature" in fields for model, fields in asked if model == "o3-mini")
    assert any("temperature" in fields for model, fields in asked if model == "gpt-4o")
    assert any("'temperature' is refused with o3-mini" in warning for warning in result.warnings)
