"""Calls in Python: with the `openai` package, and with LiteLLM."""

from __future__ import annotations

from typing import Any

from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import ignored, ignored_note, refusals
from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Settings
from feinschliff.report.exports.recipe import Export, Recipe
from feinschliff.report.snippets import OPENAI_FIELDS, key_name, openai_call, texts_of

_LOCAL_URL = "http://localhost:9931/v1"
"""Where `fein models serve` listens, for a run of the embedded engine."""

SERVE_KEY = "FEIN_KEY"
"""Environment variable in which `fein models serve` tells to keep its key."""

_LITELLM = {"api.openai.com": "", "openrouter.ai": "openrouter/", "api.anthropic.com": "anthropic/"}
"""Prefix of a model's name at the providers' own hosts; any other server is one that speaks like OpenAI's."""

_BY_MODEL = frozenset({"user", "reasoning_effort", "verbosity"})
"""What LiteLLM drops, or refuses, by name where its own table of models does not tell that the model takes it.

In `extra_body` it goes out as it is (design/exports.md).
"""


def to_openai(recipe: Recipe) -> Export:
    """A call of the `openai` package; fields that it does not know go into `extra_body`."""
    fields, warnings = body_fields(recipe)
    host = None if recipe.address is None else recipe.address.host
    base = None if host == "api.openai.com" else base_url(recipe)
    key = _key(recipe)
    texts = texts_of(recipe.system, recipe.prompt)
    return Export(openai_call(base, key, texts, {"model": recipe.model, **fields}) + "\n", warnings)


def to_litellm(recipe: Recipe) -> Export:
    """A call of `litellm.completion`."""
    fields, warnings = body_fields(recipe)
    # By host, not by dialect: a gateway that offers a provider's models is another server.
    prefix = None if recipe.address is None else _LITELLM.get(recipe.address.host)
    # Anthropic's own API is another one, which LiteLLM translates to: there it has to see each field by its name.
    by_name = OPENAI_FIELDS if prefix == _LITELLM["api.anthropic.com"] else OPENAI_FIELDS - _BY_MODEL
    own = {name: value for name, value in fields.items() if name in by_name}
    rest = {name: value for name, value in fields.items() if name not in by_name}
    key = _key(recipe)
    needs_os = key is not None and "os.environ" in key
    where = [f"    api_base={base_url(recipe)!r},", f"    api_key={key},"] if prefix is None else []
    lines = [
        *(["import os", ""] if needs_os and where else []),
        "import litellm",
        "",
        "answer = litellm.completion(",
        f"    model={('openai/' if prefix is None else prefix) + recipe.model!r},",
        *where,
        "    messages=[",
        *(f"        {turn!r}," for turn in texts_of(recipe.system, recipe.prompt)),
        "    ],",
        *(f"    {name}={value!r}," for name, value in own.items()),
        *([f"    extra_body={rest!r},"] if rest else []),
        ")",
        "print(answer.choices[0].message.content)",
    ]
    return Export("\n".join(lines) + "\n", warnings)


def body_fields(recipe: Recipe, *, fills_in: bool = False) -> tuple[dict[str, Any], list[str]]:
    """(the fields of an OpenAI-compatible request, sentences about what is to be done by hand).

    `fills_in`: the target fills in templates itself.
    """
    warnings = []
    dialect: Dialect = recipe.dialect
    settings = Settings(values=dict(recipe.settings))
    if dialect == "ollama-native":
        dialect = "ollama"
    warnings += [retold(ignored_note(name, dialect)) for name in ignored(settings, dialect, known=recipe.known)]
    warnings += [
        tr("'{name}' is refused by this endpoint ({backend}): {why}", name=one.name, backend=dialect, why=one.why)
        for one in refusals(settings, dialect, model=recipe.model, known=recipe.known, limits=recipe.limits)
    ]
    if recipe.address is None:
        warnings.append(
            tr(
                "the run used the embedded engine: start its model with fein models serve, at {url}",
                url=_LOCAL_URL,
            )
        )
    for name, text in (("system", recipe.system), ("prompt", recipe.prompt)):
        if text is not None and "{{" in text and not fills_in:
            warnings.append(
                tr(
                    "the {name} text is a template over the data's columns: fill in what stands in {{{{ }}}} yourself",
                    name=name,
                )
            )
    return wire_fields(settings, dialect), warnings


def base_url(recipe: Recipe) -> str:
    """The base of an OpenAI-compatible API."""
    if recipe.address is None:
        return _LOCAL_URL
    if recipe.dialect == "ollama-native":
        return recipe.address.root + "/v1"
    return recipe.address.base


def _key(recipe: Recipe) -> str | None:
    """Python for the key."""
    if recipe.address is None:
        return f'os.environ["{SERVE_KEY}"]'
    if recipe.address.loopback:
        return '"none"'
    return f'os.environ["{key_name(recipe.address)}"]'
