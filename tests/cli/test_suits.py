"""What an endpoint would refuse is told before it is asked, what it ignores is named, and settings reach it."""

from __future__ import annotations

import html
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import Fein
from tests.fakes.ollama import FakeOllama
from tests.fakes.openai_server import FakeServer
from tests.fakes.sampling.backends import COMMON, lm_studio, openai_chat, openai_reasoning, vllm
from tests.fakes.sampling.backends import ollama as ollama_v1
from tests.fakes.sampling.quirks import Manners, Quirk
from tests.fakes.sampling.server import SamplingServer

DATA = "q,t\n" + "".join(f"question {i},answer {i}\n" for i in range(12))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text(DATA)
    return path


@pytest.fixture
def ollama() -> Iterator[FakeOllama]:
    with FakeOllama() as server:
        yield server


def flags(server: FakeServer, data: Path, *more: str) -> tuple[str, ...]:
    """Of a verb that asks this server."""
    return (str(data), "--prompt", "{{ q }}", "--endpoint", server.url, "--json", *more)


@pytest.mark.parametrize("verb", ["generate", "compare", "tune", "tune-baseline", "chat"])
def test_a_refused_setting_costs_nothing(fein: Fein, data: Path, verb: str, tmp_path: Path) -> None:
    with openai_chat(models=("gpt-4o",)) as server:
        if verb == "generate":
            done = fein("generate", *flags(server, data, "--out", "o.csv", "-p", "top_k=40"))
        elif verb == "compare":
            done = fein("compare", *flags(server, data, "--target", "t", "--a", "top_k=40", "--b", "temperature=1"))
        elif verb == "tune":
            done = fein("tune", *flags(server, data, "--target", "t", "-p", "top_k=1:40", "-p", "temperature=0:1"))
        elif verb == "tune-baseline":
            task = tmp_path / "task.toml"
            task.write_text(
                f'[task]\ndata = "{data}"\nprompt = "{{{{ q }}}}"\ntarget = "t"\n[baseline]\ntop_k = 40\n'
                "[search]\ntemperature = [0.0, 1.0]\n"
            )
            done = fein("tune", task, "--endpoint", server.url, "--json")
        else:
            done = fein("chat", "--endpoint", server.url, "--json", "-p", "top_k=40")
        assert done.code == 2, done.err
        error = done.json["error"]
        assert error["kind"] == "parameter"
        assert "'top_k' is refused" in error["message"]
        assert error["asked"] == ("top_k=1" if verb == "tune" else "top_k=40")
        assert "llama.cpp" in error["mend"]
        assert server.counts["POST"] == 0


def test_reasoning_models_are_tuned_by_their_effort(fein: Fein, data: Path) -> None:
    with openai_reasoning(models=("gpt-5-mini",)) as server:
        refused = fein("tune", *flags(server, data, "--target", "t", "-p", "temperature=0:1"))
        assert refused.code == 2
        assert "reasoning_effort" in refused.json["error"]["mend"]
        assert server.counts["POST"] == 0
        done = fein("tune", *flags(server, data, "--target", "t", "-p", "max_tokens=8", "--requests", "120"))
        assert done.code == 0, done.err
        assert {"reasoning_effort", "verbosity"} <= set(done.json["knobs"])
        asked = [body for body in server.bodies if "question" in body["messages"][-1]["content"]]
        assert all("temperature" not in body and "max_tokens" not in body for body in asked)
        assert len({body.get("reasoning_effort") for body in asked}) > 2
        assert all("max_completion_tokens" in body for body in asked)
        assert set(done.json["recommended"]) >= {"max_tokens"}


def test_an_ignored_setting_is_sent_and_named_with_a_way_out(fein: Fein, data: Path, ollama: FakeOllama) -> None:
    done = fein("generate", *flags(ollama, data, "--out", "o.csv", "-p", "top_k=40"))
    assert done.code == 0, done.err
    (warning,) = done.json["warnings"]
    assert "'top_k' is ignored" in warning
    assert "without /v1" in warning
    assert all(body["top_k"] == 40 for body in ollama.bodies)
    compared = fein("compare", *flags(ollama, data, "--target", "t", "--a", "top_k=40", "--b", "top_k=1"))
    assert sum("'top_k' is ignored" in warning for warning in compared.json["warnings"]) == 1


def test_a_search_of_ignored_knobs_alone_names_the_way_out(
    fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ollama_v1() as server:
        command = ("tune", *flags(server, data, "--target", "t", "-p", "top_k=1:100", "--requests", "200"))
        done = fein(*command)
        assert done.code == 1, done.err
        assert server.counts["POST"] > 0
        error = done.json["error"]
        assert error["kind"] == "run"
        assert "without /v1" in error["mend"]
        assert "honours none of the knobs: top_k" in error["found"]
        monkeypatch.setenv("FEIN_LANG", "de")
        german = fein(*command).json["error"]
    assert german["kind"] == "run"
    assert "keinen der Parameter: top_k" in german["found"]
    assert "ohne /v1" in german["mend"]


@pytest.mark.parametrize(
    ("setting", "why"),
    [
        ("reasoning_effort=none", "o3-mini takes low, medium, high only"),
        ("verbosity=low", "o3-mini has no such field"),
    ],
)
def test_what_only_newer_reasoning_models_take_is_refused_before_it_is_sent(
    fein: Fein, data: Path, setting: str, why: str
) -> None:
    with openai_reasoning(models=("o3-mini", "gpt-5.1")) as server:
        asked = flags(server, data, "--model", "o3-mini", "-p", setting)
        done = fein("generate", *asked, "--out", "o.csv")
        assert done.code == 2
        assert (done.json["error"]["asked"].split("=")[0], why in done.json["error"]["found"]) == (
            setting.split("=")[0],
            True,
        )
        name, value = setting.split("=")
        searched = fein(
            "tune", *flags(server, data, "--model", "o3-mini", "--target", "t", "-p", f"{name}={value},high")
        )
        assert searched.code == 2
        assert server.counts["POST"] == 0
        newer = fein("generate", *flags(server, data, "--model", "gpt-5.1", "-p", setting, "--out", "n.csv"))
        assert newer.code == 0, newer.err


def test_ollamas_own_address_takes_all_of_them(fein: Fein, data: Path, ollama: FakeOllama) -> None:
    settings = ("-p", "top_k=40", "-p", "temperature=0.2", "-p", "max_tokens=5", "-p", "extra.num_ctx=2048")
    command = ("generate", str(data), "--prompt", "{{ q }}", "--endpoint", ollama.root, "--json", *settings)
    done = fein(*command, "--out", "o.csv")
    assert done.code == 0, done.err
    assert done.json["warnings"] == []
    for body in ollama.bodies:
        options = body["options"]
        assert (options.pop("seed") >= 0, options) == (
            True,
            {"top_k": 40, "temperature": 0.2, "num_predict": 5, "num_ctx": 2048},
        )
    # Nothing is paid twice, and streamed answers are the same ones.
    before = ollama.counts["POST"]
    assert fein(*command, "--out", "o.csv").code == 0
    assert ollama.counts["POST"] == before
    streamed = fein(*command, "--stream", "--out", "s.csv")
    assert streamed.code == 0, streamed.err
    assert Path("s.csv").read_text() == Path("o.csv").read_text()


def test_a_run_with_ollamas_own_address_is_found_again(fein: Fein, data: Path, ollama: FakeOllama) -> None:
    command = ("tune", str(data), "--prompt", "{{ q }}", "--target", "t", "--endpoint", f"{ollama.root}/api/chat")
    done = fein(*command, "-p", "temperature=0:1", "--requests", "100", "--json", "--name", "own")
    assert done.code == 0, done.err
    before = ollama.counts["POST"]
    assert fein(*command, "-p", "temperature=0:1", "--requests", "100", "--json").json["run"] == done.json["run"]
    assert ollama.counts["POST"] == before
    assert fein("check", "own", "--json").code in (0, 1)
    assert ollama.counts["POST"] > before
    text = fein("export", "own", "--to", "ollama").out
    assert "FROM fake-1\n" in text
    page = Path(done.json["report"]).read_text()
    assert f"{ollama.root}/api/chat" in page
    assert json.loads(fein("export", "own", "--to", "openai", "--json").out)["warnings"] is not None


def test_a_setting_is_changed_in_a_chat_only_if_it_suits(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    with openai_chat(models=("gpt-4o",)) as server:
        monkeypatch.setattr(sys, "stdin", io.StringIO("/set top_k=3\n/set temperature=0.1\n"))
        done = fein("chat", "--endpoint", server.url, "--json")
    assert done.code == 0, done.err
    assert "'top_k' is refused" in done.err
    assert done.json["sides"][0]["settings"] == {"temperature": 0.1}


def test_what_a_probe_has_found_out_counts_for_more_than_the_catalogue(fein: Fein, data: Path) -> None:
    fields = {**COMMON, "top_k": Quirk("top_k", "int")}
    with SamplingServer(models=("gpt-4o",), fields=fields, manners=Manners(unknown="rejected")) as server:
        command = ("generate", *flags(server, data, "-p", "top_k=40", "-p", "max_tokens=4"))
        assert fein(*command, "--out", "o.csv").code == 2
        probed = fein("probe", "-p", "top_k", "--endpoint", server.url, "--json")
        assert probed.code == 0, probed.err
        assert probed.json["knobs"]["top_k"]["status"] == "honoured"
        asked = server.counts["POST"]
        done = fein(*command, "--out", "o.csv")
        assert done.code == 0, done.err
        assert server.counts["POST"] == asked + 12


def test_a_value_outside_the_range_is_refused_after_a_probe_too(fein: Fein, data: Path) -> None:
    with vllm() as server:
        probed = fein("probe", "-p", "temperature", "--endpoint", server.url, "--json")
        assert probed.json["knobs"]["temperature"]["status"] == "honoured"
        asked = server.counts["POST"]
        done = fein("generate", *flags(server, data, "-p", "temperature=5", "--out", "o.csv"))
        assert done.code == 2, done.err
        assert "0 to 2" in done.json["error"]["mend"]
        assert server.counts["POST"] == asked


def test_a_server_that_takes_more_than_the_catalogue_says_gets_it_after_a_probe(fein: Fein, data: Path) -> None:
    pages = {"/version": {"version": "0.24.0"}}  # told apart by it, but without vLLM's limit
    with SamplingServer(models=("toy",), fields=COMMON, manners=Manners(), pages=pages) as server:
        command = ("generate", *flags(server, data, "-p", "temperature=2.5", "-p", "max_tokens=4", "--out", "o.csv"))
        before = fein(*command)
        assert before.code == 2
        assert "0 to 2" in before.json["error"]["mend"]
        probed = fein("probe", "--endpoint", server.url, "--json")
        assert "no upper limit" in probed.json["knobs"]["temperature"]["evidence"]
        assert probed.json["knobs"]["temperature"]["taken"] == [0, 50]
        done = fein(*command)
        assert done.code == 0, done.err
        assert [body["temperature"] for body in server.bodies[-12:]] == [2.5] * 12


def test_a_search_of_the_usual_ranges_keeps_to_what_the_server_takes(fein: Fein, data: Path) -> None:
    with lm_studio() as server:
        done = fein("tune", *flags(server, data, "--target", "t", "-p", "max_tokens=8", "--requests", "200"))
        assert done.code == 0, done.err
        (notice,) = [warning for warning in done.json["warnings"] if "temperature" in warning]
        assert "0:1.5" in notice
        assert "refuses what is outside of 0:1," in notice
        assert not any("failed for good" in warning for warning in done.json["warnings"])
        asked = [body for body in server.bodies if "question" in body["messages"][-1]["content"]]
        assert len(asked) > 100
        assert 0.5 < max(body.get("temperature", 0) for body in asked) <= 1


def test_a_range_that_the_user_gave_and_the_catalogue_knows_to_be_refused_is_an_error(fein: Fein, data: Path) -> None:
    with lm_studio() as server:
        done = fein("tune", *flags(server, data, "--target", "t", "-p", "temperature=0:1.5"))
        assert done.code == 2, done.err
        assert done.json["error"]["asked"] == "temperature=1.5"
        assert "0 to 1" in done.json["error"]["mend"]
        assert server.counts["POST"] == 0


def test_a_range_that_the_user_gave_is_cut_with_a_notice_where_only_asking_tells(fein: Fein, data: Path) -> None:
    fields = {**COMMON, "temperature": Quirk("temperature", low=0, high=1, outside="reject")}
    with SamplingServer(models=("toy",), fields=fields, manners=Manners()) as server:
        given = ("-p", "temperature=0:1.5", "-p", "max_tokens=8", "--requests", "200")
        done = fein("tune", *flags(server, data, "--target", "t", *given))
        assert done.code == 0, done.err
        (notice,) = [warning for warning in done.json["warnings"] if "temperature" in warning]
        assert "0:1.5" in notice
        assert "refuses what is outside of 0:1," in notice
        asked = [body for body in server.bodies if "question" in body["messages"][-1]["content"]]
        assert 0.5 < max(body.get("temperature", 0) for body in asked) <= 1


def test_a_space_of_ours_leaves_out_what_the_backend_has_no_field_for(fein: Fein, data: Path) -> None:
    with openai_chat(models=("gpt-4o",)) as server:
        more = ("--target", "t", "--space", "classic", "-p", "max_tokens=8", "--requests", "200")
        done = fein("tune", *flags(server, data, *more))
        assert done.code == 0, done.err
        (notice,) = [warning for warning in done.json["warnings"] if "top_k" in warning]
        assert "left out of the search" in notice
        assert done.json["knobs"]["top_k"] == "rejected"
        assert not any("failed for good" in warning for warning in done.json["warnings"])
        named = fein("tune", *flags(server, data, *more, "-p", "top_k=1:40"))
        assert named.code == 2
        assert named.json["error"]["asked"] == "top_k=1"
    with openai_reasoning(models=("gpt-5-mini",)) as server:
        nothing_left = fein("tune", *flags(server, data, "--target", "t", "--space", "classic"))
        assert nothing_left.code == 2
        assert "reasoning_effort" in nothing_left.json["error"]["mend"]
        assert server.counts["POST"] == 0


def test_the_stored_warnings_of_a_comparison_go_by_the_probe(fein: Fein, data: Path) -> None:
    """The catalogue says that Ollama's /v1 ignores top_k and honours top_p; this one does it the other way round."""
    fields = {**COMMON, "top_k": Quirk("top_k", "int"), "top_p": Quirk()}
    pages = {"/api/version": {"version": "0.30.1"}, "/api/tags": {"models": [{"name": "toy", "model": "toy"}]}}
    with SamplingServer(models=("toy",), fields=fields, manners=Manners(), pages=pages) as server:
        sides = ("--a", "top_k=40,top_p=0.5,max_tokens=4", "--b", "top_k=1,top_p=0.5,max_tokens=4")
        command = ("compare", *flags(server, data, "--target", "t", *sides))
        (warning,) = [w for w in fein(*command).json["warnings"] if "is ignored" in w]
        assert "'top_k'" in warning
        assert fein("probe", "--endpoint", server.url, "--json").json["knobs"]["top_k"]["status"] == "honoured"
        done = fein(*command, "--fresh")
        (warning,) = [w for w in done.json["warnings"] if "is ignored" in w]
        assert "'top_p'" in warning
        page = html.unescape(Path(done.json["report"]).read_text())
        assert "'top_p' is ignored" in page
        assert "'top_k' is ignored" not in page


def test_the_probe_before_a_search_counts_as_one(fein: Fein, data: Path) -> None:
    with SamplingServer(models=("toy",), fields={**COMMON, "presence_penalty": Quirk()}, manners=Manners()) as server:
        given = ("-p", "temperature=0:1", "-p", "presence_penalty=0:1", "-p", "max_tokens=4", "--requests", "200")
        assert fein("tune", *flags(server, data, "--target", "t", *given)).json["knobs"]["presence_penalty"] == "inert"
        sides = ("--a", "presence_penalty=1,max_tokens=4", "--b", "presence_penalty=0,max_tokens=4")
        done = fein("compare", *flags(server, data, "--target", "t", *sides))
        (warning,) = [w for w in done.json["warnings"] if "is ignored" in w]
        assert "'presence_penalty'" in warning


def test_a_chat_knows_what_a_probe_has_found_out(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> None:
    fields = {**COMMON, "top_k": Quirk("top_k", "int")}
    with SamplingServer(models=("gpt-4o",), fields=fields, manners=Manners(unknown="rejected")) as server:
        command = ("chat", "--endpoint", server.url, "--json", "-p", "top_k=40", "-p", "max_tokens=4")
        assert fein(*command).code == 2
        assert fein("probe", "-p", "top_k", "--endpoint", server.url, "--json").code == 0
        monkeypatch.setattr("sys.stdin", io.StringIO("/set top_k=3\nhello\n"))
        done = fein(*command)
        assert done.code == 0, done.err
        assert "refused" not in done.err
        assert done.json["turns"][0]["answers"][0]["failure"] is None
        assert server.bodies[-1]["top_k"] == 3


def test_a_chat_without_a_store_makes_none(fein: Fein, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\n"))
    with FakeServer() as server:
        assert fein("chat", "--endpoint", server.url, "--json").code == 0
        assert not (tmp_path / "store.db").exists()
        assert fein("chat", "--endpoint", server.url, "--store", "gone.db", "--json").code == 2


def test_an_export_knows_what_a_probe_has_found_out(fein: Fein, data: Path) -> None:
    fields = {**COMMON, "top_k": Quirk("top_k", "int"), "presence_penalty": Quirk("")}
    with SamplingServer(models=("gpt-4o",), fields=fields, manners=Manners(unknown="rejected")) as server:
        names = ("-p", "top_k", "-p", "presence_penalty")
        probed = fein("probe", *names, "--endpoint", server.url, "--json")
        assert {name: one["status"] for name, one in probed.json["knobs"].items()} == {
            "top_k": "honoured",
            "presence_penalty": "inert",
        }
        settings = ("-p", "top_k=40", "-p", "presence_penalty=0.5", "-p", "max_tokens=4")
        made = fein("generate", *flags(server, data, *settings, "--out", "o.csv"))
        assert made.code == 0, made.err
        asked = server.counts["POST"]
        for to in ("openai", "litellm", "promptfoo"):
            warnings = " ".join(fein("export", made.json["run"], "--to", to, "--json").json["warnings"])
            assert "'presence_penalty' is ignored by this endpoint" in warnings
            assert "top_k" not in warnings
        assert server.counts["POST"] == asked
    gone = " ".join(fein("export", made.json["run"], "--to", "openai", "--json").json["warnings"])
    assert "'top_k' is refused by this endpoint" in gone  # it cannot be asked which version it is: by the catalogue
    assert "presence_penalty" not in gone
