"""Several models in one search: each in one piece per round, each at its own price."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff import Endpoint, Task, Watch, tune
from feinschliff.store import open_store
from feinschliff.tuning import Step
from tests.fakes.metered import MeteredServer

MODELS = ("small", "middle", "large")
PRICES = {"small": (1.0, 2.0), "middle": (3.0, 5.0), "large": (10.0, 30.0)}
ROWS = [{"id": f"r{i}", "post": f"Frage {i} ANSWER: rot blau {i}", "subject": f"rot blau {i}"} for i in range(30)]
TASK = Task.from_rows(ROWS, prompt="{{ post }}", target="subject")
SPACE = {"model": list(MODELS), "temperature": (0.0, 1.5), "max_tokens": 16}


def test_a_server_loads_each_model_once_a_round(tmp_path: Path) -> None:
    steps: list[Step] = []
    with MeteredServer(models=MODELS, slowest_s=0.003) as server:
        result = tune(
            TASK,
            Endpoint(server.url, concurrency=5, price=PRICES),
            space=SPACE,
            budget={"requests": 400, "usd": 0.5},
            store=tmp_path / "s.db",
            report=tmp_path / "r.html",
            watch=Watch(on_step=steps.append),
        )
        asked = {body["model"] for body in server.bodies}
        confirmation = 1
        assert asked == set(MODELS)
        assert len(steps) > 3
        # Without an order there would be about 200: the design and the pairs of the confirmation alternate.
        assert server.switches <= (len(MODELS) - 1) + len(MODELS) * (len(steps) - 1 + confirmation)
        assert server.most_in_flight > 1
    assert result.spent["usd"] == pytest.approx(server.usd(PRICES))
    assert server.usd(PRICES) <= 0.5
    with open_store(str(tmp_path / "s.db")) as store:
        rows = {row.model: row for row in store.spent(result.run).models}
    assert set(rows) == set(MODELS)
    for model, (_, out) in PRICES.items():
        made = server.made[model] - server.prompts[model]
        assert rows[model].completion_tokens == made
        assert (rows[model].usd or 0) > made * out / 1e6


def test_a_price_given_later_counts_for_what_was_spent_before(tmp_path: Path) -> None:
    with MeteredServer(models=("small",)) as server:
        wanted = {"space": {"temperature": (0.0, 1.5), "max_tokens": 16}, "store": tmp_path / "s.db"}
        wanted["report"] = tmp_path / "r.html"
        first = tune(TASK, Endpoint(server.url), budget={"requests": 100}, **wanted)
        second = tune(TASK, Endpoint(server.url, price=(1.0, 2.0)), budget={"requests": 200}, **wanted)
    assert first.run == second.run
    assert first.spent["usd"] is None
    assert second.spent["usd"] == pytest.approx(server.usd({"small": (1.0, 2.0)}))
