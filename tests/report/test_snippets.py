from __future__ import annotations

import contextlib
import io
import json
import subprocess
import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from feinschliff.report.snippets import snippets

from . import samples

TRICKY = 'It\'s "quoted" $HOME `id` \\n\n\tJSON\nJSON 한 {{ post }}'
SETTINGS = {
    "temperature": 0.21,
    "top_k": 12,
    "stop": ["\n", "'"],
    "system": TRICKY,
    "prompt": "{{ post }}",
    "top_p": None,
}
MESSAGES = [{"role": "system", "content": TRICKY}, {"role": "user", "content": "{{ post }}"}]


def found(identity: str, served: str = "llama3.2", **settings: Any) -> dict[str, str]:
    """The snippets by title, for settings that are recommended at this endpoint."""
    details = {**samples.details(), "endpoint": {"identity": identity, "backend": "ollama", "model": served}}
    run = samples.run(samples.result(recommended={**SETTINGS, **settings}), details)
    return {snippet.title: snippet.text for snippet in snippets(run)}


def called(command: str) -> tuple[list[str], dict[str, Any]]:
    """What curl would be called with, and what it would be given to send, as a real shell reads the command."""
    stub = "API_KEY=secret\ncurl() { printf '%s\\0' \"$@\"; cat; }\n"
    done = subprocess.run(["bash", "-c", stub + command], capture_output=True, text=True, check=True)
    *arguments, body = done.stdout.split("\0")
    return arguments, json.loads(body)


def test_fields_are_exact_json():
    fields = json.loads(found("http://localhost:11434/v1")["Request fields (JSON)"])
    assert fields == {"temperature": 0.21, "top_k": 12, "stop": ["\n", "'"]}


def test_curl_sends_what_was_measured_whatever_the_texts_hold():
    arguments, body = called(found("http://localhost:11434/v1")["curl"])
    assert arguments[0] == "http://localhost:11434/v1/chat/completions"
    assert body == {"model": "llama3.2", "messages": MESSAGES, "temperature": 0.21, "top_k": 12, "stop": ["\n", "'"]}
    assert not any("Authorization" in a for a in arguments)


def test_a_key_comes_from_the_environment_and_only_for_others_machines():
    arguments, _ = called(found("https://api.example.com/v1?api-version=2")["curl"])
    assert arguments[0] == "https://api.example.com/v1/chat/completions?api-version=2"
    assert "Authorization: Bearer secret" in arguments
    assert "$OPENAI_API_KEY" in found("https://api.openai.com/v1")["curl"]


def test_plain_completions_have_a_prompt():
    arguments, body = called(found("http://localhost:8000/v1/completions")["curl"])
    assert arguments[0] == "http://localhost:8000/v1/completions"
    assert body["prompt"] == f"{TRICKY}\n\n{{{{ post }}}}"
    assert "Python (openai)" not in found("http://localhost:8000/v1/completions")


def test_the_openai_package_gets_its_own_fields_by_name_and_others_beside(monkeypatch: pytest.MonkeyPatch):
    asked: list[dict[str, Any]] = []

    def create(**fields: Any) -> Any:
        asked.append(fields)
        return SimpleNamespace(choices=[SimpleNamespace(message=SimpleNamespace(content="an answer"))])

    def client(**given: Any) -> Any:
        asked.append(given)
        return SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=create)))

    module = ModuleType("openai")
    module.OpenAI = client  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "openai", module)
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(found("http://localhost:11434/v1", served="other")["Python (openai)"], {})
    assert out.getvalue() == "an answer\n"
    assert asked[0] == {"base_url": "http://localhost:11434/v1", "api_key": "none"}
    expected = {"model": "other", "messages": MESSAGES, "temperature": 0.21, "stop": ["\n", "'"]}
    assert asked[1] == {**expected, "extra_body": {"top_k": 12}}


def test_the_embedded_model_answers_with_the_settings(tmp_path: Any, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "data.csv").write_text("id,post\n1,Das Rad steht am Bahnhof.\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    code = found("embedded:" + "0" * 64, served="house-1", system="Sei kurz.", max_tokens=8)["Python"]
    with contextlib.redirect_stdout(io.StringIO()) as out:
        exec(code, {})
    assert out.getvalue().strip()


def test_a_searched_model_is_the_one_to_ask():
    _, body = called(found("http://localhost:11434/v1", model="new")["curl"])
    assert body["model"] == "new"


def test_nothing_to_copy_where_nothing_is_recommended():
    assert snippets(samples.run(None, None)) == []
    assert snippets(samples.run(samples.result(recommended={"system": "x"}), samples.details())) == []
