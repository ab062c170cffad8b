"""An LM Studio preset: a file for its folder `config-presets`, or to be imported in the app."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from feinschliff.i18n import tr
from feinschliff.report.exports.recipe import Export, Recipe, left_out

_PREFIX = "llm.prediction."
_PLAIN: Mapping[str, str] = MappingProxyType(
    {"temperature": "temperature", "top_k": "topKSampling", "stop": "stopStrings"}
)
_WITH_SWITCH: Mapping[str, str] = MappingProxyType(
    {
        "top_p": "topPSampling",
        "min_p": "minPSampling",
        "repeat_penalty": "repeatPenalty",
        "presence_penalty": "llama.presencePenalty",
        "frequency_penalty": "llama.frequencyPenalty",
        "xtc_probability": "llama.xtcProbability",
        "xtc_threshold": "llama.xtcThreshold",
        "typical_p": "llama.locallyTypicalSampling",
        "max_tokens": "maxPredictedTokens",
    }
)
"""Fields that can be switched off, and so hold a switch beside the value."""


def to_lmstudio(recipe: Recipe) -> Export:
    """The preset; the prompt is what the user types, so only the system text is in it."""
    fields: list[dict[str, Any]] = []
    for name, value in recipe.settings.items():
        if name in _PLAIN:
            fields.append(
                {
                    "key": _PREFIX + _PLAIN[name],
                    "value": [value] if name == "stop" and isinstance(value, str) else value,
                }
            )
        elif name in _WITH_SWITCH:
            fields.append({"key": _PREFIX + _WITH_SWITCH[name], "value": {"checked": True, "value": value}})
    if recipe.system is not None:
        fields.append({"key": _PREFIX + "systemPrompt", "value": recipe.system})
    title = f"feinschliff {recipe.run}"
    preset = {
        "identifier": "@local:" + re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-"),
        "name": title,
        "changed": False,
        "operation": {"fields": fields},
        "load": {"fields": []},
    }
    warnings = left_out(recipe, (*_PLAIN, *_WITH_SWITCH), tr("an LM Studio preset"), texts=("system",))
    return Export(json.dumps(preset, indent=2, ensure_ascii=False) + "\n", warnings)
