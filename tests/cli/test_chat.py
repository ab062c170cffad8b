"""`fein chat`: at a terminal, in a pipe, and with servers that go away."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from feinschliff import Task
from feinschliff.cli.chat_screen import printable
from feinschliff.store import open_store, start_run, update_run
from tests.cli.conftest import Done, Fein
from tests.fakes.openai_server import FakeServer
from tests.fakes.streams import StreamStyle

Chat = Callable[..., Done]


class Script(io.StringIO):
    """Standard input; what is no text is called when its turn comes."""

    def __init__(self, lines: Sequence[str | Callable[[], None]]) -> None:
        super().__init__()
        self._script = iter(lines)

    def __next__(self) -> str:
        line = next(self._script)
        if isinstance(line, str):
            return f"{line}\n"
        line()
        return "\n"


@pytest.fixture
def chat(fein: Fein, monkeypatch: pytest.MonkeyPatch) -> Chat:
    """`chat("first line", "second line", flags=(...))` through a pipe."""

    def call(*lines: str | Callable[[], None], flags: tuple[object, ...] = ()) -> Done:
        monkeypatch.setattr(sys, "stdin", Script(lines))
        return fein("chat", *flags)

    return call


def echo(body: Any) -> str:
    """How many messages there are, the last one, and the temperature."""
    messages = body["messages"]
    return f"{len(messages)} {messages[-1]['content']} at {body.get('temperature')}"


def make_run(tmp_path: Path, endpoint: str, **settings: Any) -> str:
    """A finished tuned run in the test's store."""
    result = {
        "verdict": "better",
        "settings": {"temperature": 0.1, **settings},
        "recommended": {"temperature": 0.1, **settings},
        "baseline_settings": {"temperature": 0.9, **settings},
    }
    with open_store(str(tmp_path / "store.db")) as store:
        run = start_run(store, {"endpoint": endpoint, "model": "fake-1", "seed": 0}, kind="tune", name="mine")
        update_run(store, run.id, status="done", result=result)
    return run.id


def test_each_line_is_a_message_and_the_history_goes_along(chat: Chat) -> None:
    with FakeServer(answer=echo) as server:
        flags = ("--endpoint", server.url, "-p", "temperature=0.5", "--system", "Be brief.")
        done = chat("Hallo Welt", "", "again", "/reset", "anew", flags=flags)
    assert done.code == 0, done.err
    assert done.out.splitlines() == ["2 Hallo Welt at 0.5", "4 again at 0.5", "2 anew at 0.5"]
    roles = [message["role"] for message in server.bodies[1]["messages"]]
    assert roles == ["system", "user", "assistant", "user"]
    assert server.bodies[1]["messages"][0]["content"] == "Be brief."
    assert all(body["stream"] and body["max_tokens"] == 1024 for body in server.bodies)


def test_a_given_seed_makes_a_chat_repeatable(chat: Chat) -> None:
    with FakeServer(answer=lambda body: str(body["seed"])) as server:
        first = chat("x", "y", flags=("--endpoint", server.url, "--seed", 5)).out.splitlines()
        again = chat("x", "y", flags=("--endpoint", server.url, "--seed", 5)).out.splitlines()
        free = chat("x", "y", flags=("--endpoint", server.url)).out.splitlines()
        chat("x", flags=("--endpoint", server.url, "--omit", "seed"))
    assert first == again != free
    assert len(set(first)) == 2
    assert "seed" not in server.bodies[-1]


def test_two_sides_have_settings_and_histories_of_their_own(chat: Chat) -> None:
    with FakeServer(answer=echo, models=("fake-1", "fake-2")) as server:
        flags = ("--endpoint", server.url, "--model", "fake-1", "--a", "temperature=0.2", "--json")
        done = chat(
            "one",
            "/set b temperature=1",
            "two",
            "/set top_p=0.5",
            "/set a temperature=",
            "three",
            flags=(*flags, "--b", '{"temperature": 0.8, "model": "fake-2", "system": "Oh."}'),
        )
    assert done.code == 0, done.err
    texts = [[answer["text"] for answer in turn["answers"]] for turn in done.json["turns"]]
    assert texts == [
        ["1 one at 0.2", "2 one at 0.8"],
        ["3 two at 0.2", "4 two at 1.0"],
        ["5 three at None", "6 three at 1.0"],
    ]
    assert [side["side"] for side in done.json["sides"]] == ["a", "b"]
    assert done.json["sides"][1]["model"] == "fake-2"
    assert {body["top_p"] for body in server.bodies[-2:]} == {0.5}
    seeds = [body["seed"] for body in server.bodies]
    assert seeds[0] == seeds[1] != seeds[2] == seeds[3]


def test_a_run_gives_its_settings_and_its_endpoint(chat: Chat, tmp_path: Path) -> None:
    with FakeServer(answer=echo) as server:
        make_run(tmp_path, server.url, system="You are kind.", prompt="Subject for {{ post }}", max_tokens=30)
        done = chat("Hallo", flags=("mine",))
        assert done.out == "2 Hallo at 0.1\n"
        assert "template" in done.err
        body = server.bodies[-1]
        assert (body["max_tokens"], body["messages"][0]["content"]) == (30, "You are kind.")
        both = chat("Hallo", flags=("mine", "--versus", "baseline", "-p", "max_tokens=9", "--system", ""))
        assert both.out == "a: 1 Hallo at 0.1\nb: 1 Hallo at 0.9\n"
        assert {body["max_tokens"] for body in server.bodies[-2:]} == {9}


def test_a_run_that_recommends_its_baseline_shows_its_winner(chat: Chat, tmp_path: Path) -> None:
    with FakeServer(answer=echo) as server:
        run = make_run(tmp_path, server.url)
        with open_store(str(tmp_path / "store.db")) as store:
            same = {"settings": {"temperature": 0.1}, "recommended": {"temperature": 0.9}}
            update_run(store, run, result={**same, "baseline_settings": {"temperature": 0.9}})
        done = chat("Hallo", flags=(run, "--versus", "baseline"))
    assert done.out == "a: 1 Hallo at 0.1\nb: 1 Hallo at 0.9\n"
    assert "winner" in done.err


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("nobody",), "no run 'nobody'"),
        (("--versus", "baseline"), "--versus needs a run"),
        (("--a", "temperature=1"), "one of --a and --b"),
        (("mine", "--versus", "best"), "no settings 'best'"),
        (("mine", "--endpoint", "http://127.0.0.1:9/v1", "--model", "x"), "cannot reach"),
        (("-p", "temperature=0:1"), "more than one value"),
        (("-p", "temperatur=1"), "temperatur"),
    ],
)
def test_mistakes_are_found_before_the_first_message(
    chat: Chat, tmp_path: Path, flags: tuple[str, ...], words: str
) -> None:
    make_run(tmp_path, "http://127.0.0.1:9/v1")
    done = chat("Hallo", flags=flags)
    assert (done.code, done.out) == (2, "")
    assert words in done.err


def test_a_system_template_of_a_run_needs_another_text(chat: Chat, tmp_path: Path) -> None:
    with FakeServer(answer=echo) as server:
        make_run(tmp_path, server.url, system="Write about {{ topic }}.")
        assert "template with topic" in chat("x", flags=("mine",)).err
        assert chat("x", flags=("mine", "--system", "Write.")).out == "2 x at 0.1\n"
        make_run(tmp_path, server.url, system="Write {{ 'so' }}.")
        assert chat("x", flags=("mine",)).code == 0
    assert server.bodies[-1]["messages"][0]["content"] == "Write so."


def test_commands_that_cannot_be_done_end_nothing(chat: Chat) -> None:
    with FakeServer(answer=echo) as server:
        done = chat(
            "/nope", "/set", "/set top_k=x", "/set temperature=0:1", "/set model=other", "/save", "/save c.jsonl",
            "//slash", "/help", "/quit", "never", flags=("--endpoint", server.url),
        )  # fmt: skip
    assert done.code == 0
    assert done.out == "1 /slash at None\n"
    for words in (
        "there is no /nope",
        "takes a number",
        "more than one value",
        "cannot be changed",
        "nothing has been",
    ):
        assert words in done.err
    assert "/settings" in done.err


def test_a_saved_chat_is_data(chat: Chat, tmp_path: Path) -> None:
    with FakeServer(answer=echo) as server:
        flags = ("--endpoint", server.url, "--a", "temperature=0.2", "--b", "temperature=0.9", "--system", "Sys")
        done = chat("one", "two", "/save c.jsonl", "/save c.jsonl", "/save c.csv", flags=flags)
    assert "is there already" in done.err
    assert "no name of a JSONL file" in done.err
    rows = [json.loads(line) for line in (tmp_path / "c.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["side"] for row in rows] == ["a", "b"]
    assert rows[1]["settings"] == {"temperature": 0.9}
    assert [m["content"] for m in rows[0]["messages"]] == ["Sys", "one", "2 one at 0.2", "two", "4 two at 0.2"]
    task = Task.from_csv(tmp_path / "c.jsonl")
    assert [len(example.messages) for example in task.examples] == [4, 4]
    assert [example.target for example in task.examples] == ["4 two at 0.2", "4 two at 0.9"]


def test_a_server_that_breaks_off_is_told_of_and_the_chat_goes_on(chat: Chat) -> None:
    with FakeServer(answer=echo, faults={"drop": 1.0}) as server:
        done = chat("one", lambda: setattr(server, "faults", {}), "two", "three", flags=("--endpoint", server.url))
    assert done.code == 1
    assert "no answer: connection failed" in done.err
    assert done.out.splitlines() == ["1 two at None", "3 three at None"]
    assert server.counts["drop"] == 3


def test_a_script_is_told_of_failures_in_the_document(chat: Chat) -> None:
    with FakeServer(answer=echo, faults={"no-end": 1.0}) as server:
        done = chat("one", flags=("--endpoint", server.url, "--json"))
    assert done.code == 1
    assert done.json["error"]["kind"] == "run"
    assert "broke off" in done.json["error"]["found"]
    (answer,) = done.json["turns"][0]["answers"]
    assert (answer["text"], "broke off" in answer["failure"]) == (None, True)


def test_a_refused_request_is_told_in_the_servers_words(chat: Chat) -> None:
    def refuse(path: str, body: Any) -> tuple[int, Any] | None:
        warm = path.endswith("completions") and body.get("temperature") == 3
        return (400, {"error": {"message": "too warm"}}) if warm else None

    with FakeServer(answer=echo, override=refuse) as server:
        done = chat("one", "/set temperature=1", "two", flags=("--endpoint", server.url, "-p", "temperature=3"))
    assert "too warm" in done.err
    assert done.out == "1 two at 1.0\n"


def test_an_answer_that_loops_is_ended(chat: Chat) -> None:
    with FakeServer(answer=lambda _: "Ein ruhiges Zimmer mit Blick. " * 150) as server:
        done = chat("one", flags=("--endpoint", server.url, "--json"))
    (answer,) = done.json["turns"][0]["answers"]
    assert answer["flags"] == ["looping", "stopped_early"]
    assert len(answer["text"]) == 256


def test_reasoning_does_not_go_into_the_history(chat: Chat) -> None:
    with FakeServer(answer=echo, style=StreamStyle(reasoning="let me see")) as server:
        done = chat("one", "two", flags=("--endpoint", server.url, "--json"))
    assert done.json["turns"][0]["answers"][0]["reasoning"] == "let me see "
    assert [m["content"] for m in server.bodies[-1]["messages"]] == ["one", "1 one at None", "two"]


def test_a_long_conversation_loses_its_oldest_messages_with_a_word(chat: Chat) -> None:
    listed = {"data": [{"id": "fake-1", "max_model_len": 200}]}
    words = "word " * 40
    with FakeServer(answer=lambda _: "well", pages={"/v1/models": listed}) as server:
        lines = (f"{words} 1", f"{words} 2", f"{words} 3", "word " * 400, "short")
        done = chat(*lines, flags=("--endpoint", server.url, "--system", "Sys", "--json"))
    assert done.code == 0, done.err
    turns = done.json["turns"]
    assert [turn["user"] for turn in turns] == [*lines[:3], "short"]
    assert turns[0]["answers"][0]["dropped"] == 0
    assert turns[2]["answers"][0]["dropped"] >= 2
    assert "oldest messages were left out" in done.err
    assert "too long for the model" in done.err
    last = server.bodies[2]["messages"]
    assert last[0] == {"role": "system", "content": "Sys"}
    assert last[-1]["content"] == lines[2]
    assert len(last) < 6
    assert lines[0] not in [message["content"] for message in last]


def test_what_a_model_says_does_not_steer_the_terminal() -> None:
    assert printable("red \x1b[31malert\x07 end\r\n\ttab \ud83d") == "red \ufffd[31malert\ufffd end\n\ttab \ufffd"
    assert printable("안녕 😀 ä\u0308") == "안녕 😀 ä\u0308"


def test_a_log_keeps_what_was_said(chat: Chat, tmp_path: Path) -> None:
    with FakeServer(answer=echo) as server:
        chat("Grüß Gott", flags=("--endpoint", server.url, "-p", "temperature=0.5", "--log", tmp_path / "chat.log"))
    text = (tmp_path / "chat.log").read_text(encoding="utf-8")
    assert '"temperature":0.5' in text
    assert '"Grüß Gott"' in text
    assert '"1 Grüß Gott at 0.5"' in text


def test_a_prompt_of_the_user_is_no_setting_of_a_chat(chat: Chat) -> None:
    with FakeServer(answer=echo) as server:
        done = chat("one", flags=("--endpoint", server.url, "-p", "prompt=Say {{ x }}"))
    assert done.out == "1 one at None\n"
    assert "template" in done.err
    assert "prompt" not in server.bodies[-1]


@pytest.mark.parametrize("errors", ["strict", "surrogateescape"])
def test_bytes_that_are_no_text_are_wrong_input(fein: Fein, monkeypatch: pytest.MonkeyPatch, errors: str) -> None:
    """As in a file of Windows; where the locale is "C", Python lets them through as surrogates."""
    with FakeServer() as server:
        for json_flag in ((), ("--json",)):
            stdin = io.TextIOWrapper(io.BytesIO("Gr\xfc\xdfe\n".encode("latin-1")), encoding="utf-8", errors=errors)
            monkeypatch.setattr(sys, "stdin", stdin)
            done = fein("chat", "--endpoint", server.url, *json_flag)
            assert done.code == 2, done.err
            assert "standard input is no UTF-8 text" in done.out + done.err
        assert done.json["error"]["kind"] == "input"
        assert server.counts["POST"] == 0
