"""`fein models inspect`: what a model file or folder tells of itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.i18n import language, tr

if TYPE_CHECKING:
    from feinschliff.models.inspect import Inspection
    from feinschliff.models.shape import ModelShape

_KV_BYTES = 2


def command(
    model: Annotated[
        str,
        typer.Argument(
            metavar="FILE|FOLDER", help=tr("GGUF file, safetensors folder, or the name of a shipped model.")
        ),
    ],
    template: Annotated[bool, typer.Option("--template", help=tr("The chat template in full."))] = False,
    as_json: o.AsJson = False,
) -> None:
    """Look into a model without loading it: architecture, quantisation, context, tokenizer, template, defaults.

    Example: [bold]fein models inspect house-2[/]
    """
    from feinschliff.models.files import model_path
    from feinschliff.models.inspect import inspect

    found = inspect(model_path(model))
    if as_json:
        print_json(_document(found))
        return
    if template:
        with writing():
            typer.echo("" if found.template is None else found.template.text)
        return
    _show(found)


def _document(found: Inspection) -> dict[str, Any]:
    shape, tokenizer, template = found.shape, found.tokenizer, found.template
    return {
        "path": str(found.path),
        "format": found.form,
        "name": found.name,
        "architecture": found.architecture,
        "parameters": found.parameters,
        "bytes": found.bytes,
        "parts": found.parts,
        "context": found.context,
        "quantisation": {
            "name": found.quantisation,
            "bits_per_weight": None if found.bits is None else round(found.bits, 3),
            "types": {
                kind: {"tensors": count.tensors, "weights": count.weights, "bytes": count.bytes}
                for kind, count in found.types.items()
            },
        },
        "shape": None if shape is None else _shape(shape),
        "tokenizer": None
        if tokenizer is None
        else {
            "kind": tokenizer.kind,
            "splits": tokenizer.splits,
            "size": tokenizer.size,
            "specials": dict(tokenizer.specials),
        },
        "template": None
        if template is None
        else {
            "first_lines": template.first_lines(),
            "characters": len(template.text),
            "system": template.system,
            "tools": template.tools,
            "reasoning": template.reasoning,
            "opens_answer": template.opens_answer,
        },
        "sampling": dict(found.sampling),
        "about": dict(found.about),
        "warnings": list(found.notes),
    }


def _shape(shape: ModelShape) -> dict[str, Any]:
    heads = [_kept(layer.keys, layer.key_length) for layer in shape.layers]
    kinds = {kind: sum(layer.kind == kind for layer in shape.layers) for kind in ("full", "window", "state", "both")}
    return {
        "layers": len(shape.layers),
        "layers_by_kind": {kind: count for kind, count in kinds.items() if count},
        "width": shape.width,
        "hidden": shape.hidden,
        "vocabulary": shape.vocabulary,
        "heads": _one_or_all([layer.heads for layer in shape.layers]),
        "kv_heads": _one_or_all(heads),
        "key_length": _one_or_all([layer.key_length for layer in shape.layers]),
        "value_length": _one_or_all([layer.value_length for layer in shape.layers]),
        "latent": shape.latent,
        "window": shape.window,
        "experts": shape.experts or None,
        "experts_used": shape.experts_used or None,
        "kv_bytes_per_token": _per_token(shape),
    }


def _kept(keys: int, length: int) -> int:
    return keys // length if length else 0


def _one_or_all(values: Sequence[int]) -> int | list[int]:
    """One number where all layers have the same, else one for each."""
    return values[0] if len(set(values)) == 1 else list(values)


def _per_token(shape: ModelShape) -> int:
    """Bytes of cache (f16) for each further token; layers with a window or a state do not grow."""
    growing = [layer for layer in shape.layers if layer.kind in ("full", "both")]
    return _KV_BYTES * sum(layer.keys + (0 if shape.latent else layer.values) for layer in growing)


def _show(found: Inspection) -> None:
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    from rich.text import Text

    for label, text in _rows(found):
        table.add_row(label, Text(text))
    with writing():
        stdout().print(table)


def _rows(found: Inspection) -> list[tuple[str, str]]:
    from feinschliff.models.sizes import count_text, size_text

    size = size_text(found.bytes)
    if found.parts > 1:
        size += tr(" in {n} files", n=found.parts)
    bits = "-" if found.bits is None else _decimal(f"{found.bits:.2f}")
    kinds = ", ".join(f"{count.tensors} x {kind}" for kind, count in found.types.items())
    rows = [
        (tr("file"), f"{found.path} ({found.form}, {size})"),
        (tr("name"), found.name or "-"),
        (tr("architecture"), found.architecture or tr("unknown")),
        (tr("parameters"), count_text(found.parameters)),
        (
            tr("quantisation"),
            tr(
                "{name}, {bits} bits per weight ({kinds})",
                name=found.quantisation or tr("mixed"),
                bits=bits,
                kinds=kinds,
            ),
        ),
        (tr("context"), tr("unknown") if found.context is None else tr("{n} tokens", n=found.context)),
    ]
    rows += _shape_rows(found)
    rows += _text_rows(found)
    sampling = ", ".join(f"{name} = {value}" for name, value in found.sampling.items())
    rows.append((tr("sampling"), sampling or tr("no defaults in it")))
    rows += [(key.replace("_", " "), text) for key, text in found.about.items()]
    rows += [(tr("note"), note) for note in found.notes]
    return rows


def _shape_rows(found: Inspection) -> list[tuple[str, str]]:
    from feinschliff.models.sizes import size_text

    if found.shape is None:
        return []
    shape, told = found.shape, _shape(found.shape)
    kinds = told["layers_by_kind"]
    layers = tr("{n}, {width} wide", n=len(shape.layers), width=shape.width)
    if set(kinds) - {"full"}:
        words = {
            "full": tr("attention to all"),
            "window": tr("window"),
            "state": tr("state"),
            "both": tr("attention and state"),
        }
        layers += " (" + ", ".join(f"{count} x {words[kind]}" for kind, count in kinds.items()) + ")"
    rows = [(tr("layers"), layers)]
    heads = tr(
        "{heads}, of which {kv} for keys and values, {length} long",
        heads=told["heads"],
        kv=told["kv_heads"],
        length=told["key_length"],
    )
    rows.append((tr("heads"), heads))
    if shape.window:
        rows.append((tr("window"), tr("{n} tokens", n=shape.window)))
    if shape.experts:
        rows.append((tr("experts"), tr("{n}, of which {used} for a token", n=shape.experts, used=shape.experts_used)))
    rows.append((tr("cache"), tr("{size} per 1,000 tokens in f16", size=size_text(1000 * _per_token(shape)))))
    return rows


def _text_rows(found: Inspection) -> list[tuple[str, str]]:
    rows = []
    if (tokenizer := found.tokenizer) is not None:
        specials = ", ".join(f"{name} {text}" for name, text in tokenizer.specials.items())
        kind = " ".join(part for part in (tokenizer.kind, tokenizer.splits) if part) or tr("unknown")
        rows.append(
            (
                tr("tokenizer"),
                tr("{kind}, {n} entries", kind=kind, n=tokenizer.size) + (f" ({specials})" if specials else ""),
            )
        )
    template = found.template
    if template is None:
        return [*rows, (tr("template"), tr("none"))]
    can = {tr("system text"): template.system, tr("tools"): template.tools, tr("reasoning"): template.reasoning}
    words = ", ".join(name for name, there in can.items() if there) or tr("plain turns only")
    lines = [line if len(line) <= 100 else line[:97] + "..." for line in template.first_lines()]
    return [*rows, (tr("template"), "\n".join([words, *lines]))]


def _decimal(text: str) -> str:
    return text.replace(".", ",") if language() == "de" else text
