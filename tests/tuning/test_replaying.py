"""A search with replay: on the embedded house model, and on servers that leave it out or tell something else."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feinschliff.build import complete_space, make_baseline
from feinschliff.datasets.task import Task
from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.protocol import Endpoint, Gate, Request, SendReport, Sink
from feinschliff.errors import EndpointGone
from feinschliff.generation import Budget, Caps, Payer
from feinschliff.models.house import house_path
from feinschliff.records import Answer, Example, Score
from feinschliff.store import open_store, start_run
from feinschliff.tuning import Plot, Result, Step, tune
from feinschliff.tuning.replaying import NONE_CAME, PROCESSED, REFUSED
from tests.fakes.sampling import backends
from tests.fakes.sampling.backends import MODEL
from tests.fakes.sampling.quirks import Quirk
from tests.fakes.sampling.server import SamplingServer

KNOBS: Mapping[str, Any] = {"temperature": (0.0, 1.5), "top_p": (0.3, 1.0), "max_tokens": 6}
PLACES = ("Kanal", "Turm", "Park", "Hafen", "Markt", "Brunnen", "Tor", "Bahnhof")
THINGS = ("Ein Helm", "Eine Lampe", "Ein Schirm", "Eine Katze", "Ein Ball")


class Letters:
    """The share of letters from the first half of the alphabet."""

    name = "letters"
    needs_target = False

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        return [Score(value=None, reason=a.failure) if a.failure else Score(value=_share(a.text)) for a in answers]


def _share(text: str) -> float:
    letters = [c for c in text.lower() if c.isalpha()]
    return sum(c < "n" for c in letters) / max(1, len(letters))


class Listening:
    """Any endpoint, and what it was sent."""

    def __init__(self, inner: Endpoint, dies_after: int | None = None) -> None:
        self._inner = inner
        self.sent: list[Request] = []
        self._dies_after = dies_after

    def __getattribute__(self, name: str) -> Any:
        if name in {"_inner", "sent", "send", "traced", "_dies_after"} or name.startswith("__"):
            return object.__getattribute__(self, name)
        return getattr(self._inner, name)

    def send(self, requests: Any, *, gate: Gate, sink: Sink) -> SendReport:
        if self._dies_after is not None and len(self.sent) >= self._dies_after:
            raise EndpointGone("gone")
        wanted = list(requests)
        self.sent += wanted
        return self._inner.send(wanted, gate=gate, sink=sink)

    @property
    def traced(self) -> list[bool]:
        """Whether each request asked for log-probabilities."""
        return [r.fields.get("top_logprobs") == 20 and r.fields.get("logprobs") is True for r in self.sent]


def task_of(count: int, **texts: str) -> Task:
    rows = [{"id": f"e{i}", "q": f"{THINGS[i % 5]} liegt am {PLACES[i // 5 % 8]}. Nummer {i}."} for i in range(count)]
    return Task.from_rows(rows, prompt=texts.pop("prompt", "Subject line for this post:\n{{ q }}"), **texts)


def run_on(
    endpoint: Any,
    folder: Path,
    knobs: Mapping[str, Any] = KNOBS,
    *,
    model: str = MODEL,
    examples: int = 40,
    requests: int = 150,
    sampler: str = "fein",
    scorer: Any = None,
    on_step: Callable[[Step], None] | None = None,
) -> Result:
    task = task_of(examples)
    space = complete_space(task, dict(knobs))
    today = make_baseline(space, None, told=endpoint.defaults(model), backend=endpoint.backend)
    plot = Plot(task, space, today, scorer or Letters(), sampler, on_step, backend=endpoint.backend)
    with open_store(str(folder / "s.db")) as store:
        run = start_run(store, {"sampler": sampler}, kind="tune")
        budget = Budget(Caps(requests=requests), spent=store.spent(run.id))
        return tune(plot, run, Payer(endpoint, model, store, budget, run.id, seed=5))


def outcome(result: Result) -> dict[str, Any]:
    """All that must not depend on interruptions."""
    document = result.to_dict()
    kept = {name: document[name] for name in document if name not in {"spent", "report", "pareto"}}  # times differ
    return kept | {name: result.details[name] for name in ("trials", "history", "replay", "effects")}


def house(folder: Path, knobs: Mapping[str, Any] = KNOBS, **options: Any) -> tuple[Result, Listening]:
    with EmbeddedEndpoint(house_path(), threads=1) as engine:
        listening = Listening(engine, options.pop("dies_after", None))
        return run_on(listening, folder, knobs, model=engine.models()[0].name, **options), listening


def on_server(server: SamplingServer, folder: Path, knobs: Mapping[str, Any] = KNOBS, **options: Any) -> Result:
    with server, HttpEndpoint(server.url) as endpoint:
        return run_on(endpoint, folder, knobs, **options)


class TestHouse:
    """The real engine."""

    def test_the_search_asks_for_log_probabilities_and_the_confirmation_does_not(self, tmp_path: Path) -> None:
        result, listening = house(tmp_path)
        searched = sum(t["n"] for t in result.details["trials"])
        assert result.details["replay"] == {"used": True, "reason": None, "answers": searched}
        assert result.verdict is not None
        last = 2 * result.held_out.n
        assert not any(listening.traced[-last:])
        assert sum(listening.traced) == searched
        for settings in (result.settings, result.baseline_settings, result.recommended):
            assert not {"logprobs", "top_logprobs"} & set(settings)
        assert not any("logprobs" in name for t in result.details["trials"] for name in t["settings"])

    def test_a_run_killed_between_rounds_ends_the_same_and_a_larger_one_goes_on(self, tmp_path: Path) -> None:
        (tmp_path / "whole").mkdir()
        whole, _ = house(tmp_path / "whole")
        attempts, cut = 0, None
        while cut is None:
            attempts += 1
            assert attempts < 9
            with contextlib.suppress(EndpointGone):
                cut, _ = house(tmp_path, dies_after=40)
        assert attempts > 1
        assert outcome(cut) | {"run": None} == outcome(whole) | {"run": None}
        large, listening = house(tmp_path, requests=220)
        assert len(listening.sent) == large.spent["requests"] - cut.spent["requests"]  # type: ignore[operator]
        assert large.details["replay"]["answers"] > cut.details["replay"]["answers"]

    def test_answers_that_a_limit_or_a_stop_string_shortens_are_scored_anew(self, tmp_path: Path) -> None:
        scorer = Counting()
        knobs = {"temperature": (0.3, 1.2), "max_tokens": (3, 12), "stop": {"choices": [["."], ["\n"]]}}
        result, listening = house(tmp_path, knobs, scorer=scorer)
        assert result.details["replay"]["used"] is True
        # More texts than answers: the beginnings of some were scored under smaller limits.
        assert len(scorer.texts) > len(listening.sent)

    def test_every_system_text_has_a_pool_of_its_own(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        contexts: set[object] = set()
        from feinschliff.tuning import replaying

        def listening(pool: Any, sources: Any, **options: Any) -> Any:
            contexts.update(source.context for source in pool.sources)
            return original(pool, sources, **options)

        original = replaying.estimate
        monkeypatch.setattr(replaying, "estimate", listening)
        texts = ["You write subject lines.", "Be brief."]
        result, _ = house(tmp_path, {"temperature": (0.0, 1.5), "max_tokens": 6, "system": texts})
        assert result.details["replay"]["used"] is True
        assert len(contexts) == 2
        assert all(sum(text in str(c) for c in contexts) == 1 for text in texts)


class Counting(Letters):
    """Keeps what it has scored."""

    def __init__(self) -> None:
        self.texts: list[str] = []

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        self.texts += [answer.text for answer in answers]
        return super().score(examples, answers)


def without_them(**options: Any) -> SamplingServer:
    server = backends.llama_cpp(**options)
    server.manners = replace(server.manners, logprobs=None)
    return server


def refusing(**options: Any) -> SamplingServer:
    server = backends.llama_cpp(**options)
    server.fields = {**server.fields, "logprobs": Quirk(rejected=True)}
    return server


def forbidding(**options: Any) -> SamplingServer:
    """403, as OpenAI answers for some models."""
    server = refusing(**options)
    server.manners = replace(server.manners, status=403)
    return server


def after_the_sampler(**options: Any) -> SamplingServer:
    server = backends.llama_cpp(**options)
    server.manners = replace(server.manners, logprobs="processed")
    return server


@pytest.mark.parametrize(
    ("make", "reason", "lost", "examples"),
    [
        (without_them, NONE_CAME, 1, 40),
        (refusing, REFUSED, 1, 40),
        (forbidding, REFUSED, 1, 40),
        (after_the_sampler, PROCESSED, None, 40),
        (after_the_sampler, PROCESSED, None, 150),  # more than the first design asks about
    ],
)
def test_without_usable_log_probabilities_settings_are_compared_in_pairs(
    make: Callable[[], SamplingServer], reason: str, lost: int | None, examples: int, tmp_path: Path
) -> None:
    server = make()
    result = on_server(server, tmp_path, examples=examples)
    kept = result.details["replay"]
    assert (kept["used"], kept["reason"]) == (False, reason)
    assert result.verdict is not None
    traced = [i for i, body in enumerate(server.bodies) if body.get("top_logprobs") == 20]
    if lost is not None:
        assert len(traced) == lost
    assert result.held_out.n > 0
    assert traced[-1] < len(server.bodies) - 2 * result.held_out.n - 10  # rounds without any follow
    assert result.spent["requests"] == len(server.bodies)


def test_a_server_with_the_models_own_is_replayed(tmp_path: Path) -> None:
    for make in (backends.llama_cpp, backends.vllm, backends.openai_chat):
        (tmp_path / make.__name__).mkdir()
        server = make()
        result = on_server(server, tmp_path / make.__name__)
        expected = make is not backends.openai_chat  # at 127.0.0.1 nobody is taken for OpenAI
        assert result.details["replay"]["used"] is expected, (make.__name__, result.details["replay"])


@pytest.mark.parametrize(
    ("knobs", "sampler", "reason"),
    [
        ({**KNOBS, "n": {"choices": [1, 2]}}, "fein", "several answers are scored together"),
        ({**KNOBS, "n": 2}, "fein", "several answers are scored together"),
        ({**KNOBS, "logprobs": False}, "fein", "log-probabilities are switched off"),
        ({**KNOBS, "repeat_penalty": 1.3}, "fein", "replay cannot follow 'repeat_penalty'"),
        ({**KNOBS, "frequency_penalty": (0, 1)}, "fein", "penalties count the prompt's tokens"),
        (KNOBS, "gp", None),
        (KNOBS, "random", None),
    ],
)
def test_what_replay_is_not_for(knobs: Mapping[str, Any], sampler: str, reason: str | None, tmp_path: Path) -> None:
    server = backends.llama_cpp()
    result = on_server(server, tmp_path, knobs, sampler=sampler)
    kept = result.details["replay"]
    if reason is None:
        assert kept is None
    else:
        assert not kept["used"]
        assert kept["reason"].startswith(reason)
    assert not any(body.get("top_logprobs") == 20 for body in server.bodies)
    assert result.verdict is not None
