"""The catalogue of request parameters: one table, the only place where a parameter is declared.

The command line's help, the search space, the wire format and the documentation are made from these rows.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal

from pydantic import JsonValue

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr

Kind = Literal["float", "int", "bool", "text"]
Role = Literal["sampling", "request", "task", "reserved"]

EXTRA = "extra."
"""Prefix of fields that the catalogue does not know and that are passed through to the server."""


@dataclass(frozen=True)
class Parameter:
    """One row of the catalogue."""

    name: str
    kind: Kind
    help: str
    role: Role = "sampling"
    """`sampling` and `request` are wire fields; `task` is a part of the task; `reserved` is set by us."""
    low: float | None = None
    """Smallest value that makes sense anywhere (inclusive)."""
    high: float | None = None
    """Largest value that makes sense anywhere (inclusive); None: no limit."""
    span: tuple[float, float] | None = None
    """Range that is searched where the user names none."""
    neutral: float | None = None
    """Value at which the parameter does nothing."""
    greedy_hides: bool = False
    """True: without effect where sampling is greedy (temperature 0, or top-k 1)."""
    log: bool = False
    """Searched on a logarithmic scale."""
    searchable: bool = True
    defaults: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({}))
    """Value that applies when the field is not sent, by backend, where it is the same for every model."""


_OPENAI_UNIT = MappingProxyType({"openai": 1.0, "ollama": 1.0})
_ZERO_EVERYWHERE = MappingProxyType({"openai": 0.0, "ollama": 0.0, "vllm": 0.0, "llama.cpp": 0.0})

_ROWS = (
    Parameter(
        "temperature",
        "float",
        "Divides the logits before sampling: 0 always takes the likeliest token, above 1 flattens the distribution.",
        low=0.0,
        high=5.0,
        span=(0.0, 1.5),
        neutral=1.0,
        defaults=_OPENAI_UNIT,
    ),
    Parameter(
        "top_p",
        "float",
        "Nucleus sampling: keeps the likeliest tokens whose probabilities add up to top_p.",
        low=0.0,
        high=1.0,
        span=(0.1, 1.0),
        neutral=1.0,
        greedy_hides=True,
        defaults=_OPENAI_UNIT,
    ),
    Parameter(
        "top_k",
        "int",
        "Keeps the k likeliest tokens; 0 switches it off, 1 is greedy.",
        low=0,
        high=None,
        span=(1, 100),
        neutral=0,
        greedy_hides=True,
        log=True,
    ),
    Parameter(
        "min_p",
        "float",
        "Drops tokens less likely than min_p times the likeliest one.",
        low=0.0,
        high=1.0,
        span=(0.0, 0.5),
        neutral=0.0,
        greedy_hides=True,
    ),
    Parameter(
        "frequency_penalty",
        "float",
        "Lowers a token's logit by this much per earlier occurrence: discourages repetition; negative rewards it.",
        low=-2.0,
        high=2.0,
        span=(0.0, 1.0),
        neutral=0.0,
        defaults=_ZERO_EVERYWHERE,
    ),
    Parameter(
        "presence_penalty",
        "float",
        "Lowers a token's logit by this much once it has occurred at all; negative rewards repetition.",
        low=-2.0,
        high=2.0,
        span=(0.0, 1.0),
        neutral=0.0,
        defaults=_ZERO_EVERYWHERE,
    ),
    Parameter(
        "max_tokens",
        "int",
        "Most tokens that an answer may have; a longer one is cut.",
        role="request",
        low=1,
        span=(16, 512),
        log=True,
    ),
    Parameter("stop", "text", "Text at which the answer ends; the text itself is left out.", role="request"),
    Parameter(
        "logprobs",
        "bool",
        "Ask for the log-probability of every token of the answer.",
        role="request",
        searchable=False,
    ),
    Parameter(
        "top_logprobs",
        "int",
        "How many of the likeliest candidates to show for each token (with logprobs).",
        role="request",
        low=0,
        high=20,
        searchable=False,
    ),
    Parameter("model", "text", "Name of the model, as the endpoint lists it.", role="task"),
    Parameter("system", "text", "System text; a Jinja2 template over the row.", role="task"),
    Parameter("prompt", "text", "User prompt; a Jinja2 template over the row.", role="task"),
    Parameter("seed", "int", "Set by Feinschliff for each answer.", role="reserved", searchable=False),
    Parameter("n", "int", "Several answers are several repeats.", role="reserved", searchable=False),
    Parameter("stream", "bool", "Set by Feinschliff where answers are streamed.", role="reserved", searchable=False),
    Parameter(
        "messages", "text", "Made from the data, the system text and the prompt.", role="reserved", searchable=False
    ),
)

CATALOGUE: Mapping[str, Parameter] = MappingProxyType({row.name: row for row in _ROWS})
"""All rows by name."""

CLASSIC_SPACE: Mapping[str, tuple[float, float]] = MappingProxyType(
    {
        "temperature": (0.1, 0.9),
        "top_p": (0.1, 0.9),
        "frequency_penalty": (-1.0, 1.0),
        "presence_penalty": (-1.0, 1.0),
        "top_k": (1, 100),
    }
)
"""`--space classic`."""

DEFAULT_SPACE: tuple[str, ...] = ("temperature", "top_p", "frequency_penalty", "presence_penalty")
"""`--space default`: what every OpenAI-compatible server knows, over the rows' own spans."""


def parameter(name: str) -> Parameter:
    """The row of `name`; a row made up on the spot for `extra.NAME`.

    Raises: ParameterError for a name that is in no row, with the nearest one.
    """
    if name in CATALOGUE:
        row = CATALOGUE[name]
        if row.role == "reserved":
            raise ParameterError(
                tr(
                    "'{name}' cannot be set as a parameter: {lower}{help}",
                    name=name,
                    lower=row.help[0].lower(),
                    help=row.help[1:],
                ),
                asked=name,
                mend=_instead(name),
            )
        return row
    if name.startswith(EXTRA) and name.removeprefix(EXTRA) in CATALOGUE:
        plain = name.removeprefix(EXTRA)
        raise ParameterError(
            tr("'{name}' is the parameter '{plain}' by another name", name=name, plain=plain),
            asked=name,
            mend=tr("write {plain} without '{EXTRA}'", plain=plain, EXTRA=EXTRA),
        )
    if name.startswith(EXTRA) and len(name) > len(EXTRA):
        return Parameter(name, "float", "A further field of the user's server, passed through.", role="request")
    nearest = difflib.get_close_matches(name.lower(), list(CATALOGUE), n=1, cutoff=0.3)
    hint = f"did you mean '{nearest[0]}'? " if nearest else ""
    raise ParameterError(
        tr("unknown parameter '{name}'", name=name),
        asked=name,
        found=tr("known are ") + ", ".join(n for n, row in CATALOGUE.items() if row.role != "reserved"),
        mend=tr("{hint}a field that only your server knows is written extra.{name}", hint=hint, name=name),
    )


def _instead(name: str) -> str:
    if name == "seed":
        return tr("use --seed for the run's seed")
    return tr("use --stream") if name == "stream" else tr("use the prompt or a messages column")


def check_value(name: str, value: JsonValue) -> JsonValue:
    """`value` in the row's type, or the reason why it cannot be.

    Raises: ParameterError for a wrong type or a value outside the row's range.
    """
    row = parameter(name)
    if name.startswith(EXTRA) or value is None:
        return value
    if row.kind == "text":
        return _check_text(row, value)
    if row.kind == "bool":
        if not isinstance(value, bool):
            raise _wrong(row, value, "true or false")
        return value
    return _check_number(row, value)


def _check_number(row: Parameter, value: JsonValue) -> JsonValue:
    if isinstance(value, bool) or not isinstance(value, int | float) or value != value:
        raise _wrong(row, value, "a number")
    if row.kind == "int" and value != int(value):
        raise _wrong(row, value, "a whole number")
    if (row.low is not None and value < row.low) or (row.high is not None and value > row.high):
        raise _wrong(row, value, f"a value {_range_text(row)}")
    return int(value) if row.kind == "int" else float(value)


def _check_text(row: Parameter, value: JsonValue) -> JsonValue:
    if isinstance(value, str):
        return value
    if row.name == "stop" and isinstance(value, list) and value and all(isinstance(v, str) and v for v in value):
        return value
    raise _wrong(row, value, "a text or a list of texts" if row.name == "stop" else "a text")


def _range_text(row: Parameter) -> str:
    if row.high is None:
        return f"of at least {row.low:g}"
    return f"from {row.low:g} to {row.high:g}"


def _wrong(row: Parameter, value: JsonValue, wanted: str) -> ParameterError:
    return ParameterError(
        tr("'{name}' takes {wanted}, not {value!r}", name=row.name, wanted=wanted, value=value),
        asked=f"{row.name}={value!r}",
        mend=tr("give {name} {wanted}", name=row.name, wanted=wanted),
    )
