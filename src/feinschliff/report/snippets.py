"""The recommended settings, ready to be copied: as JSON, as a command, as Python."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from feinschliff.endpoints.address import Address, parse_url
from feinschliff.errors import EndpointError
from feinschliff.i18n import tr
from feinschliff.models.house import house_models
from feinschliff.report.numbers import request_fields
from feinschliff.store import Run

_EMBEDDED = "embedded:"
_OPENAI_HOST = "api.openai.com"
_OPENAI_FIELDS = frozenset(
    {
        *("model", "temperature", "top_p", "frequency_penalty", "presence_penalty", "max_tokens", "n", "stop", "seed"),
        *("logprobs", "top_logprobs", "logit_bias", "response_format", "max_completion_tokens"),
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
    fields = request_fields(recommended)
    if not fields:
        return []
    found = [Snippet(tr("Request fields (JSON)"), json.dumps(fields, indent=2, ensure_ascii=False))]
    endpoint = (run.details or {}).get("endpoint") or {}
    identity = str(endpoint.get("identity") or run.spec.get("endpoint") or "")
    model = str(recommended.get("model") or endpoint.get("model") or run.spec.get("model") or "")
    if identity.startswith(_EMBEDDED):
        return [*found, Snippet("Python", _embedded(recommended, model))]
    try:
        address = parse_url(identity)
    except EndpointError:
        return found
    fields = {"model": model, **fields}
    texts = _texts(recommended)
    found.append(Snippet("curl", _curl(address, identity, texts, fields)))
    if not address.plain:
        found.append(Snippet("Python (openai)", _openai(address, texts, fields)))
    return found


def has_template(run: Run) -> bool:
    """True where the prompt has fields that a row fills in."""
    recommended = (run.result or {}).get("recommended") or {}
    return any("{{" in str(recommended.get(name) or "") for name in ("system", "prompt"))


def _texts(settings: Mapping[str, Any]) -> list[dict[str, str]]:
    system, prompt = settings.get("system"), settings.get("prompt")
    turns = [{"role": "system", "content": str(system)}] if system else []
    return [*turns, {"role": "user", "content": str(prompt or "...")}]


def _curl(address: Address, identity: str, texts: list[dict[str, str]], fields: Mapping[str, Any]) -> str:
    body: dict[str, Any] = {"model": fields["model"]}
    if address.plain:
        body["prompt"] = "\n\n".join(turn["content"] for turn in texts)
    else:
        body["messages"] = texts
    body.update(fields)
    path, _, query = identity.partition("?")
    url = path if address.plain else f"{path}/chat/completions"
    key = [] if address.loopback else [f'  -H "Authorization: Bearer ${_key_name(address)}" \\']
    lines = [
        f"curl '{url}{f'?{query}' if query else ''}' \\",
        "  -H 'Content-Type: application/json' \\",
        *key,
        "  -d @- <<'JSON'",
        json.dumps(body, indent=2, ensure_ascii=False),
        "JSON",
    ]
    return "\n".join(lines)


def _openai(address: Address, texts: list[dict[str, str]], fields: Mapping[str, Any]) -> str:
    own = {n: v for n, v in fields.items() if n in _OPENAI_FIELDS}
    rest = {n: v for n, v in fields.items() if n not in _OPENAI_FIELDS}
    if address.host == _OPENAI_HOST:
        client = "OpenAI()"
    else:
        key = '"none"' if address.loopback else 'os.environ["API_KEY"]'
        client = f"OpenAI(base_url={address.base!r}, api_key={key})"
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


def _key_name(address: Address) -> str:
    return "OPENAI_API_KEY" if address.host == _OPENAI_HOST else "API_KEY"
