"""Values of the parameters that replay follows, read from settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from pydantic import JsonValue

from feinschliff.records import Settings
from feinschliff.replay.rules import Rules


@dataclass(frozen=True)
class Penalties:
    """What moves single logits, before anything is cut off."""

    frequency: float
    presence: float
    repeat: float
    window: int | None
    """Tokens looked back; None: all, 0: none."""
    bias: tuple[tuple[int, float], ...]
    """(token id, what is added to its logit), sorted."""

    @property
    def counts(self) -> bool:
        """Whether earlier tokens matter at all."""
        return self.window != 0 and (self.frequency != 0 or self.presence != 0 or self.repeat != 1)

    @property
    def any(self) -> bool:
        """Whether they change anything."""
        return self.counts or bool(self.bias)


@dataclass(frozen=True)
class Drawing:
    """How a token is drawn from the logits that the penalties leave."""

    temperature: float
    """0: the likeliest token."""
    top_k: int
    """0: off."""
    top_p: float
    min_p: float


@dataclass(frozen=True)
class Sampling:
    """One setting, as far as it acts on the distribution; two settings with the same one draw the same answers."""

    penalties: Penalties
    drawing: Drawing


def read_sampling(settings: Settings, rules: Rules, applied: Mapping[str, JsonValue]) -> Sampling:
    """Settings over what applies where nothing is sent, over the rules' own defaults."""
    values = {**rules.defaults, **applied, **{n: v for n, v in settings.values.items() if v is not None}}
    window = values.get("repeat_last_n")
    drawing = Drawing(
        temperature=max(0.0, _number(values.get("temperature"), 1.0)),
        top_k=max(0, int(_number(values.get("top_k"), 0))),
        top_p=min(1.0, max(0.0, _number(values.get("top_p"), 1.0))),
        min_p=min(1.0, max(0.0, _number(values.get("min_p"), 0.0))),
    )
    penalties = Penalties(
        frequency=_number(values.get("frequency_penalty"), 0.0),
        presence=_number(values.get("presence_penalty"), 0.0),
        repeat=_number(values.get("repeat_penalty"), 1.0),
        window=int(window) if isinstance(window, int | float) and window >= 0 else rules.window,
        bias=_bias(values.get("logit_bias")),
    )
    return Sampling(penalties, drawing)


def _number(value: JsonValue, otherwise: float) -> float:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else otherwise


def _bias(value: JsonValue) -> tuple[tuple[int, float], ...]:
    """`{"ID": bias}`; `false` bans a token."""
    if not isinstance(value, dict):
        return ()
    return tuple(sorted((int(i), float("-inf") if b is False else _number(b, 0.0)) for i, b in value.items()))
