"""How `fein models fit` shows its estimate to people."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feinschliff.cli.output import stdout, writing
from feinschliff.i18n import language, tr, trn

if TYPE_CHECKING:
    from feinschliff.models.fit import Fit
    from feinschliff.models.hardware import Machine
    from feinschliff.models.speed import Speed


def show_fit(found: Fit, machine: Machine, speed: Speed | None, document: dict[str, Any]) -> None:
    """The verdict, what it is made of, and what else would fit."""
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for label, text in _rows(found, machine, speed, document):
        table.add_row(label, text)
    with writing():
        console = stdout()
        console.print(document["sentence"], markup=False, style="bold", soft_wrap=True)
        console.print(table, markup=False)
        for warning in document["warnings"]:
            console.print(tr("Note: {text}", text=warning), markup=False, soft_wrap=True)


def _rows(found: Fit, machine: Machine, speed: Speed | None, document: dict[str, Any]) -> list[tuple[str, str]]:
    from feinschliff.models.fit import size_range
    from feinschliff.models.sizes import count_text, size_text

    candidate, memory, plan = found.candidate, found.placement.memory, found.plan
    bits = _decimal(f"{candidate.bits:.2f}")
    kind = candidate.quant or tr("mixed")
    rows = [
        (
            tr("model"),
            f"{candidate.name}: {count_text(candidate.weights.parameters)}, {kind}, "
            + tr("{bits} bits per weight", bits=bits),
        ),
        (
            tr("for"),
            trn("{n} slot", "{n} slots", plan.slots)
            + tr(" of {n} tokens, cache in {kv}", n=plan.context_tokens, kv=plan.kv),
        ),
        (tr("weights"), size_text(memory.weights)),
        (tr("cache"), size_text(memory.kv + memory.state)),
        (tr("buffers"), tr("up to {size}", size=size_text(memory.buffers))),
        (tr("process"), size_text(memory.process)),
        (
            tr("all in main memory"),
            tr(
                "{full} with every context full, {answered} after a first short answer",
                full=size_range(memory.full.low, memory.full.high),
                answered=size_range(memory.answered.low, memory.answered.high),
            ),
        ),
    ]
    if found.gpu is not None:
        placed = found.placement
        rows.append((tr("all on {card}", card=found.gpu.name), size_range(placed.all_low, placed.all_high)))
    rows.append((tr("speed"), _speed(speed)))
    if found.placement.main_read:
        rows.append((tr("machine"), f"{machine.processor}, " + tr("{n} processors", n=machine.processors)))
    rows += _measured(document)
    fitting = [
        f"{row['name']} ({size_text(row['weights_bytes'])}): {_word(row['verdict'])}"
        for row in document["quantisations"]
    ]
    rows.append((tr("quantisations"), "\n".join(fitting) or tr("none below this one")))
    if not document["disk_fits"]:
        rows.append((tr("disk"), tr("{size} free, less than the file", size=size_text(machine.disk_free_bytes))))
    return rows


def _speed(speed: Speed | None) -> str:
    if speed is None:
        return tr("unknown: the card's bandwidth is not known")
    digits = 0 if speed.high >= 20 else 1
    return tr(
        "some {low} to {high} tokens/s (bound by memory bandwidth: {ceiling})",
        low=_decimal(f"{speed.low:.{digits}f}"),
        high=_decimal(f"{speed.high:.{digits}f}"),
        ceiling=_decimal(f"{speed.ceiling:.{digits}f}"),
    )


def _measured(document: dict[str, Any]) -> list[tuple[str, str]]:
    from feinschliff.models.sizes import size_text

    rows = []
    done = document["measured"]
    if done is not None:
        text = tr("{size} after a short answer", size=size_text(done["answered_bytes"]))
        text += f" ({_place(done['answered_residual'])})"
        if done["full_bytes"] is not None:
            text += tr(", {size} with the context full", size=size_text(done["full_bytes"]))
            text += f" ({_place(done['full_residual'])})"
        else:
            text += tr(", the context not filled (it would have taken over a minute)")
        text += ": " + tr("{percent} % from the range's middle", percent=_decimal(f"{100 * done['from_middle']:+.1f}"))
        rows.append((tr("measured"), text))
    known = document["residuals"]
    if known:
        inside = sum(value == 0 for value in known)
        worst = max(known, key=abs)
        text = tr("{inside} of {n} measurements inside", inside=inside, n=len(known))
        if worst:
            text += tr(", the worst {percent} % outside", percent=_decimal(f"{100 * worst:+.1f}"))
        rows.append((tr("this engine here"), text))
    return rows


def _place(residual: float) -> str:
    """Where a measurement lies."""
    if residual == 0:
        return tr("inside its range")
    return tr("{percent} % outside its range", percent=_decimal(f"{100 * residual:+.1f}"))


def _word(verdict: str) -> str:
    words = {
        "fits": tr("fits"),
        "fits on the GPU": tr("fits on the GPU"),
        "may fit": tr("may fit"),
        "does not fit": tr("does not fit"),
    }
    if verdict in words:
        return words[verdict]
    pieces = verdict.split()  # fits with N of M layers on the GPU
    return tr("{n} of {all} layers on the GPU", n=pieces[2], all=pieces[4])


def _decimal(text: str) -> str:
    return text.replace(".", ",") if language() == "de" else text
