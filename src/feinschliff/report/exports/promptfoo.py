"""A promptfoo configuration: the prompt, the provider with its settings, and a place for tests.

The prompt is a JSON list of messages, in which promptfoo fills in `{{ }}` string by string. All values are JSON, which
is YAML as well.
"""

from __future__ import annotations

import json
from typing import Any

from feinschliff.report.exports.calls import SERVE_KEY, base_url, body_fields
from feinschliff.report.exports.recipe import Export, Recipe
from feinschliff.report.snippets import key_name, texts_of

_CONFIG = frozenset(
    {
        *("temperature", "max_tokens", "top_p", "frequency_penalty", "presence_penalty"),
        *("seed", "stop", "response_format", "tools", "tool_choice"),
    }
)
"""What promptfoo's OpenAI provider takes by name; anything else goes into `passthrough`.

So do `max_completion_tokens`, `reasoning_effort` and `verbosity`: by name it sends them to models only whose names it
knows as reasoning ones, and drops them otherwise (design/exports.md).
"""


def to_promptfoo(recipe: Recipe) -> Export:
    """`promptfooconfig.yaml`."""
    fields, warnings = body_fields(recipe, fills_in=True)
    # Without this, promptfoo sends temperature 0 and max_tokens 1024 wherever the run set none.
    config: dict[str, Any] = {"omitDefaults": True}
    if recipe.address is None or recipe.address.host != "api.openai.com":
        config["apiBaseUrl"] = base_url(recipe)
        if recipe.address is None:
            config["apiKeyEnvar"] = SERVE_KEY
        elif recipe.address.loopback:
            config["apiKey"] = "none"
        else:
            config["apiKeyEnvar"] = key_name(recipe.address)
    config |= {name: value for name, value in fields.items() if name in _CONFIG}
    rest = {name: value for name, value in fields.items() if name not in _CONFIG}
    if rest:
        config["passthrough"] = rest
    prompt = json.dumps(texts_of(recipe.system, recipe.prompt), ensure_ascii=False)
    lines = [
        f"description: {json.dumps(f'feinschliff {recipe.run}')}",
        "prompts:",
        f"  - {json.dumps(prompt, ensure_ascii=False)}",
        "providers:",
        f"  - id: {json.dumps('openai:chat:' + recipe.model, ensure_ascii=False)}",
        "    config:",
        *(f"      {name}: {json.dumps(value, ensure_ascii=False)}" for name, value in config.items()),
        "tests:",
        "  - vars: {}",
    ]
    return Export("\n".join(lines) + "\n", warnings)
