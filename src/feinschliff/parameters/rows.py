"""What the catalogue says: of a parameter everywhere (`Parameter`), and of a parameter at one backend (`Support`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Literal, get_args

from pydantic import JsonValue

from feinschliff.parameters.dialects import UNKNOWN_FIELD, Dialect

Kind = Literal["float", "int", "bool", "text", "json"]
Role = Literal["sampling", "request", "load", "task", "harness", "reserved", "reply"]
Shape = Literal["object", "list", "any"]
Status = Literal["honoured", "clamped", "inert", "rejected", "remapped", "load time", "unknown"]
Outside = Literal["clamp", "reject"]

KINDS: tuple[Kind, ...] = get_args(Kind)
ROLES: tuple[Role, ...] = get_args(Role)
SHAPES: tuple[Shape, ...] = get_args(Shape)
STATUSES: tuple[Status, ...] = get_args(Status)
OUTSIDES: tuple[Outside, ...] = get_args(Outside)


@dataclass(frozen=True)
class Support:
    """What one backend makes of a parameter. A prior: what a probe of the live server finds counts for more."""

    status: Status
    """honoured: acts as documented; clamped: acts, but values are moved into a range without a word; inert: accepted
    and ignored; rejected: an error; remapped: acts under another name or as another thing (`note`); load time: only
    where the model is loaded."""
    wire: str
    """Name in the request body; dotted for nested fields (`options.top_k`)."""
    low: float | None = None
    """Smallest value that this backend takes; None: no limit that is known."""
    high: float | None = None
    """Largest value that this backend takes; None: no limit that is known."""
    outside: Outside | None = None
    """What becomes of values outside `low` to `high`; None: not known, or there is no limit."""
    default: JsonValue = None
    """Value that applies when the field is not sent; None: none, or not known."""
    varies: bool = False
    """True: `default` is the software's own, and the model's files or the server's start may set another."""
    note: str = ""
    """What else is to be known, in English."""
    source: str = ""
    """Where this was read or measured, where it is not the row's source."""
    checked: str = ""
    """Day of that, as YYYY-MM-DD; empty: the row's."""


@dataclass(frozen=True)
class Texts:
    """What people read of a parameter, in one language."""

    does: str = ""
    """What it does, in one to three sentences."""
    low: str = ""
    """What low values mean, and for which work."""
    middle: str = ""
    """What middle values mean, and for which work."""
    high: str = ""
    """What high values mean, and for which work."""
    example: str = ""
    """What the worked example shows, or one in words."""
    interplay: str = ""
    """How it acts together with others."""
    pitfalls: str = ""
    """Errors that are often made, put right."""


@dataclass(frozen=True)
class Case:
    """What settings make of the tokens of an `Example`."""

    settings: Mapping[str, JsonValue]
    probabilities: tuple[float, ...]
    """After the settings, to three digits; 0: cannot be drawn any more."""


@dataclass(frozen=True)
class Example:
    """A worked example: what becomes of a few tokens with these probabilities."""

    given: tuple[float, ...]
    """Probabilities of the tokens, the likeliest first; they add up to 1."""
    cases: tuple[Case, ...]
    counts: tuple[int, ...] = ()
    """How often each token has occurred before; empty: none has."""
    matches: tuple[int, ...] = ()
    """Length of the repeated sequence that each token would continue (DRY); empty: none would."""
    offset: float = 0.0
    """The tokens' logits are ln p + `offset`; it matters only where signs of logits do."""


@dataclass(frozen=True)
class Parameter:
    """One row of the catalogue."""

    name: str
    kind: Kind
    help: str
    """One line, in English; `texts.texts_of` has more, in other languages too."""
    role: Role = "sampling"
    """`sampling` and `request` are wire fields; `load` is set where the model is loaded; `task` is a part of the task;
    `harness` says how often we ask; `reserved` is set by us; `reply` comes back and is never sent."""
    low: float | None = None
    """Smallest value that makes sense anywhere (inclusive)."""
    high: float | None = None
    """Largest value that makes sense anywhere (inclusive); None: no limit."""
    span: tuple[float, float] | None = None
    """Range that is searched where the user names none."""
    neutral: float | None = None
    """Value at which the parameter does nothing."""
    off_beyond: bool = False
    """True: the neutral value means "off" and is not a small value but beyond the wide end (top-k 0)."""
    greedy_hides: bool = False
    """True: without effect where sampling is greedy (temperature 0, or top-k 1)."""
    log: bool = False
    """Searched on a logarithmic scale."""
    searchable: bool = True
    words: tuple[str, ...] = ()
    """The words that a text may be; empty: any text."""
    shape: Shape | None = None
    """What a `json` value must be; None for the other kinds."""
    aliases: tuple[str, ...] = ()
    """Other names that are understood."""
    as_extra: bool = False
    """True: `extra.NAME` is accepted too and sent under this very name, whatever the backend calls it."""
    formula: str = ""
    """How it acts on the distribution, as plain text."""
    example: Example | None = None
    """Worked example; None where the parameter does not act on the distribution."""
    code: str = ""
    """A request that uses it, in Python with the `openai` package unless it says otherwise."""
    sources: tuple[str, ...] = ()
    """Where the row was read or measured."""
    checked: str = ""
    """Day of that, as YYYY-MM-DD."""
    backends: Mapping[Dialect, Support] = field(default_factory=lambda: MappingProxyType({}))
    """What each backend makes of it, as far as it is known."""
    own_texts: Mapping[str, Texts] = field(default_factory=lambda: MappingProxyType({}))
    """Texts by language that the row itself brings (rows of the user)."""

    @property
    def defaults(self) -> Mapping[str, float]:
        """Value that applies when the field is not sent, by backend, where it is the same for every model."""
        return {
            dialect: support.default
            for dialect, support in self.backends.items()
            if not support.varies and isinstance(support.default, int | float) and not isinstance(support.default, bool)
        }

    def at(self, dialect: Dialect) -> Support:
        """What this backend makes of the parameter; "unknown" where the row says nothing of it."""
        return self.backends.get(dialect) or Support("unknown", self.name)


def unheard(name: str, dialect: Dialect) -> Support:
    """The support of a field that this backend has never heard of."""
    return Support(UNKNOWN_FIELD[dialect], name)
