"""llama.cpp: flags for `llama-server`, or the settings inside a copy of the model's file."""

from __future__ import annotations

import shlex
import struct
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.models.gguf_file import Entry, entry, read_gguf, write_gguf
from feinschliff.report.exports.recipe import Export, Recipe, file_unknown, left_out

FLAGS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "--temp",
        "top_k": "--top-k",
        "top_p": "--top-p",
        "min_p": "--min-p",
        "typical_p": "--typical",
        "top_n_sigma": "--top-nsigma",
        "repeat_penalty": "--repeat-penalty",
        "repeat_last_n": "--repeat-last-n",
        "frequency_penalty": "--frequency-penalty",
        "presence_penalty": "--presence-penalty",
        "dry_multiplier": "--dry-multiplier",
        "dry_base": "--dry-base",
        "dry_allowed_length": "--dry-allowed-length",
        "dry_penalty_last_n": "--dry-penalty-last-n",
        "dry_sequence_breakers": "--dry-sequence-breaker",
        "xtc_probability": "--xtc-probability",
        "xtc_threshold": "--xtc-threshold",
        "mirostat": "--mirostat",
        "mirostat_tau": "--mirostat-ent",
        "mirostat_eta": "--mirostat-lr",
        "dynatemp_range": "--dynatemp-range",
        "dynatemp_exponent": "--dynatemp-exp",
        "max_tokens": "--predict",
        "max_completion_tokens": "--predict",
        "num_ctx": "--ctx-size",
    }
)
"""Flags of llama.cpp's programs (common/arg.cpp)."""

KEYS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temp",
        "top_k": "top_k",
        "top_p": "top_p",
        "min_p": "min_p",
        "repeat_penalty": "penalty_repeat",
        "repeat_last_n": "penalty_last_n",
        "xtc_probability": "xtc_probability",
        "xtc_threshold": "xtc_threshold",
        "mirostat": "mirostat",
        "mirostat_tau": "mirostat_tau",
        "mirostat_eta": "mirostat_eta",
    }
)
"""What llama.cpp reads of a file, below `general.sampling.` (gguf-py's constants, `Keys.General`)."""

_PREFIX = "general.sampling."
_INT32 = 5


def to_llama_cpp(recipe: Recipe) -> Export:
    """A command line that starts the server with these settings as its defaults."""
    model = str(recipe.gguf) if recipe.gguf is not None else f"{recipe.model}.gguf"
    flags = [
        f"{FLAGS[name]} {shlex.quote(str(one))}"
        for name, value in recipe.settings.items()
        if name in FLAGS
        for one in (value if isinstance(value, list) else [value])
    ]
    text = " \\\n  ".join([f"llama-server --model {shlex.quote(model)}", *flags])
    warnings = left_out(recipe, FLAGS, tr("llama-server's flags"))
    if recipe.gguf is None:
        why = file_unknown(recipe)
        warnings.insert(0, tr("{why}: correct --model, or give --model FILE.gguf", why=why))
    return Export(text + "\n", warnings)


def write_into_gguf(recipe: Recipe, out: Path) -> list[str]:
    """Write a copy of the model's file that holds the settings as its defaults; returns what it cannot hold.

    Raises: InputError where the model's file is not known, ModelError for one that is none.
    """
    if recipe.gguf is None:
        raise InputError(
            tr("the settings can only be written into a model's file, and it is not known which"),
            asked=f"--out {out}",
            found=recipe.no_file or recipe.model,
            mend=tr("give --model FILE.gguf"),
        )
    source = read_gguf(recipe.gguf)
    ours = {
        _PREFIX + KEYS[name]: _entry(_PREFIX + KEYS[name], v) for name, v in recipe.settings.items() if name in KEYS
    }
    entries = [*(e for e in source.entries if e.key not in ours), *ours.values()]
    rows = [(t.name, t.shape, t.kind) for t in source.tensors]
    part = out.with_name(out.name + ".part")
    try:
        for stream, tensor in zip(write_gguf(part, entries, rows), source.tensors, strict=True):
            stream.write(source.data(tensor).data)
        part.replace(out)
    finally:
        part.unlink(missing_ok=True)
    return left_out(recipe, KEYS, tr("a GGUF file"))


def _entry(key: str, value: JsonValue) -> Entry:
    if isinstance(value, int) and not isinstance(value, bool):
        return Entry(key, struct.pack("<Ii", _INT32, value), value)
    assert isinstance(value, float)
    return entry(key, value)
