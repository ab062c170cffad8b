"""Several rare knobs in one request: where nothing changes none of them acts, and a refusal mostly names the field."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic import JsonValue

from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.probing.controls import Controls
from feinschliff.probing.finding import Finding
from feinschliff.probing.lab import Lab
from feinschliff.probing.penalties import COOLED, STIRS
from feinschliff.probing.refusals import is_named
from feinschliff.probing.truncation import CUTS

_RARE = (
    *("typical_p", "top_n_sigma", "xtc_probability", "dynatemp_range", "mirostat", "extra.tfs_z", "extra.top_a"),
    "smoothing_factor",
)
_LEAST = 2


def find_groups(lab: Lab, c: Controls, names: Sequence[str]) -> dict[str, Finding]:
    """Findings for those of the rare knobs that such requests decide; the others are left to tests of their own."""
    findings: dict[str, Finding] = {}
    values: dict[str, JsonValue] = {}
    for name in names:
        plain = name.removeprefix(EXTRA)
        if name in _RARE and (plain in CUTS or plain in STIRS):
            values[name] = CUTS[plain].least if plain in CUTS else STIRS[plain].values[0]
    if c.repeats and (c.varies or c.greedy_text is not None):
        _ask_together(lab, c, values, findings)
    elif not c.repeats and c.cools:
        _ask_together(lab, c, {name: value for name, value in values.items() if name in COOLED}, findings)
    return findings


def _ask_together(lab: Lab, c: Controls, values: dict[str, JsonValue], findings: dict[str, Finding]) -> None:
    """All at once; in halves where one of them acts."""
    left = dict(values)
    while len(left) >= _LEAST:
        heard = lab.ask([c.hot_wish(c.seed, left) if c.repeats else c.cool_wish(left)])
        if heard is None:
            return
        if heard[0].refused:
            named = [name for name in left if is_named(name.removeprefix(EXTRA), heard[0].answer.failure or "")]
            for name in named:
                findings[name] = Finding("rejected", tr("Refused: {why}", why=heard[0].why))
                del left[name]
            if named:
                continue
        elif heard[0].text == (c.plain.text if c.repeats or c.still is None else c.still.text):
            label = ", ".join(f"{name}={value}" for name, value in left.items())
            same = tr("With {label} at once it says word for word what it says without.", label=label)
            findings |= dict.fromkeys(left, Finding("inert", same))
            return
        names = list(left)
        half = len(names) // 2
        for part in (names[:half], names[half:]):
            _ask_together(lab, c, {name: left[name] for name in part}, findings)
        return
