"""vLLM's and transformers' `generation_config.json`: defaults in the model's folder.

vLLM reads six of its fields (`ModelConfig.get_diff_sampling_param`); `--generation-config FOLDER` names another folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from types import MappingProxyType

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


def to_vllm(recipe: Recipe) -> Export:
    """The file; `do_sample` says the same to transformers as temperature 0 or not does to vLLM."""
    fields = {_FIELDS[name]: value for name, value in recipe.settings.items() if name in _FIELDS}
    samples = recipe.settings.get("do_sample", fields.get("temperature") != 0)
    if "temperature" in fields or "do_sample" in recipe.settings:
        fields["do_sample"] = samples
    warnings = left_out(recipe, (*_FIELDS, "do_sample"), "generation_config.json")
    return Export(json.dumps(dict(sorted(fields.items())), indent=2) + "\n", warnings)
