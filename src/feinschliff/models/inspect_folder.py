"""Looks into a model's folder as transformers saves it: `config.json`, safetensors headers, tokenizer, defaults."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.inspect import Inspection, Tokenizer, count_types
from feinschliff.models.safetensors import read_one, read_safetensors
from feinschliff.models.shape import Layer, LayerKind, ModelShape, checked_layers
from feinschliff.models.template import Template, read_template

_SAMPLING = (
    "do_sample", "temperature", "top_p", "top_k", "min_p", "typical_p", "repetition_penalty", "max_new_tokens",
    "max_length", "num_beams",
)  # fmt: skip


def inspect_folder(folder: Path, *, only: Path | None = None) -> Inspection:
    """Look into a folder, or (`only`) one safetensors file of it. Raises: ModelError for what is none, or damaged."""
    tensors = read_safetensors(folder) if only is None else read_one(only)
    whole = _config(folder, needed=only is None)
    config = _text_config(whole)
    files = {tensor.file for tensor in tensors.values()}
    counted = count_types((t.dtype.lower(), math.prod(t.shape), t.bytes) for t in tensors.values())
    notes = []
    quant = whole.get("quantization_config")
    name = None
    if isinstance(quant, dict):
        bits = quant.get("bits") or (4 if quant.get("load_in_4bit") else None)
        name = " ".join(str(part) for part in (quant.get("quant_method"), bits and f"{bits} bit") if part) or None
        notes.append(tr("the weights are packed: the number of parameters is that of stored numbers"))
    elif len(counted) == 1:
        name = next(iter(counted))
    architectures = whole.get("architectures")
    kind = architectures[0] if isinstance(architectures, list) and architectures else None
    return Inspection(
        path=only or folder,
        form="safetensors",
        name=_string(whole.get("_name_or_path")),
        architecture=_string(kind) or _string(whole.get("model_type")),
        parameters=sum(count.weights for count in counted.values()),
        bytes=sum(file.stat().st_size for file in files),
        parts=len(files),
        types=counted,
        quantisation=name,
        context=_number(config, "max_position_embeddings") or None,
        shape=_shape(folder, whole, config),
        tokenizer=_tokenizer(folder, config),
        template=_template(folder),
        sampling=_sampling(folder),
        notes=tuple(notes),
    )


def _json(folder: Path, name: str) -> dict[str, Any] | None:
    """A JSON file of the folder; None where it is not there. Raises: ModelError for a broken one."""
    path = folder / name
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        if not isinstance(found, dict):
            raise ValueError("no object")
    except (OSError, ValueError) as error:
        raise ModelError(
            tr("{file} cannot be read: {error}", file=path, error=str(error)[:200]),
            asked=str(folder),
            found=str(error)[:200],
            mend=tr("fetch the file again"),
        ) from None
    return found


def _config(folder: Path, *, needed: bool) -> dict[str, Any]:
    config = _json(folder, "config.json")
    if config is None and needed:
        raise ModelError(
            tr("there is no config.json in {folder}", folder=folder),
            asked=str(folder),
            found=", ".join(sorted(path.name for path in folder.iterdir())[:8]) or tr("nothing"),
            mend=tr("give a folder as transformers saves it, or a .gguf file"),
        )
    return config or {}


def _text_config(config: Mapping[str, Any]) -> Mapping[str, Any]:
    """The part that speaks of the language model, where the model sees or hears as well."""
    for name in ("text_config", "llm_config", "language_config"):
        if isinstance(config.get(name), dict):
            part: Mapping[str, Any] = config[name]
            return part
    return config


def _shape(folder: Path, whole: Mapping[str, Any], config: Mapping[str, Any]) -> ModelShape | None:
    layers, width = _number(config, "num_hidden_layers", "n_layer"), _number(config, "hidden_size", "n_embd")
    heads = _number(config, "num_attention_heads", "n_head")
    if not layers or not width or not heads:
        return None
    kept = _number(config, "num_key_value_heads") or heads
    length = _number(config, "head_dim") or width // heads
    window = _number(config, "sliding_window") if config.get("use_sliding_window", True) else 0
    kinds = config.get("layer_types")
    made = []
    for index in range(checked_layers(layers, folder)):
        told = str(kinds[index]) if isinstance(kinds, list) and index < len(kinds) else ""
        kind: LayerKind = "full"
        if told.startswith(("linear", "conv", "mamba", "recurrent")):
            kind = "state"
        elif told.startswith(("sliding", "chunked")) and window:
            kind = "window"
        numbers = 0 if kind == "state" else kept * length
        made.append(Layer(kind, numbers, numbers, heads, length, length))
    experts = _number(config, "num_experts", "num_local_experts", "n_routed_experts")
    used = _number(config, "num_experts_per_tok", "num_experts_per_token")
    inner = _number(config, "intermediate_size", "n_inner") or 4 * width
    return ModelShape(
        architecture=str(whole.get("model_type") or ""),
        layers=tuple(made),
        width=width,
        hidden=max(inner, used * _number(config, "moe_intermediate_size")),
        vocabulary=_number(config, "vocab_size"),
        context=_number(config, "max_position_embeddings") or None,
        window=window or None,
        experts=experts,
        experts_used=used,
    )


def _tokenizer(folder: Path, config: Mapping[str, Any]) -> Tokenizer | None:
    told, rules = _json(folder, "tokenizer.json"), _json(folder, "tokenizer_config.json") or {}
    specials = {}
    for name in ("bos", "eos", "unk", "pad"):
        value = rules.get(f"{name}_token")
        text = value.get("content") if isinstance(value, dict) else value
        if isinstance(text, str):
            specials[name] = text
    if told is None:
        if not rules:
            return None
        return Tokenizer(_string(rules.get("tokenizer_class")), None, _number(config, "vocab_size"), specials)
    model = told.get("model") if isinstance(told.get("model"), dict) else {}
    vocabulary = model.get("vocab") if isinstance(model, dict) else None
    known = set(vocabulary) if isinstance(vocabulary, dict) else set()
    size = len(known) or (len(vocabulary) if isinstance(vocabulary, list) else 0)
    added = told.get("added_tokens")
    further = [row for row in added if isinstance(row, dict)] if isinstance(added, list) else []
    size += sum(row.get("content") not in known for row in further) if known else 0
    cut = told.get("pre_tokenizer")
    splits = cut.get("type") if isinstance(cut, dict) else None
    return Tokenizer(_string(model.get("type")) if isinstance(model, dict) else None, _string(splits), size, specials)


def _template(folder: Path) -> Template | None:
    path = folder / "chat_template.jinja"
    if path.is_file():
        return read_template(path.read_text(encoding="utf-8", errors="replace"))
    return read_template((_json(folder, "tokenizer_config.json") or {}).get("chat_template"))


def _sampling(folder: Path) -> dict[str, Any]:
    told = _json(folder, "generation_config.json") or {}
    return {name: told[name] for name in _SAMPLING if isinstance(told.get(name), int | float)}


def _number(config: Mapping[str, Any], *names: str) -> int:
    """The first of these that is a whole number; 0 where none is."""
    values = (config.get(name) for name in names)
    return next((v for v in values if isinstance(v, int) and not isinstance(v, bool) and v > 0), 0)


def _string(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None
