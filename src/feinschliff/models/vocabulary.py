"""A folder's tokenizer as GGUF metadata: byte-level BPE, whose way of cutting words llama.cpp knows by a name."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.gguf_file import Entry, entry

_NORMAL, _CONTROL, _USER_DEFINED, _UNUSED = 1, 3, 4, 5
_GPT_2 = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"
_LLAMA_3 = (
    r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n]*"
    r"|\s*[\r\n]+|\s+(?!\S)|\s+"
)
_CUTS = {_GPT_2: "gpt-2", _LLAMA_3: "llama-bpe", _LLAMA_3.replace("{1,3}", ""): "qwen2"}
"""How a text is cut before its bytes are joined: llama.cpp's name by the expression."""


def vocabulary_entries(folder: Path, config: dict[str, Any], *, vocabulary: int) -> Iterator[Entry]:
    """Tokens, merges, special tokens and chat template; `vocabulary` is the number of rows of the embedding.

    Raises: ModelError for a tokenizer of another kind.
    """
    tokenizer = _read(folder / "tokenizer.json")
    about = _read(folder / "tokenizer_config.json") if (folder / "tokenizer_config.json").is_file() else {}
    model = tokenizer.get("model") or {}
    if model.get("type") != "BPE" or model.get("byte_fallback"):
        raise _odd(folder, tr("a tokenizer of type {kind}", kind=str(model.get("type"))))
    tokens, types = _tokens(tokenizer, model["vocab"], vocabulary)
    if len(tokens) > vocabulary:
        raise _odd(folder, tr("{n} tokens for {rows} rows of the embedding", n=len(tokens), rows=vocabulary))
    yield entry("llama.vocab_size", vocabulary)
    yield entry("tokenizer.ggml.model", "gpt2")
    yield entry("tokenizer.ggml.pre", _cut(tokenizer.get("pre_tokenizer") or {}, folder))
    yield entry("tokenizer.ggml.tokens", list(tokens))
    yield entry("tokenizer.ggml.token_type", list(types))
    merges = [merge if isinstance(merge, str) else " ".join(merge) for merge in model.get("merges") or []]
    yield entry("tokenizer.ggml.merges", list(merges))
    ids = {token: index for index, token in enumerate(tokens)}
    for ours, theirs in (("bos", "bos"), ("eos", "eos"), ("unk", "unknown"), ("pad", "padding")):
        number = _special(about.get(f"{ours}_token"), config.get(f"{ours}_token_id"), ids)
        if number is not None:
            yield entry(f"tokenizer.ggml.{theirs}_token_id", number)
            if ours == "bos":
                yield entry("tokenizer.ggml.add_bos_token", _begins(tokenizer, about, tokens[number]))
    template = folder / "chat_template.jinja"
    text = template.read_text(encoding="utf-8") if template.is_file() else about.get("chat_template")
    if isinstance(text, str):
        # Marks for trainers, which llama.cpp's templates do not know.
        yield entry("tokenizer.chat_template", re.sub(r"\{%-?\s*(end)?generation\s*-?%\}", "", text))


def _tokens(tokenizer: dict[str, Any], vocab: dict[str, int], size: int) -> tuple[list[str], list[int]]:
    named = {number: (token, _NORMAL) for token, number in vocab.items()}
    for added in tokenizer.get("added_tokens") or []:
        named[added["id"]] = (added["content"], _CONTROL if added.get("special") else _USER_DEFINED)
    rows = [named.get(number, (f"[PAD{number}]", _UNUSED)) for number in range(max(size, max(named) + 1))]
    return [token for token, _ in rows], [kind for _, kind in rows]


def _cut(steps: dict[str, Any], folder: Path) -> str:
    parts = steps.get("pretokenizers") or [steps]
    split = [part for part in parts if part.get("type") == "Split"]
    byte = [part for part in parts if part.get("type") == "ByteLevel"]
    if len(byte) != 1 or len(split) + 1 != len(parts) or len(split) > 1:
        raise _odd(folder, tr("words cut by {steps}", steps=", ".join(str(part.get("type")) for part in parts)))
    if not split:
        return "gpt-2"
    pattern = split[0].get("pattern") or {}
    text = pattern.get("Regex") or pattern.get("String")
    if text not in _CUTS:
        raise _odd(folder, tr("words cut by {steps}", steps=str(text)[:120]))
    return _CUTS[text]


def _special(name: Any, number: Any, ids: dict[str, int]) -> int | None:
    if isinstance(name, dict):
        name = name.get("content")
    if isinstance(name, str) and name in ids:
        return ids[name]
    if isinstance(number, list):
        number = number[0] if number else None
    return number if isinstance(number, int) else None


def _begins(tokenizer: dict[str, Any], about: dict[str, Any], token: str) -> bool:
    """Whether each prompt begins with this token: as the settings say, else as the tokenizer does it."""
    told = about.get("add_bos_token")
    return told if isinstance(told, bool) else token in json.dumps(tokenizer.get("post_processor"), ensure_ascii=False)


def _read(path: Path) -> dict[str, Any]:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _odd(path.parent, tr("{file}: {error}", file=path.name, error=str(error)[:200])) from None
    return found if isinstance(found, dict) else {}


def _odd(folder: Path, found: str) -> ModelError:
    return ModelError(
        tr("the tokenizer in {folder} cannot be converted here", folder=folder),
        asked=str(folder),
        found=found,
        mend=tr("convert it with llama.cpp's convert_hf_to_gguf.py, and give the .gguf file"),
    )
