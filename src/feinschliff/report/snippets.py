"""The recommended settings, ready to be copied: as JSON, as a command, as Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feinschliff.endpoints.address import Address, parse_url
from feinschliff.endpoints.ollama import CHAT_PATH
from feinschliff.endpoints.protocol import EMBEDDED
from feinschliff.errors import EndpointError
from feinschliff.i18n import tr
from feinschliff.models.house import house_models
from feinschliff.report.numbers import request_fields, run_dialect
from feinschliff.store import Run

_OPENAI_HOST = "api.openai.com"
OPENAI_FIELDS = frozenset(
    {
        *("model", "temperature", "top_p", "frequency_penalty", "presence_penalty", "max_tokens", "n", "stop", "seed"),
        *("logprobs", "top_logprobs", "logit_bias", "response_format", "max_completion_tokens"),
        *("reasoning_effort", "verbosity", "tools", "tool_choice", "user"),
    }
)
"""What the openai package takes by name; anything else goes into `extra_body`."""


@dataclass(frozen=True)
class Snippet:
    """A block to copy."""

    title: str
    text: str


def snippets(run: Run) -> list[Snippet]:
    """The recommended settings of a run in each form that fits its endpoint; none where there are no settings."""
    recommended = (run.result or {}).get("recommended") or {}
    dialect = run_dialect(run)
    fields = request_fields(recommended, dialect)
    if not fields:
        return []
    found = [Snippet(tr("Request fields (JSON)"), json.dumps(fields, indent=2, ensure_ascii=False))]
    endpoint = (run.details or {}).get("endpoint") or {}
    identity = str(endpoint.get("identity") or run.spec.get("endpoint") or "")
    model = str(recommended.get("model") or endpoint.get("model") or run.spec.get("model") or "")
    if identity.startswith(EMBEDDED):
        return [*found, Snippet("Python", _embedded(recommended, model))]
    try:
        address = parse_url(identity)
    except EndpointError:
        return found
    fields = {"model": model, **fields}
    texts = texts_of(recommended.get("system"), recommended.get("prompt"))
    if dialect == "ollama-native":
        native = f"{address.root}{CHAT_PATH}"
        return [*found, Snippet("curl", _curl(native, address, texts, {**fields, "stream": False}))]
    path, _, query = identity.partition("?")
    url = (path if address.plain else f"{path}/chat/completions") + (f"?{query}" if query else "")
    found.append(Snippet("curl", _curl(url, address, texts, fields)))
    if not address.plain:
        is_openai = address.host == _OPENAI_HOST
        key = '"none"' if address.loopback else 'os.environ["API_KEY"]'
        found.append(Snippet("Python (openai)", openai_call(None if is_openai else address.base, key, texts, fields)))
    return found


def has_template(run: Run) -> bool:
    """True where the prompt has fields that a row fills in."""
    recommended = (run.result or {}).get("recommended") or {}
    return any("{{" in str(recommended.get(name) or "") for name in ("system", "prompt"))


def texts_of(system: object, prompt: object) -> list[dict[str, str]]:
    """The messages of a request; dots where the prompt is not known."""
    turns = [{"role": "system", "content": str(system)}] if system else []
    return [*turns, {"role": "user", "content": str(prompt or "...")}]


def _curl(url: str, address: Address, texts: list[dict[str, str]], fields: Mapping[str, Any]) -> str:
    body: dict[str, Any] = {"model": fields["model"]}
    if address.plain:
        body["prompt"] = "\n\n".join(turn["content"] for turn in texts)
    else:
        body["messages"] = texts
    body.update(fields)
    key = [] if address.loopback else [f'  -H "Authorization: Bearer ${key_name(address)}" \\']
    lines = [
        f"curl '{url}' \\",
        "  -H 'Content-Type: application/json' \\",
        *key,
        "  -d @- <<'JSON'",
        json.dumps(body, indent=2, ensure_ascii=False),
        "JSON",
    ]
    return "\n".join(lines)


def openai_call(base: str | None, key: str | None, texts: list[dict[str, str]], fields: Mapping[str, Any]) -> str:
    """Python that makes this request with the `openai` package; `base` None is OpenAI itself, `key` is Python."""
    own = {n: v for n, v in fields.items() if n in OPENAI_FIELDS}
    rest = {n: v for n, v in fields.items() if n not in OPENAI_FIELDS}
    client = "OpenAI()" if base is None else f"OpenAI(base_url={base!r}, api_key={key})"
    lines = [
        *(["import os", ""] if "os.environ" in client else []),
        "from openai import OpenAI",
        "",
        f"client = {client}",
        "answer = client.chat.completions.create(",
        f"    model={own.pop('model')!r},",
        "    messages=[",
        *(f"        {turn!r}," for turn in texts),
        "    ],",
        *(f"    {name}={value!r}," for name, value in own.items()),
        *([f"    extra_body={rest!r},"] if rest else []),
        ")",
        "print(answer.choices[0].message.content)",
    ]
    return "\n".join(lines)


def _embedded(settings: Mapping[str, Any], model: str) -> str:
    """For the engine in the process there is no server to ask."""
    values = {n: v for n, v in settings.items() if v is not None and n not in {"system", "prompt", "model"}}
    name = model if model in house_models() else f"{model}.gguf"
    texts = [f"    {n}={settings[n]!r}," for n in ("prompt", "system") if settings.get(n)]
    lines = [
        "import feinschliff as fein",
        "",
        "task = fein.Task.from_csv(",
        '    "data.csv",',
        *texts,
        ")",
        f"settings = {values!r}",
        f"for answer in fein.generate(task, fein.Endpoint(model={name!r}), settings=settings):",
        "    print(answer.text)",
    ]
    return "\n".join(lines)


def key_name(address: Address) -> str:
    """Environment variable that holds the key."""
    return "OPENAI_API_KEY" if address.host == _OPENAI_HOST else "API_KEY"
