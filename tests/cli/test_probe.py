"""`fein probe` on the command line."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

import feinschliff
from tests.cli.conftest import Fein
from tests.fakes.sampling import backends
from tests.fakes.sampling.backends import MODEL

STATUSES = {"honoured", "clamped", "inert", "rejected", "unknown"}


def test_the_document_and_the_count_of_requests(fein: Fein) -> None:
    with backends.ollama() as server:
        done = fein("probe", "--endpoint", server.url, "--json")
        assert done.code == 0, done.err
        assert done.json["requests"] == server.counts["POST"] <= 40
        knobs = done.json["knobs"]
        assert {knob["status"] for knob in knobs.values()} <= STATUSES
        assert all(knob["evidence"] for knob in knobs.values())
        assert knobs["temperature"]["status"] == "honoured"
        assert knobs["top_k"]["status"] == "inert"
        assert done.json["determinism"]["same_seed_same_text"] is True
        before = server.counts["POST"]
        again = fein("probe", "--endpoint", server.url, "--json")
        assert again.json == done.json
        assert server.counts["POST"] - before == done.json["requests"], "a probe asks the live server"


def test_only_what_is_wanted_and_as_a_table(fein: Fein) -> None:
    with backends.openai_chat() as server:
        done = fein("probe", "--endpoint", server.url, "-p", "top_k", "-p", "extra.foo", "-p", "seed")
        assert done.code == 0, done.err
        assert "rejected" in done.out
        assert "extra.foo" in done.out
        assert "min_p" not in done.out
        assert server.counts["POST"] <= 12


def test_in_a_pipe_a_finding_is_a_line(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    with backends.openai_chat() as server:
        done = fein("probe", "--endpoint", server.url, "-p", "top_k")
        evidence = fein("probe", "--endpoint", server.url, "-p", "top_k", "--json").json["knobs"]["top_k"]["evidence"]
    assert len(evidence) > 60  # with name and status beyond 80 columns
    assert evidence in done.out


def test_what_llama_cpp_replaces_is_no_bound_and_lists_are_echoed(fein: Fein) -> None:
    knobs = fein("probe", "-p", "dry_base", "-p", "dry_sequence_breakers", "--json").json["knobs"]
    # Below 1 it takes 1.75, its default, although 1.51 is taken as it is.
    assert "dry_base=0 became 1.75" in knobs["dry_base"]["evidence"]
    assert "low" not in knobs["dry_base"]
    assert knobs["dry_sequence_breakers"]["status"] == "honoured"


def test_mistakes_and_gone_servers(fein: Fein) -> None:
    with backends.vllm() as server:
        for name in ("tempratur", "model", "prompt"):
            wrong = fein("probe", "--endpoint", server.url, "-p", name, "--json")
            assert wrong.code == 2
            assert wrong.json["error"]["kind"] == "parameter"
        assert fein("probe", "--endpoint", server.url, "--requests", "0", "--json").code == 2
        assert server.counts["POST"] == 0
        few = fein("probe", "--endpoint", server.url, "--requests", "7", "--json")
        assert few.json["requests"] == server.counts["POST"] <= 7
        fewer = fein("probe", "--endpoint", server.url, "--requests", "2", "--json")
        assert all("limit of requests" in knob["evidence"] for knob in fewer.json["knobs"].values())
        server.api_key = "secret"
        assert fein("probe", "--endpoint", server.url, "--model", MODEL, "--json").code == 2
    assert fein("probe", "--endpoint", server.url, "--json").code == 2


def test_a_context_that_cuts_prompts_is_told(fein: Fein) -> None:
    server = backends.ollama()
    server.manners = replace(server.manners, context=1024)
    with server:
        done = fein("probe", "--endpoint", server.url, "--json")
        assert done.json["context"]["cut"] is True
        assert done.json["context"]["read_tokens"] == 1024
        assert json.dumps(done.json["logprobs"])


def test_in_python() -> None:
    with backends.vllm() as server:
        found = feinschliff.probe(feinschliff.Endpoint(server.url), names=["temperature", "min_p"])
        assert found.knobs["min_p"].status == "honoured"
        assert found.to_dict()["knobs"]["temperature"]["status"] == "honoured"


def test_a_search_leaves_out_what_is_ignored_or_refused_and_a_second_one_asks_nothing_of_it(
    fein: Fein, tmp_path: Path
) -> None:
    rows = "id,post,subject\n" + "".join(f"r{i},post {i},te dan la {i}\n" for i in range(12))
    (tmp_path / "data.csv").write_text(rows, encoding="utf-8")
    knobs = ("-p", "temperature=0:1.5", "-p", "top_k=1:100", "-p", "max_tokens=6")
    task = ("data.csv", "--prompt", "{{ post }}", "--target", "subject", *knobs, "--requests", "130", "--json")
    for make, status in ((backends.ollama, "inert"), (backends.openai_chat, "rejected")):
        with make() as server:
            done = fein("tune", *task, "--endpoint", server.url)
            assert done.code == 0, done.err
            assert done.json["knobs"]["temperature"] == "honoured"
            assert done.json["knobs"]["top_k"] == status
            assert "top_k" not in done.json["settings"]
            assert any("top_k" in warning for warning in done.json["warnings"])
            told = [b for b in server.bodies if "model" in b and "messages" in b]
            assert done.json["spent"]["requests"] == len(told)
            bodies = [b for b in server.bodies if "Tell a story" in str(b.get("messages"))]
            assert 3 <= len(bodies) <= 12
            assert not any("top_k" in b for b in server.bodies if b not in bodies)
            other = fein("tune", *task, "--endpoint", server.url, "--seed", "5")
            assert other.code == 0, other.err
            assert other.json["knobs"] == done.json["knobs"]
            assert len([b for b in server.bodies if "Tell a story" in str(b.get("messages"))]) == len(bodies)
