"""`fein models pull`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import options as o
from feinschliff.cli.before import may_go_on
from feinschliff.cli.output import print_json, say, stderr, stdout, writing
from feinschliff.errors import Interrupted
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.models.hardware import Machine
    from feinschliff.models.hub.pull import Offer


def command(
    name: Annotated[
        str,
        typer.Argument(metavar="NAME", help=tr("hf:OWNER/NAME[:QUANTISATION or /FILE.gguf], or ollama:NAME[:TAG].")),
    ],
    yes: Annotated[bool, typer.Option("--yes", "-y", help=tr("Fetch without a question."))] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help=tr("Show what would be fetched, and fetch nothing."))
    ] = False,
    as_json: o.AsJson = False,
) -> None:
    """Fetch a model, checked, and going on where a download was cut.

    First its quantisations are shown, with size and whether they fit here.
    Without a quantisation it is Q4_K_M, or what comes nearest. HF_TOKEN opens what needs a login; FEIN_MODELS is the
    folder where models go.

    Example: [bold]fein models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:q4_k_m[/]

    Example: [bold]fein models pull ollama:llama3.2:1b[/]
    """
    from feinschliff.cli.bar import Bar
    from feinschliff.cli.models_offers import model_dict, room_word
    from feinschliff.models.hardware import this_machine
    from feinschliff.models.hub.pull import offer, parse_name, pull
    from feinschliff.models.sizes import size_text

    wanted = parse_name(name)
    chosen = offer(wanted)
    machine = this_machine()
    variant = chosen.variant
    if wanted.variant is None and len(chosen.model.variants) > 1:
        _show_choices(chosen, machine)
    say(
        tr(
            "{name}, {variant}: {size} ({room}), {missing} still to come, to {folder}",
            name=chosen.model.name,
            variant=variant.name,
            size=size_text(variant.bytes),
            room=room_word(chosen.model, variant, machine),
            missing=size_text(chosen.missing),
            folder=chosen.folder,
        )
    )
    for note in chosen.model.notes:
        say(note)
    if dry_run:
        plan = {"dry_run": True, "variant": variant.name, "missing": chosen.missing, "folder": str(chosen.folder)}
        if as_json:
            print_json({**plan, "model": model_dict(chosen.model, machine)})
        return
    if not may_go_on(ask=chosen.missing > 0 and not yes):
        raise Interrupted(tr("nothing was fetched"), mend=tr("--yes fetches without a question"))
    try:
        with Bar(in_bytes=tuple(file.path for file in variant.files)) as bar:
            done = pull(chosen, told=bar.show)
    except KeyboardInterrupt:
        raise Interrupted(tr("interrupted"), mend=tr("the same command goes on from there")) from None
    if as_json:
        print_json(done.to_dict())
    else:
        with writing():
            stdout().print(str(done.path), soft_wrap=True, markup=False, highlight=False)
    if not done.fetched:
        say(tr("All of it was there already."))
    if not done.verified:
        say(tr("The hub told no checksum of some file; only its length was checked."))


def _show_choices(chosen: Offer, machine: Machine) -> None:
    from feinschliff.cli.models_offers import variants_table

    stderr().print(variants_table([chosen.model], machine, chosen.variant))
