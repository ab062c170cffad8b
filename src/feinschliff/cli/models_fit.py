"""`fein models fit`: does a model fit here, or on a named card; how, and how fast."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import options as o
from feinschliff.cli.models_kv import cache_format
from feinschliff.cli.output import print_json, say
from feinschliff.errors import InputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.models.fit import Candidate, Fit
    from feinschliff.models.gpus import Gpu
    from feinschliff.models.hardware import Machine
    from feinschliff.models.measuring import Measured
    from feinschliff.models.speed import Speed


def command(
    ctx: typer.Context,
    model: Annotated[
        str | None,
        typer.Argument(
            metavar="FILE|SIZE", help=tr('GGUF file, the name of a shipped model, or a size as "8B at Q4_K_M".')
        ),
    ] = None,
    params: Annotated[str | None, typer.Option("--params", help=tr("Instead of a file: parameters, as 8B."))] = None,
    quant: Annotated[
        str, typer.Option("--quant", help=tr("With --params: quantisation, as q4_k_m or f16."))
    ] = "q4_k_m",
    active: Annotated[
        str | None,
        typer.Option(
            "--active", help=tr("With --params, of a model with experts: parameters that a token goes through.")
        ),
    ] = None,
    context: Annotated[
        int | None, typer.Option("--context", min=1, help=tr("Tokens of a slot; without it the model's, at most 4096."))
    ] = None,
    slots: Annotated[int, typer.Option("--slots", min=1, max=256, help=tr("Answers made at the same time."))] = 1,
    kv: Annotated[str, typer.Option("--kv", help=tr("Number format of the cache: f16, q8_0, q4_0."))] = "f16",
    gpu: Annotated[
        str | None,
        typer.Option("--gpu", help=tr('A card ("RTX 4090"), its memory (24GiB), or none; without it what is here.')),
    ] = None,
    ram: Annotated[
        str | None, typer.Option("--ram", help=tr("Main memory that is free, instead of this machine's."))
    ] = None,
    measure: Annotated[
        bool, typer.Option("--measure", help=tr("Load the file in a process of its own and compare."))
    ] = False,
    as_json: o.AsJson = False,
) -> None:
    """Estimate memory and speed of a model: weights, cache and buffers, in a range; layers on a GPU; what fits.

    Main memory is told for full use, with every slot's context full, and for the moment after a first short answer.

    Example: [bold]fein models fit --params 8B --quant q4_k_m --gpu "RTX 4090" --context 16384[/]
    """
    from feinschliff.cli.models_fit_document import fit_document
    from feinschliff.models.fit import fit, fit_quantised
    from feinschliff.models.hardware import this_machine
    from feinschliff.models.plan import Plan

    if model is not None and params is None:
        stated = ctx.get_parameter_source("quant")
        model, params, quant = _described(model, quant, given=stated is not None and stated.name == "COMMANDLINE")
    candidate = _candidate(model, params, quant, active)
    machine = this_machine()
    card = _card(gpu, machine)
    room = machine.room_bytes if ram is None else _size(ram)
    plan = Plan(context or candidate.default_context(), slots, cache_format(kv))
    found = fit(candidate, plan, gpu=card, room=room)
    speed = _speed(found, machine)
    measured = _measured(model, found) if measure else None
    rows = fit_quantised(found)
    document = fit_document(found, machine, speed, measured, rows)
    if as_json:
        print_json(document)
        return
    from feinschliff.cli.models_fit_table import show_fit

    show_fit(found, machine, speed, document)


def _described(text: str, quant: str, *, given: bool) -> tuple[str | None, str | None, str]:
    """(file, size, quantisation): a size such as "8B at Q4_K_M" stands for --params and --quant, unless it is a file.

    `given`: whether `quant` is the user's. Raises: InputError for two quantisations.
    """
    from feinschliff.models.quants import quant_name, size_and_quant

    size = None if Path(text).exists() else size_and_quant(text)
    if size is None:
        return text, None, quant
    if given and size[1] is not None and quant_name(size[1]) != quant_name(quant):
        raise InputError(
            tr("the quantisation is given twice"), asked=f"{text}, --quant {quant}", mend=tr("leave --quant out")
        )
    return None, size[0], size[1] or quant


def _candidate(model: str | None, params: str | None, quant: str, active: str | None) -> Candidate:
    """Raises: InputError where neither a file nor a size is given, or both; ModelError."""
    from feinschliff.models.files import model_path
    from feinschliff.models.fit import read_candidate, typical_candidate
    from feinschliff.models.quants import quant_name
    from feinschliff.models.typical import is_mixed_size, mixed_size

    if (model is None) == (params is None):
        raise InputError(
            tr("give either a file or --params"),
            asked=f"{model}, --params {params}" if model is not None else tr("neither"),
            mend=tr("as fein models fit model.gguf, or --params 8B --quant q4_k_m"),
        )
    if model is not None:
        if active is not None:
            raise InputError(
                tr("--active goes with --params only"),
                asked=f"--active {active}",
                found=model,
                mend=tr("leave --active out: the file tells it"),
            )
        wanted = tr("look at the path, or give a size: --params 8B --quant q4_k_m")
        return read_candidate(model_path(model, mend=wanted))
    name, told = quant_name(quant), str(params)
    mixed = mixed_size(told)
    if is_mixed_size(told) and (mixed is None or active is not None):
        raise InputError(
            tr("'{text}' does not tell how many parameters a model has: its experts share some", text=told),
            asked=f"--params {told}",
            mend=tr(
                "give all its parameters, and with --active those that a token goes through: {example}",
                example="--params 46.7B --active 12.9B",
            ),
        )
    if mixed is not None:
        return typical_candidate(mixed[0], name, active=mixed[1])
    count = _count(told, "--params")
    some = None if active is None else _count(active, "--active")
    if some is not None and some >= count:
        raise InputError(
            tr("a token cannot go through more parameters than there are"),
            asked=f"--params {told} --active {active}",
            mend=tr("leave --active out for a model without experts"),
        )
    return typical_candidate(count, name, active=some)


def _count(text: str, option: str) -> int:
    from feinschliff.models.sizes import parse_count

    count = parse_count(text)
    if count is None or count < 1_000_000:
        raise InputError(
            tr("'{text}' is no number of parameters", text=text),
            asked=f"{option} {text}",
            mend=tr("write it as 8B, 0.5B or 350M"),
        )
    return count


def _card(text: str | None, machine: Machine) -> Gpu | None:
    from feinschliff.models.gpus import parse_gpu

    if text is None:
        return max(machine.gpus, key=lambda gpu: gpu.room_bytes, default=None)
    return None if text.strip().lower() in ("none", "no", "0", "cpu") else parse_gpu(text)


def _size(text: str) -> int:
    from feinschliff.models.sizes import parse_size

    size = parse_size(text)
    if size is None:
        raise InputError(
            tr("'{text}' is no size", text=text), asked=f"--ram {text}", mend=tr("write it as 16GiB or 512MiB")
        )
    return size


def _speed(found: Fit, machine: Machine) -> Speed | None:
    from feinschliff.endpoints.engine import threads_for
    from feinschliff.models.hardware import bandwidth
    from feinschliff.models.memory import kv_by_layer
    from feinschliff.models.speed import speed_of

    threads = threads_for(found.candidate.weights.parameters, machine.processors)
    main = bandwidth(threads) if found.placement.main_read else None
    card = None if found.gpu is None else found.gpu.bandwidth
    per_slot = sum(kv_by_layer(found.candidate.shape, found.plan)) // found.plan.slots
    return speed_of(
        found.placement,
        per_slot,
        card_bandwidth=card,
        main_bandwidth=main,
        bits=found.candidate.bits,
        threads=threads,
    )


def _measured(model: str | None, found: Fit) -> Measured:
    """Raises: InputError without a file, ModelError where it cannot be loaded."""
    from feinschliff.models.files import model_path
    from feinschliff.models.measuring import measure
    from feinschliff.models.residuals import keep_residual

    if model is None:
        raise InputError(tr("only a file can be loaded and measured"), asked="--measure", mend=tr("give a file"))
    file, plan = model_path(model), found.plan
    say(tr("Loading {file} to measure it ...", file=file))
    done = measure(file, slots=plan.slots, context_tokens=plan.context_tokens, kv=plan.kv)
    keep_residual(str(file.resolve()), plan, found.placement.memory, done)
    return done
