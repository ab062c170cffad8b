"""What is exported, read back by whom it is for, or by what they document."""

from __future__ import annotations

import ast
import json
import shlex
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from feinschliff.endpoints import engine as engine_module
from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.gguf import read_header, sampling_defaults
from feinschliff.errors import InputError
from feinschliff.models.house import house_models, house_path
from feinschliff.parameters.dialects import Dialect
from feinschliff.report.exports import TARGETS, Recipe, make_recipe, write_into_gguf
from feinschliff.report.exports.llama_cpp import FLAGS, KEYS
from tests.contracts.endpoint_contract import make_requests, send
from tests.fakes.llama_flags import apply_flags, parser_missing

from . import samples

TRICKY = 'She said "yes" at 5 °C.\n\n\t"""quoted"""\nFROM nowhere\n한글'
SAMPLING = {
    "temperature": 0.21,
    "top_k": 12,
    "top_p": 0.93,
    "min_p": 0.07,
    "repeat_penalty": 1.1,
    "repeat_last_n": 32,
    "xtc_probability": 0.1,
    "xtc_threshold": 0.2,
    "mirostat": 0,
    "mirostat_tau": 4.0,
    "mirostat_eta": 0.2,
}
FURTHER = {
    "typical_p": 0.9,
    "frequency_penalty": 0.3,
    "presence_penalty": 0.2,
    "dry_multiplier": 0.5,
    "dry_base": 1.8,
    "dry_allowed_length": 3,
    "dry_penalty_last_n": 48,
    "dynatemp_range": 0.1,
    "dynatemp_exponent": 1.2,
    "max_tokens": 9,
}


def recipe_of(identity: str = "http://localhost:8000/v1", backend: str = "vllm", **settings: Any) -> Recipe:
    """Of a run there with these settings."""
    details = {**samples.details(), "endpoint": {"identity": identity, "backend": backend, "model": "llama3.2"}}
    if backend == "ollama-native":
        details["endpoint"] |= {"backend": "ollama", "dialect": backend}
    return make_recipe(samples.run(samples.result(recommended=settings), details))


def modelfile(text: str) -> list[tuple[str, str]]:
    """Commands as Ollama's parser cuts them: a value in quotation marks goes on until a line ends with them."""
    commands, lines = [], text.split("\n")
    while lines:
        name, _, value = lines.pop(0).partition(" ")
        if not name or name.startswith("#"):
            continue
        if name == "PARAMETER":
            name, _, value = value.partition(" ")
        quotes = next((q for q in ('"""', '"') if value.strip().startswith(q)), "")
        while quotes and not (len(value.strip()) >= 2 * len(quotes) and value.strip().endswith(quotes)):
            value += "\n" + lines.pop(0)
        value = value.strip()
        commands.append((name, value[len(quotes) : len(value) - len(quotes)] if quotes else value))
    return commands


def test_a_modelfile_says_the_same_to_ollama() -> None:
    recipe = recipe_of(
        "http://localhost:11434", "ollama-native", **SAMPLING, **FURTHER, stop=["\n", '"', "END "], system=TRICKY
    )
    export = TARGETS["ollama"](recipe)
    commands = modelfile(export.text)
    assert commands[0] == ("FROM", "llama3.2")
    assert [value for name, value in commands if name == "stop"] == ["\n", '"', "END "]
    # A line that ends with three quotation marks would end the text.
    assert dict(commands)["SYSTEM"] == TRICKY.replace('quoted"""', "quoted'''")
    assert any("'''" in warning for warning in export.warnings)
    numbers = {name: float(value) for name, value in commands if name not in ("FROM", "SYSTEM", "stop")}
    assert numbers == {
        **{n: SAMPLING[n] for n in ("temperature", "top_k", "top_p", "min_p", "repeat_penalty", "repeat_last_n")},
        **{n: FURTHER[n] for n in ("typical_p", "frequency_penalty", "presence_penalty")},
        "num_predict": 9,
    }
    for name in ("xtc_probability", "dry_base", "mirostat"):
        assert any(f"'{name}'" in warning for warning in export.warnings), name


def test_a_carriage_return_ends_a_modelfiles_line_too() -> None:
    text = TARGETS["ollama"](recipe_of(system='a\n"""\rb "c"')).text
    assert '"""a\n\'\'\'\rb "c""""' in text


@pytest.mark.parametrize("target", TARGETS)
def test_nothing_is_dropped_silently(target: str) -> None:
    values = {**SAMPLING, **FURTHER, "stop": ["#"], "system": "Be {{ mood }}.", "prompt": "{{ post }}", "extra.mine": 7}
    recipe = recipe_of(**values)
    export = TARGETS[target](recipe)
    said = "\n".join(export.warnings)
    names = {"repeat_penalty": "repetition_penalty", "max_tokens": "max_new_tokens", "extra.mine": "mine"}
    for name, value in recipe.settings.items():
        spelled = {name, names.get(name, name), FLAGS.get(name, name), "maxPredictedTokens", "num_predict"}
        shown = str(value) in export.text or json.dumps(value) in export.text or '"#"' in export.text
        assert f"'{name}'" in said or (shown and any(s in export.text for s in spelled)), name
    for name, text in (("system", "mood"), ("prompt", "post")):
        assert text in export.text or f"the {name} text" in said, name


def test_generation_config_holds_what_vllm_reads() -> None:
    export = TARGETS["vllm"](recipe_of(temperature=0.7, top_k=20, repeat_penalty=1.1, max_tokens=64))
    assert json.loads(export.text) == {
        "do_sample": True,
        "max_new_tokens": 64,
        "repetition_penalty": 1.1,
        "temperature": 0.7,
        "top_k": 20,
    }
    assert json.loads(TARGETS["vllm"](recipe_of(temperature=0.0)).text) == {"do_sample": False, "temperature": 0.0}


def test_generation_config_keeps_the_models_own(tmp_path: Path) -> None:
    recipe = replace(recipe_of(temperature=0.7, top_k=20), folder=tmp_path)
    with pytest.raises(InputError, match="no model in"):
        TARGETS["vllm"](recipe)
    ids = {"bos_token_id": 1, "eos_token_id": [2, 7], "pad_token_id": 0}
    (tmp_path / "config.json").write_text(json.dumps({"text_config": ids, "hidden_size": 8}))
    ours = {"do_sample": True, "temperature": 0.7, "top_k": 20}
    assert json.loads(TARGETS["vllm"](recipe).text) == {**ids, **ours}
    own = {**ids, "eos_token_id": [2, 9], "temperature": 0.1, "top_p": 0.8, "transformers_version": "5"}
    (tmp_path / "generation_config.json").write_text(json.dumps(own))
    export = TARGETS["vllm"](recipe)
    assert json.loads(export.text) == {**own, **ours}
    assert len(export.warnings) == 1
    assert "top_p 0.8" in export.warnings[0]
    without = TARGETS["vllm"](replace(recipe, folder=None))
    assert any("eos_token_id" in warning for warning in without.warnings)
    (tmp_path / "generation_config.json").write_text("[]")
    with pytest.raises(InputError, match="cannot be read"):
        TARGETS["vllm"](recipe)


def test_an_lm_studio_preset_has_its_switches() -> None:
    export = TARGETS["lmstudio"](recipe_of(temperature=0.7, top_p=0.9, stop="#", system=TRICKY))
    fields = {field["key"]: field["value"] for field in json.loads(export.text)["operation"]["fields"]}
    assert fields == {
        "llm.prediction.temperature": 0.7,
        "llm.prediction.topPSampling": {"checked": True, "value": 0.9},
        "llm.prediction.stopStrings": ["#"],
        "llm.prediction.systemPrompt": TRICKY,
    }


def test_an_lm_studio_preset_holds_what_its_llama_cpp_takes() -> None:
    further = {"xtc_probability": 0.5, "xtc_threshold": 0.1, "typical_p": 0.9}
    export = TARGETS["lmstudio"](recipe_of(presence_penalty=1.5, frequency_penalty=0.25, **further))
    fields = {field["key"]: field["value"] for field in json.loads(export.text)["operation"]["fields"]}
    assert fields == {
        "llm.prediction.llama.presencePenalty": {"checked": True, "value": 1.5},
        "llm.prediction.llama.frequencyPenalty": {"checked": True, "value": 0.25},
        "llm.prediction.llama.xtcProbability": {"checked": True, "value": 0.5},
        "llm.prediction.llama.xtcThreshold": {"checked": True, "value": 0.1},
        "llm.prediction.llama.locallyTypicalSampling": {"checked": True, "value": 0.9},
    }
    assert export.warnings == []


def called(text: str, names: tuple[str, ...]) -> dict[str, Any]:
    """The keyword arguments of the last call to `names` in a piece of Python, with those of the client."""
    seen: dict[str, Any] = {}

    class Anything:
        def __init__(self, path: tuple[str, ...] = ()) -> None:
            self._path = path

        def __getattr__(self, name: str) -> Anything:
            return Anything((*self._path, name))

        def __call__(self, *_: Any, **arguments: Any) -> Anything:
            seen.update(arguments)
            return self

        def __getitem__(self, _: int) -> Anything:
            return self

    code = "\n".join(line for line in text.splitlines() if not line.startswith(("from openai", "import litellm")))
    exec(code, {name: Anything() for name in names} | {"print": lambda *_: None})
    return seen


def test_calls_in_python_make_the_request_that_was_measured() -> None:
    recipe = recipe_of(temperature=0.7, top_k=20, repeat_penalty=1.1, system=TRICKY, prompt="x")
    openai = called(TARGETS["openai"](recipe).text, ("OpenAI",))
    assert openai["base_url"] == "http://localhost:8000/v1"
    assert openai["extra_body"] == {"top_k": 20, "repetition_penalty": 1.1}
    assert openai["temperature"] == 0.7
    assert openai["messages"][0]["content"] == TRICKY
    litellm = called(TARGETS["litellm"](recipe).text, ("litellm",))
    assert (litellm["model"], litellm["api_base"]) == ("openai/llama3.2", "http://localhost:8000/v1")
    assert litellm["extra_body"] == openai["extra_body"]
    native = TARGETS["openai"](recipe_of("http://localhost:11434", "ollama-native", temperature=0.7, top_k=20))
    assert called(native.text, ("OpenAI",))["base_url"] == "http://localhost:11434/v1"
    assert any("'top_k' is ignored" in warning for warning in native.warnings)


@pytest.mark.parametrize(
    ("identity", "model", "base"),
    [
        ("https://api.openai.com/v1", "llama3.2", None),
        ("https://openrouter.ai/api/v1", "openrouter/llama3.2", None),
        ("https://api.anthropic.com/v1", "anthropic/llama3.2", None),
        ("http://127.0.0.1:4000/v1", "openai/llama3.2", "http://127.0.0.1:4000/v1"),
        ("https://gateway.example/v1", "openai/llama3.2", "https://gateway.example/v1"),
    ],
)
@pytest.mark.parametrize("dialect", ["openai", "openai-reasoning", "openrouter", "anthropic"])
def test_litellm_is_told_every_address_but_the_providers_own(
    identity: str, model: str, base: str | None, dialect: Dialect
) -> None:
    recipe = replace(recipe_of(identity), dialect=dialect)
    code = TARGETS["litellm"](recipe).text
    assert ast.parse(code)
    assert f"model={model!r}" in code
    assert (f"api_base={base!r}" in code) if base else ("api_base" not in code)


def test_promptfoo_gets_messages_and_settings() -> None:
    text = TARGETS["promptfoo"](recipe_of(temperature=0.7, top_k=20, system=TRICKY, prompt="{{ post }}")).text
    prompt = json.loads(next(line for line in text.splitlines() if line.startswith("  - "))[4:])
    assert json.loads(prompt) == [{"role": "system", "content": TRICKY}, {"role": "user", "content": "{{ post }}"}]
    config = {
        name: json.loads(value)
        for line in text.splitlines()
        if line.startswith("      ")
        for name, value in [line.strip().split(": ", 1)]
    }
    assert config == {
        "omitDefaults": True,
        "apiBaseUrl": "http://localhost:8000/v1",
        "apiKey": "none",
        "temperature": 0.7,
        "passthrough": {"top_k": 20},
    }


def test_fields_that_depend_on_a_models_name_go_out_as_they_are() -> None:
    told = {"reasoning_effort": "low", "verbosity": "low", "max_completion_tokens": 9, "user": "me"}
    recipe = recipe_of(backend="openai", **told)
    litellm = called(TARGETS["litellm"](recipe).text, ("litellm",))
    assert litellm["max_completion_tokens"] == 9
    assert litellm["extra_body"] == {"reasoning_effort": "low", "verbosity": "low", "user": "me"}
    (line,) = (line for line in TARGETS["promptfoo"](recipe).text.splitlines() if "passthrough" in line)
    assert json.loads(line.split(": ", 1)[1]) == told


def house_recipe(**settings: Any) -> Recipe:
    """Settings of a run with the smallest shipped model."""
    return replace(recipe_of(**settings), gguf=house_path(), address=None, dialect="llama.cpp")


def test_calls_of_a_run_with_the_embedded_engine_bring_the_key_of_the_server() -> None:
    recipe = house_recipe(temperature=0.5)
    for target in ("openai", "litellm"):
        code = TARGETS[target](recipe).text
        assert ast.parse(code)
        assert "import os\n" in code
        assert 'api_key=os.environ["FEIN_KEY"]' in code
    assert 'apiKeyEnvar: "FEIN_KEY"' in TARGETS["promptfoo"](recipe).text


def applied(file: Path) -> dict[str, Any]:
    """What the engine applies to a request that says nothing of sampling."""
    with EmbeddedEndpoint(file, slots=1, alias="m") as endpoint:
        (request,) = make_requests(1, "m")
        reply = send(endpoint, [replace(request, fields={"verbose": True, "seed": 1})])["r0"]
    assert reply.applied is not None
    return dict(reply.applied)


def test_the_engine_applies_what_was_written_into_a_file(tmp_path: Path) -> None:
    out = tmp_path / "tuned.gguf"
    warnings = write_into_gguf(house_recipe(**SAMPLING, frequency_penalty=0.5), out)
    assert len(warnings) == 1
    assert "'frequency_penalty'" in warnings[0]
    told = applied(out)
    assert {name: told[name] for name in SAMPLING} == pytest.approx(SAMPLING, rel=1e-6)
    assert sampling_defaults(read_header(out).metadata) == SAMPLING
    assert applied(house_path())["top_k"] == 40
    # Written once more, the last word counts, and nothing stands there twice.
    again = tmp_path / "again.gguf"
    write_into_gguf(replace(house_recipe(top_k=3), gguf=out), again)
    assert sampling_defaults(read_header(again).metadata)["top_k"] == 3
    assert applied(again)["top_k"] == 3
    assert set(KEYS) == set(SAMPLING)
    switched = tmp_path / "switched.gguf"
    write_into_gguf(house_recipe(mirostat=2, repeat_last_n=-1, top_k=0, temperature=0), switched)
    told = applied(switched)
    assert (told["mirostat"], told["top_k"], told["temperature"]) == (2, 0, 0)
    assert told["repeat_last_n"] in (-1, told.get("n_ctx", -1))


@pytest.mark.skipif(parser_missing(), reason="this wheel does not export llama.cpp's parser")
def test_the_engine_applies_the_exported_flags(monkeypatch: pytest.MonkeyPatch) -> None:
    # Once in a process: the parser drops llama.cpp's own breakers only the first time that it is given others.
    breakers = ["\n", ":", '"', "a b"]
    settings = {**SAMPLING, **FURTHER, "top_n_sigma": 1.5, "mirostat": 2, "dry_sequence_breakers": breakers}
    export = TARGETS["llama.cpp"](house_recipe(**settings, num_ctx=512))
    assert export.warnings == []
    words = shlex.split(export.text.replace("\\\n", ""))
    assert words[:3] == ["llama-server", "--model", str(house_path())]
    assert {word for word in words if word.startswith("--")} - {"--model"} == {FLAGS[n] for n in (*settings, "num_ctx")}
    plain = engine_module._params
    made = []

    def with_flags(*arguments: Any) -> Any:
        made.append(plain(*arguments))
        apply_flags(made[0], words)
        return made[0]

    monkeypatch.setattr(engine_module, "_params", with_flags)
    told = applied(house_path())
    assert told["dry_sequence_breakers"] == settings.pop("dry_sequence_breakers")
    assert {name: told[name] for name in settings} == pytest.approx(settings, rel=1e-6)
    assert made[0].n_ctx == 512


def test_what_cannot_be_exported_is_told() -> None:
    with pytest.raises(InputError, match="known which"):
        write_into_gguf(replace(house_recipe(), gguf=None), Path("x.gguf"))
    with pytest.raises(InputError, match="no settings 'worst'"):
        make_recipe(samples.run(samples.result(), samples.details()), "worst")
    with pytest.raises(InputError, match="no settings to export"):
        make_recipe(samples.run({"verdict": None}, None))
    assert "house-1" in house_models()


def test_a_penalty_of_transformers_is_exported_as_what_it_is_there() -> None:
    recipe = recipe_of("http://localhost:8000/v1", "transformers", frequency_penalty=0.25, temperature=0.5)
    assert recipe.settings == {"temperature": 0.5, "repeat_penalty": 1.25}
