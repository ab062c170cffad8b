"""What is exported: the settings of a run, apart from its texts, and the model that they were measured with."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pydantic import JsonValue

from feinschliff.endpoints.address import Address, parse_url
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.errors import EndpointError, InputError
from feinschliff.i18n import tr
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import Limits
from feinschliff.report.model_file import ModelFile, model_file
from feinschliff.report.numbers import run_dialect
from feinschliff.store import Run

WHICH: Mapping[str, str] = MappingProxyType(
    {"recommended": "recommended", "best": "settings", "baseline": "baseline_settings"}
)
"""Names of `--settings`, and where a result keeps them."""

_TEXTS = ("system", "prompt", "model")
_ASKED_BACK = ("logprobs", "top_logprobs")


@dataclass(frozen=True)
class Recipe:
    """Settings to be used elsewhere."""

    run: str
    """Id or name of the run, for comments."""
    settings: Mapping[str, JsonValue]
    """By catalogue name (or `extra.NAME`); nothing that is not sent."""
    model: str
    system: str | None
    """A Jinja2 template where it holds `{{`."""
    prompt: str | None
    dialect: Dialect
    """How the endpoint of the run takes settings."""
    address: Address | None
    """Where that is; None for the embedded engine."""
    gguf: Path | None
    """The model's file, where it is known."""
    folder: Path | None = None
    """The model's folder, where it was given instead."""
    several: int = 1
    """Answers to a request, of which one is chosen: no target does that."""
    no_file: str = ""
    """Why the file that the run has asked cannot be used, where one was kept."""
    known: Mapping[str, str] = field(default_factory=dict)
    """What probes of the server that a call goes to have found, by name."""
    limits: Mapping[str, Limits] = field(default_factory=dict)
    """The range that they have seen it take, by name."""


@dataclass
class Export:
    """Settings in the form of a target."""

    text: str
    warnings: list[str] = field(default_factory=list)
    """What the target cannot take, and what is to be done by hand."""


def make_recipe(run: Run, which: str = "recommended", *, model: Path | None = None) -> Recipe:
    """The settings of a finished run; `model` is its file, or its folder.

    Raises: InputError for a run or a name of settings that has none.
    """
    folder = model if model is not None and model.is_dir() else None
    values = _values(run, which)
    endpoint: Mapping[str, Any] = (run.details or {}).get("endpoint") or {}
    identity = str(endpoint.get("identity") or run.spec.get("endpoint") or "")
    name = str(values.get("model") or endpoint.get("model") or run.spec.get("model") or "")
    embedded = identity.startswith(EMBEDDED)
    settings = {
        name: value
        for name, value in values.items()
        if value is not None and name not in (*_TEXTS, *_ASKED_BACK) and value != ""
    }
    several = settings.pop("n", 1)
    dialect = run_dialect(run)
    if dialect == "transformers" and "frequency_penalty" in settings:
        # What that server makes of it; elsewhere it would be another formula.
        penalty = settings.pop("frequency_penalty")
        settings["repeat_penalty"] = 1.0 + float(penalty) if isinstance(penalty, int | float) else None
    file = ModelFile(model) if model is not None else model_file(run, identity, name)
    return Recipe(
        run=run.name or run.id,
        settings=settings,
        several=several if isinstance(several, int) else 1,
        model=name,
        system=_text(values.get("system")),
        prompt=_text(values.get("prompt")),
        dialect=dialect,
        address=None if embedded else _address(identity),
        gguf=None if folder is not None else file.path,
        folder=folder,
        no_file=file.why_not,
    )


def left_out(recipe: Recipe, taken: Collection[str], target: str, *, texts: Collection[str] = ()) -> list[str]:
    """A sentence for each setting and text that is not among those that the target takes."""
    notes = [
        tr(
            "'{name}' ({value}) has no place in {target} and is left out: send it with each request",
            name=name,
            value=_short(value),
            target=target,
        )
        for name, value in recipe.settings.items()
        if name not in taken
    ]
    for name, text in (("system", recipe.system), ("prompt", recipe.prompt)):
        if text is not None and name not in texts:
            notes.append(
                tr(
                    "the {name} text has no place in {target} and is left out: send it with each request",
                    name=name,
                    target=target,
                )
            )
        elif text is not None and "{{" in text and target != "promptfoo":
            notes.append(
                tr(
                    "the {name} text is a template over the data's columns: fill in what stands in {{{{ }}}} yourself",
                    name=name,
                )
            )
    return notes


def file_unknown(recipe: Recipe) -> str:
    """Why it is not known which file holds the model."""
    return recipe.no_file or tr("where the model's file lies is not known")


def _values(run: Run, which: str) -> dict[str, Any]:
    if which not in WHICH:
        raise InputError(
            tr("a run has no settings '{name}'", name=which), asked=f"--settings {which}", found=", ".join(WHICH)
        )
    if run.kind == "generate" and which != "baseline":
        return dict(run.spec.get("settings") or {})
    values = (run.result or {}).get(WHICH[which])
    if not isinstance(values, dict):
        raise InputError(
            tr("run {run} has no settings to export", run=run.id),
            asked=f"{run.id}, --settings {which}",
            found=tr("{kind}, {status}", kind=run.kind, status=run.status),
            mend=tr("name a finished run of fein tune or fein compare; fein runs lists them"),
        )
    return values


def _address(identity: str) -> Address | None:
    try:
        return parse_url(identity)
    except EndpointError:
        return None


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _short(value: JsonValue) -> str:
    text = str(value)
    return text if len(text) <= 60 else text[:57] + "..."
