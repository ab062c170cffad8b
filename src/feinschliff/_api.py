"""The Python interface: what `import feinschliff` offers, and what the command line calls."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeAlias

from pydantic import JsonValue

from feinschliff.build import Connection, Endpoint, complete_space, connect, make_baseline
from feinschliff.datasets.task import Task
from feinschliff.datasets.write import write_rows
from feinschliff.errors import DataError, OutputError, ParameterError, RunError
from feinschliff.generation import Ask, Caps
from feinschliff.generation import generate as _generate
from feinschliff.parameters.catalogue import check_value
from feinschliff.parameters.space import Choices, Space, named_space
from feinschliff.records import Answer, Example, Score, Settings
from feinschliff.report import write_page
from feinschliff.scorers import Scorer, make_scorer
from feinschliff.store import Run, Store, default_path, find_run, get_run, open_store, start_run, update_run
from feinschliff.tuning import Match, Plot, Result, Step, check, check_match, check_texts, from_dict, keeping_track
from feinschliff.tuning import compare as _compare
from feinschliff.tuning import tune as _tune

DEFAULT_REQUESTS = 800
"""Allowed where no budget is given."""

_CHUNK = 5000
"""Requests prepared at a time."""

ScoreSpec: TypeAlias = str | Mapping[str, float] | Callable[..., Any] | Scorer
"""A scorer's name, weights by name, a callable `f(answer, target, row)`, or an object with `name` and `score`."""

SpaceSpec: TypeAlias = Mapping[str, object] | str
"""By parameter a range, choices or a fixed value; or the name of a space."""

BudgetSpec: TypeAlias = Mapping[str, float | int | None]
"""Any of `requests`, `tokens`, `seconds`, `usd`."""


@dataclass(frozen=True)
class Watch:
    """Who wants to be told while a run is under way; each is called between answers and must be quick."""

    on_run: Callable[[str], None] | None = None
    """The run's id, before the first request."""
    on_phase: Callable[[str, int | None], None] | None = None
    """`probe`, `search` or `confirm`, and the answers planned for the whole run."""
    on_step: Callable[[Step], None] | None = None
    """The incumbent after a round."""
    on_answer: Callable[[Answer], None] | None = None
    """Every new answer; from another thread."""


def tune(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    score: ScoreSpec | None = None,
    space: SpaceSpec | None = None,
    budget: BudgetSpec | None = None,
    baseline: Mapping[str, JsonValue] | None = None,
    sampler: str = "fein",
    seed: int = 0,
    store: Store | str | Path | None = None,
    name: str | None = None,
    fresh: bool = False,
    report: str | Path | None = None,
    watch: Watch | None = None,
) -> Result:
    """Search for better settings, confirm them on held-out examples, and say honestly what came of it.

    Args:
        task: what is asked, and what a good answer is.
        endpoint: where the model is; the embedded house model if None.
        score: the one score, 0 to 1, higher is better; `similarity` to the target if None.
        space: by parameter a tuple or list of two numbers (a range), any other list (choices), or a fixed value; or
            the name of a space, `default` or `classic`.
        budget: any of `requests`, `tokens`, `seconds`, `usd`: hard limits over all resumes; 800 requests if None.
        baseline: the settings in use today; else what the endpoint tells of itself.
        sampler: `fein`, `random` or `grid`.
        seed: of the run; every answer's seed derives from it.
        store: path or URL of the store, or an open one.
        name: alias of the run.
        fresh: start a run that shares no answers with earlier ones.
        report: where the HTML page goes; beside the store if None.
        watch: callbacks for progress.

    Raises:
        InputError: something is wrong with what was asked; nothing was sent to the model.
        RunError, Interrupted: the run failed on the way; the same call goes on where it stopped.
    """
    watch = watch or Watch()
    wanted = complete_space(task, _space_spec(space))
    caps = make_caps(budget)
    scorer = task_scorer(task, score)
    models = wanted.knobs.get("model")
    searched = [str(m) for m in models.values] if isinstance(models, Choices) else []
    # What can be found wrong without the endpoint is found before it is asked for anything.
    plot = Plot(task, wanted, _guess_baseline(wanted, baseline), scorer, sampler, watch.on_step, watch.on_phase)
    check(plot, caps)
    with _opened(store) as db, connect(endpoint or Endpoint(), searched_models=searched) as link:
        told = link.endpoint.defaults(link.model)
        today = make_baseline(wanted, baseline, told=told, backend=link.endpoint.backend)
        plot = Plot(task, wanted, today, scorer, sampler, watch.on_step, watch.on_phase)
        spec = {
            **_spec("tune", task, link, scorer, seed),
            "space": wanted.to_dict(),
            "sampler": sampler,
            "baseline": dict(baseline or {}),
        }
        if fresh or not _is_finished(db, spec, caps):
            link.check_price(caps)
            run = start_run(db, spec, kind="tune", name=name, fresh=fresh)
            _tell(watch, run)
            _tune(plot, run, link.payer(db, run, caps=caps, seed=seed, on_answer=watch.on_answer))
        return _finished(db, start_run(db, spec, kind="tune", name=name), report)


def compare(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    a: Mapping[str, JsonValue],
    b: Mapping[str, JsonValue],
    score: ScoreSpec | None = None,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    name: str | None = None,
    fresh: bool = False,
    report: str | Path | None = None,
    watch: Watch | None = None,
) -> Result:
    """Is `a` better than `b`? The paired difference a - b on the task's examples; no search.

    In the result `settings` is `a` and `baseline_settings` is `b`; the other arguments are those of `tune`.

    Raises: as `tune`.
    """
    watch = watch or Watch()
    sides = [_fixed_settings(task, values) for values in (a, b)]
    caps = make_caps(budget)
    match = Match(task, sides[0], sides[1], task_scorer(task, score))
    check_match(match)
    named = [str(s.values["model"]) for s in sides if s.values.get("model")]
    with _opened(store) as db, connect(endpoint or Endpoint(), searched_models=named) as link:
        spec = {
            **_spec("compare", task, link, match.scorer, seed),
            "a": match.a.values,
            "b": match.b.values,
        }
        if fresh or not _is_finished(db, spec, caps):
            link.check_price(caps)
            run = start_run(db, spec, kind="compare", name=name, fresh=fresh)
            _tell(watch, run)
            _compare(match, run, link.payer(db, run, caps=caps, seed=seed, on_answer=watch.on_answer))
        return _finished(db, start_run(db, spec, kind="compare", name=name), report)


def generate(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    settings: Mapping[str, JsonValue] | None = None,
    n: int = 1,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> list[Answer]:
    """`n` answers to every example, in the order of the examples, the repeats of one example together.

    Without `budget` there is no limit. Answers that are in the store cost nothing.

    Raises: as `tune`; RunError where the budget ends before the last answer.
    """
    job = _Job(task, endpoint or Endpoint(), _fixed_settings(task, settings or {}), n, seed)
    with _opened(store) as db, job.connect() as link:
        return job.run(link, db, budget, watch or Watch())


def generate_file(
    task: Task,
    endpoint: Endpoint | None = None,
    *,
    out: Path,
    settings: Mapping[str, JsonValue] | None = None,
    n: int = 1,
    budget: BudgetSpec | None = None,
    seed: int = 0,
    store: Store | str | Path | None = None,
    watch: Watch | None = None,
) -> dict[str, Any]:
    """As `generate`, into a CSV or JSONL file: the task's rows with a column `answer`, and `repeat` where `n` > 1.

    A file that an earlier run of the same wrote is written again; what that run paid for is not paid twice.

    Raises: as `generate`; OutputError where `out` exists and comes from something else.
    """
    job = _Job(task, endpoint or Endpoint(), _fixed_settings(task, settings or {}), n, seed)
    with _opened(store) as db, job.connect() as link:
        spec = job.spec(link)
        _check_out(db, spec, out)
        answers = job.run(link, db, budget, watch or Watch())
        rows = [{**example.row, "answer": a.text, "repeat": a.repeat} for a, example in job.matched(answers)]
        columns = (
            [c for c in task.columns if c not in {"answer", "repeat"}] + ["answer"] + (["repeat"] if n > 1 else [])
        )
        write_rows(out, rows, columns=columns)
        run = start_run(db, spec, kind="generate")
        update_run(db, run.id, details={"out": str(out.resolve()), "sha256": _file_hash(out)})
        return {
            "run": run.id,
            "out": str(out),
            "rows": len(task.examples),
            "answers": len(answers),
            "failed": sum(answer.failure is not None for answer in answers),
            "flags": dict(Counter(flag for answer in answers for flag in answer.flags)),
            "spent": asdict(db.spent(run.id)),
        }


def score(
    examples: Sequence[Example], answers: Sequence[Answer], *, score: ScoreSpec, targets: Sequence[str] | None = None
) -> list[Score]:
    """One score per answer; answers and examples are matched by position, or by id where there are more answers.

    Args:
        targets: corpus that `tfidf` is fitted on; the examples' own targets if None.

    Raises: ScorerError for an unknown scorer, DataError where an answer belongs to no example.
    """
    if len(examples) != len(answers):
        by_id = {example.id: example for example in examples}
        strangers = [answer.example for answer in answers if answer.example not in by_id]
        if strangers:
            raise DataError(
                f"an answer belongs to no example: {strangers[0]}", mend="give the examples it was made for"
            )
        examples = [by_id[answer.example] for answer in answers]
    corpus = [e.target for e in examples if e.target is not None] if targets is None else list(targets)
    return make_scorer(score, targets=corpus).score(examples, answers)


def make_caps(budget: BudgetSpec | None) -> Caps:
    """Limits from a mapping; 800 requests where nothing is limited. Raises: ParameterError."""
    given = {k: v for k, v in (budget or {}).items() if v is not None}
    for key, value in given.items():
        if key not in {"requests", "tokens", "seconds", "usd"}:
            raise ParameterError(
                f"unknown limit '{key}'",
                asked=key,
                found="known are requests, tokens, seconds, usd",
                mend="use one of them",
            )
        if isinstance(value, bool) or not value > 0:
            raise ParameterError(f"the limit of {key} must be above 0, not {value}", asked=f"{key}={value}")
    if not given:
        return Caps(requests=DEFAULT_REQUESTS)
    requests, tokens = given.get("requests"), given.get("tokens")
    return Caps(
        requests=None if requests is None else int(requests),
        tokens=None if tokens is None else int(tokens),
        seconds=given.get("seconds"),
        usd=given.get("usd"),
    )


def task_scorer(task: Task, spec: ScoreSpec | None) -> Scorer:
    """The task's scorer. Raises: ScorerError; DataError where it needs a target and the task has none."""
    scorer = make_scorer("similarity" if spec is None else spec, targets=task.targets)
    if getattr(scorer, "needs_target", False) and not task.targets:
        raise DataError(
            f"the scorer '{scorer.name}' compares with a target, and there is none",
            asked="a target",
            found="columns: " + (", ".join(task.columns) or "none"),
            mend="give --target, or a scorer that needs none: json, length, verbatim, module:callable",
        )
    return scorer


def default_report(store: Store, run: str) -> Path:
    """Where a run's page lies unless the user says otherwise: beside the store."""
    folder = store.folder or default_path().parent
    return folder / "reports" / f"{run}.html"


def _space_spec(space: SpaceSpec | None) -> dict[str, object]:
    if space is None or isinstance(space, str):
        return named_space(space or "default")
    return dict(space)


def _guess_baseline(space: Space, given: Mapping[str, JsonValue] | None) -> Settings:
    return make_baseline(space, given, told={}, backend="unknown")


def _fixed_settings(task: Task, values: Mapping[str, JsonValue]) -> Settings:
    """The task's own texts, and these values over them. Raises: ParameterError."""
    checked = {name: check_value(name, value) for name, value in values.items()}
    space = complete_space(task, {})
    return Settings(values={**space.fixed, **checked})


def _where(link: Connection) -> dict[str, Any]:
    return {"endpoint": link.endpoint.identity, "model": link.model, "digest": link.digests.get(link.model)}


def _spec(kind: str, task: Task, link: Connection, scorer: Scorer, seed: int) -> dict[str, Any]:
    return {"kind": kind, **_where(link), **task.to_spec(), "scorer": scorer.name, "seed": seed}


@contextmanager
def _opened(store: Store | str | Path | None) -> Iterator[Store]:
    """A store for the time of a call; one that the caller has opened stays open."""
    if isinstance(store, Store):
        yield store
        return
    with open_store(None if store is None else str(store)) as opened:
        yield opened


def _is_finished(db: Store, spec: Mapping[str, Any], caps: Caps) -> bool:
    """True where this was run to its end under limits that were no tighter."""
    run = find_run(db, spec)
    return run is not None and run.status == "done" and caps.covers(Caps(**(run.budget or {})))


def _finished(db: Store, run: Run, report: str | Path | None) -> Result:
    """The result of a finished run, its page written where it is wanted."""
    assert run.result is not None
    path = Path(report) if report is not None else default_report(db, run.id)
    update_run(db, run.id, result={**run.result, "name": run.name, "report": str(path)})
    finished = get_run(db, run.id)
    write_page(finished, path)
    assert finished.result is not None
    return from_dict(finished.result, finished.details)


@dataclass(frozen=True)
class _Job:
    """Answers to all examples under one setting."""

    task: Task
    endpoint: Endpoint
    settings: Settings
    n: int
    seed: int

    def connect(self) -> AbstractContextManager[Connection]:
        check_texts(self.settings, self.task)
        model = self.settings.values.get("model")
        return connect(self.endpoint, searched_models=[str(model)] if model else [])

    def spec(self, link: Connection) -> dict[str, Any]:
        what = {"kind": "generate", **_where(link), **self.task.to_spec()}
        return {**what, "settings": self.settings.values, "seed": self.seed, "n": self.n}

    def run(self, link: Connection, db: Store, budget: BudgetSpec | None, watch: Watch) -> list[Answer]:
        caps = make_caps(budget) if budget else Caps()
        link.check_price(caps)
        run = start_run(db, self.spec(link), kind="generate")
        _tell(watch, run)
        payer = link.payer(db, run, caps=caps, seed=self.seed, on_answer=watch.on_answer)
        asks = [Ask(example, self.settings, repeat) for example in self.task.examples for repeat in range(self.n)]
        if watch.on_phase is not None:
            watch.on_phase("generate", len(asks))
        with keeping_track(run, payer) as clock:
            answers = [a for chunk in _chunks(asks) for a in _generate(chunk, payer)]
            have = [answer for answer in answers if answer is not None]
            if len(have) < len(answers):
                raise RunError(
                    f"the limit of {payer.budget.exhausted} ended after {len(have)} of {len(answers)} answers",
                    mend="raise it and run the same again; what was paid for is kept",
                )
            clock.note(status="done")
        return have

    def matched(self, answers: Sequence[Answer]) -> Iterator[tuple[Answer, Example]]:
        by_id = {example.id: example for example in self.task.examples}
        return ((answer, by_id[answer.example]) for answer in answers)


def _chunks(asks: Sequence[Ask]) -> Iterator[Sequence[Ask]]:
    """A large job in pieces, so that the requests of one piece only are in memory."""
    return (asks[start : start + _CHUNK] for start in range(0, len(asks), _CHUNK))


def _file_hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _check_out(db: Store, spec: Mapping[str, Any], out: Path) -> None:
    """Raises: OutputError where `out` exists and is not what a run of the same spec wrote."""
    if not out.exists():
        return
    run = find_run(db, spec)
    wrote = (run.details or {}) if run is not None else {}
    same = wrote.get("out") == str(out.resolve()) and out.is_file()
    if not same or wrote.get("sha256") != _file_hash(out):
        raise OutputError(
            f"{out} exists and does not come from the same inputs",
            asked=f"--out {out}",
            found="a file that this run did not write",
            mend="choose another --out, or remove the file",
        )


def _tell(watch: Watch, run: Run) -> None:
    if watch.on_run is not None:
        watch.on_run(run.id)


__all__ = [
    "DEFAULT_REQUESTS",
    "Watch",
    "compare",
    "generate",
    "generate_file",
    "make_caps",
    "score",
    "task_scorer",
    "tune",
]
