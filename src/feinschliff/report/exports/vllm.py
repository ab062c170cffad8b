"""vLLM's and transformers' `generation_config.json`: defaults in the model's folder.

vLLM reads six of its fields (`ModelConfig.get_diff_sampling_param`) and where an answer ends (`eos_token_id`);
`--generation-config FOLDER` names another folder. The file takes the place of the model's own.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.report.exports.recipe import Export, Recipe, left_out

_FIELDS: Mapping[str, str] = MappingProxyType(
    {
        "temperature": "temperature",
        "top_p": "top_p",
        "top_k": "top_k",
        "min_p": "min_p",
        "repeat_penalty": "repetition_penalty",
        "max_tokens": "max_new_tokens",
    }
)
_FILE = "generation_config.json"
_TOKENS = ("bos_token_id", "eos_token_id", "pad_token_id")


def to_vllm(recipe: Recipe) -> Export:
    """The file; `do_sample` says the same to transformers as temperature 0 or not does to vLLM.

    With the model's folder, what stands in its own file and is not set here stays.

    Raises: InputError for a folder without a model's files.
    """
    fields = {_FIELDS[name]: value for name, value in recipe.settings.items() if name in _FIELDS}
    samples = recipe.settings.get("do_sample", fields.get("temperature") != 0)
    if "temperature" in fields or "do_sample" in recipe.settings:
        fields["do_sample"] = samples
    warnings = left_out(recipe, (*_FIELDS, "do_sample"), _FILE)
    own = {} if recipe.folder is None else _own(recipe.folder)
    if recipe.folder is None:
        warnings.append(
            tr(
                "the file takes the place of the model's own {file}: keep its eos_token_id, pad_token_id and "
                "bos_token_id, or give --model FOLDER, and they are taken over",
                file=_FILE,
            )
        )
    kept = {name: value for name, value in own.items() if name in _FIELDS.values() and name not in fields}
    if kept:
        told = ", ".join(f"{name} {value}" for name, value in sorted(kept.items()))
        warnings.append(
            tr("the run did not set these, and they stay as the model's own file has them: {kept}", kept=told)
        )
    return Export(json.dumps(dict(sorted({**own, **fields}.items())), indent=2) + "\n", warnings)


def _own(folder: Path) -> dict[str, Any]:
    """The model's own file; without one, the tokens that its `config.json` names."""
    found = _read(folder / _FILE)
    if found is not None:
        return found
    config = _read(folder / "config.json")
    if config is None:
        raise InputError(
            tr("there is no model in {path}", path=folder),
            asked=f"--model {folder}",
            found=tr("neither {file} nor config.json", file=_FILE),
            mend=tr("give the model's folder"),
        )
    inner = config.get("text_config")
    both = {**(inner if isinstance(inner, dict) else {}), **config}
    return {name: both[name] for name in _TOKENS if both.get(name) is not None}


def _read(path: Path) -> dict[str, Any] | None:
    if not path.is_file():
        return None
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        found, why = None, str(error)
    else:
        why = tr("no JSON object")
    if not isinstance(found, dict):
        raise InputError(tr("{path} cannot be read", path=path), found=why, mend=tr("give the model's folder"))
    return found
