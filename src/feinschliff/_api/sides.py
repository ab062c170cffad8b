"""The settings of a chat's sides: those of a run, what is given over them, and what each side has of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.errors import InputError, ParameterError
from feinschliff.generation import render_messages, variables
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import check_settings
from feinschliff.parameters.lengths import laid_over
from feinschliff.records import Example, Settings
from feinschliff.store import Run

Values = Mapping[str, JsonValue]

OF_RUN = ("recommended", "settings", "baseline")
"""What a tuned run has: what it recommends, the winner of its search, and the baseline."""


@dataclass(frozen=True)
class Sides:
    """Settings by the name of the side, and what the user should know of them."""

    settings: dict[str, Settings]
    notes: tuple[str, ...] = ()


def one_side(run: Run | None, given: Values) -> Sides:
    """A chat under a run's recommended settings (those of `fein generate` are the only ones), `given` over them.

    Raises: InputError for a run without settings, ParameterError.
    """
    return _sides({"": given}, {} if run is None else _of_run(run, "recommended"))


def two_sides(run: Run | None, given: Values, *, a: Values, b: Values) -> Sides:
    """Two sides that differ in `a` and `b`. Raises: InputError, ParameterError."""
    base = {} if run is None else _of_run(run, "recommended")
    return _sides({"a": laid_over(given, a), "b": laid_over(given, b)}, base)


def versus(run: Run, given: Values, other: str) -> Sides:
    """The run's recommended settings against others of it; its winner, where it recommends those others.

    Raises: InputError for a run without them, ParameterError.
    """
    if other not in OF_RUN:
        raise ParameterError(
            tr("a run has no settings '{other}'", other=other),
            asked=f"--versus {other}",
            found=tr("known are {names}", names=", ".join(OF_RUN)),
            mend=tr("use one of them, or give both sides with --a and --b"),
        )
    first, second = _of_run(run, "recommended"), _of_run(run, other)
    notes: tuple[str, ...] = ()
    if first == second and other != "settings":
        first = _of_run(run, "settings")
        notes = (tr("The run recommends its baseline; side a is the winner of its search."),)
    made = {"a": _sides({"a": given}, first), "b": _sides({"b": given}, second)}
    return Sides(
        {name: sides.settings[name] for name, sides in made.items()},
        (*notes, *dict.fromkeys(note for sides in made.values() for note in sides.notes)),
    )


def _of_run(run: Run, which: str) -> Values:
    if run.kind == "generate":
        return dict(run.spec["settings"])
    key = "baseline_settings" if which == "baseline" else which
    found = (run.result or {}).get(key)
    if not isinstance(found, dict):
        raise InputError(
            tr("run {run} has no settings to chat with", run=run.id),
            asked=run.id,
            found=tr("{kind}, {status}", kind=run.kind, status=run.status),
            mend=tr("name a finished run of fein tune, fein compare or fein generate; fein runs lists them"),
        )
    return dict(found)


def _sides(given: Mapping[str, Values], base: Values) -> Sides:
    notes = []
    if base.get("prompt") or any("prompt" in values for values in given.values()):
        notes.append(tr("The prompt is a template and is left out: what you type is sent as it is."))
    if any(values.get("n", 1) not in (1, None) for values in (base, *given.values())):
        notes.append(tr("'n' is left out: a chat shows one answer, and nothing is chosen."))
    base = {name: value for name, value in base.items() if value is not None}
    system = base.get("system")
    if isinstance(system, str) and not all("system" in values for values in given.values()):
        base["system"] = _filled(system)
    return Sides({name: _checked(laid_over(base, values)) for name, values in given.items()}, tuple(notes))


def _filled(system: str) -> str:
    """The text that a run's system template stands for. Raises: InputError where it needs a row of data."""
    needed = variables(system, what="system")
    if needed:
        raise InputError(
            tr("the run's system text is a template with {names}, and a chat has no data", names=", ".join(needed)),
            asked=system[:200],
            mend=tr('give --system "...", or --system "" for none'),
        )
    messages = render_messages(Example(id="chat"), Settings(values={"system": system, "prompt": "?"}))
    return messages[0].content


def _checked(values: Values) -> Settings:
    kept = check_settings({name: value for name, value in values.items() if name not in {"prompt", "n"}})
    return Settings(values={name: value for name, value in kept.items() if value is not None and value != ""})
