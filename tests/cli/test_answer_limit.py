"""How long an answer may be has two names, and servers refuse both at once."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer
from tests.fakes.sampling.backends import llama_cpp, ollama, openai_chat, openai_reasoning

NEWER = "max_completion_tokens=300"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("q,t\n" + "".join(f"question {i},te dan la {i}\n" for i in range(12)))
    return path


def limits(server: FakeServer) -> set[str]:
    """What was sent as a limit, over all requests."""
    names = ("max_tokens", "max_completion_tokens")
    return {json.dumps({name: body[name] for name in names if name in body}) for body in server.bodies}


@pytest.mark.parametrize("verb", ["generate", "compare", "tune", "tune-baseline", "chat"])
def test_the_name_that_the_user_gives_is_sent_alone(
    fein: Fein, data: Path, verb: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with openai_chat(models=("gpt-4o",)) as server:
        where = ("--endpoint", server.url, "--json")
        asked = (data, "--prompt", "{{ q }}", *where)
        if verb == "generate":
            done = fein("generate", *asked, "--out", "o.csv", "-p", NEWER)
        elif verb == "compare":
            sides = ("--a", f"temperature=0,{NEWER}", "--b", f"temperature=1,{NEWER}")
            done = fein("compare", *asked, "--target", "t", *sides)
        elif verb == "tune":
            space = ("-p", "temperature=0:1", "-p", NEWER, "--requests", "120")
            done = fein("tune", *asked, "--target", "t", *space)
        elif verb == "tune-baseline":
            Path("t.toml").write_text(
                f"[task]\ndata = '{data}'\nprompt = '{{{{ q }}}}'\ntarget = 't'\n[baseline]\n{NEWER}"
            )
            done = fein("tune", "t.toml", *where, "-p", "temperature=0:1", "--requests", "120")
        else:
            monkeypatch.setattr(sys, "stdin", io.StringIO("hello\n"))
            done = fein("chat", *where, "-p", NEWER)
        assert done.code == 0, done.err
        asked_for = [body for body in server.bodies if "Tell a story" not in json.dumps(body)]  # not the probe's
        server.bodies[:] = asked_for
        newer, older = '{"max_completion_tokens": 300}', '{"max_tokens": 1024}'
        assert limits(server) == ({newer, older} if verb == "tune-baseline" else {newer})


def test_without_a_limit_ours_is_sent_and_alone(fein: Fein, data: Path) -> None:
    for make, name in ((openai_chat, "max_tokens"), (openai_reasoning, "max_completion_tokens")):
        with make(models=("o3-mini" if make is openai_reasoning else "gpt-4o",)) as server:
            done = fein("generate", data, "--prompt", "{{ q }}", "--out", f"{name}.csv", "--endpoint", server.url)
            assert done.code == 0, done.err
            assert limits(server) == {json.dumps({name: 1024})}


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
def test_a_budget_in_tokens_counts_with_the_limit_under_either_name(fein: Fein, data: Path, name: str) -> None:
    with openai_chat(models=("gpt-4o",)) as server:
        for limit, code in ((8, 0), (3000, 2)):
            sides = ("--a", f"temperature=0,{name}={limit}", "--b", f"temperature=1,{name}={limit}")
            where = ("--prompt", "{{ q }}", "--target", "t", "--endpoint", server.url, "--json", "--tokens", "8000")
            assert fein("compare", data, *where, *sides).code == code, limit


def test_ollama_ignores_the_newer_name_and_is_sent_our_limit_too(fein: Fein, data: Path) -> None:
    with ollama() as server:
        done = fein("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url, "-p", NEWER)
        assert done.code == 0, done.err
        assert "'max_completion_tokens' is ignored" in done.err
        assert limits(server) == {'{"max_tokens": 1024, "max_completion_tokens": 300}'}


@pytest.mark.parametrize("model", ["gpt-4o", "o3-mini"])
def test_both_at_once_are_refused_where_the_server_would(fein: Fein, data: Path, model: str) -> None:
    both = ("-p", NEWER, "-p", "max_tokens=20")
    with (openai_reasoning if model == "o3-mini" else openai_chat)(models=(model,)) as server:
        asked = (data, "--prompt", "{{ q }}", "--endpoint", server.url, "--json")
        done = fein("generate", *asked, "--out", "o.csv", *both)
        assert done.code == 2
        assert done.json["error"]["asked"] == NEWER
        assert "max_tokens" in done.json["error"]["found"]
        searched = ("-p", "max_completion_tokens=100:300", "-p", "max_tokens=20:50")
        assert fein("tune", *asked, "--target", "t", *searched).code == 2
        assert server.counts["POST"] == 0


def test_both_at_once_are_noticed_where_one_of_them_counts(fein: Fein, data: Path) -> None:
    both = ("-p", NEWER, "-p", "max_tokens=20")
    with llama_cpp() as server:
        done = fein("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "--endpoint", server.url, *both)
        assert done.code == 0, done.err
        assert "two names of one limit" in done.err
        assert limits(server) == {'{"max_tokens": 20, "max_completion_tokens": 300}'}
