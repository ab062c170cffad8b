"""`fein chat` as a person uses it: on a pseudo-terminal, with keys."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.openai_server import FakeServer
from tests.fakes.streams import StreamStyle

pytest.importorskip("termios")

from tests.fakes.terminal import CTRL_C, CTRL_D, Terminal

PASTE = "\x1b[200~first line\nsecond line\x1b[201~"
"""How a terminal marks a paste, where the program has asked for it."""


def echo(body: Any) -> str:
    messages = body["messages"]
    return f"{len(messages)} messages, {messages[-1]['content']!r} at {body.get('temperature')}"


def slow(words: int) -> Any:
    return lambda body: " ".join(f"w{i}" for i in range(words)) if "long" in str(body["messages"][-1]) else echo(body)


def test_the_house_model_answers_at_a_terminal(tmp_path: Path) -> None:
    with Terminal("chat", "-p", "temperature=0.2", "--seed", "1", folder=tmp_path) as terminal:
        terminal.wait_for("model=house")
        terminal.wait_for("> ")
        terminal.type("Subject line for: Am Markt ist ein Hund entlaufen.\r")
        answer = terminal.wait_for("tokens/s)")
        assert "first after" in answer
        terminal.wait_for("> ")
        terminal.type("/set temperature=1.2\r")
        terminal.wait_for("temperature=1.2")
        terminal.wait_for("> ")
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    assert "Traceback" not in terminal.shown


def test_ctrl_c_stops_an_answer_and_the_chat_goes_on(tmp_path: Path) -> None:
    with FakeServer(answer=slow(2000), style=StreamStyle(every_s=0.02)) as server:
        with Terminal("chat", "--endpoint", server.url, folder=tmp_path) as terminal:
            terminal.wait_for("> ")
            terminal.type("a long one\r")
            terminal.wait_for("w5 ")
            terminal.type(CTRL_C)
            terminal.wait_for("stopped; what there is")
            terminal.wait_for("> ")
            # A Ctrl-C between the prompt and the first wait for a key is heard at the next key only (Python's own way).
            time.sleep(0.3)
            terminal.type(CTRL_C)
            terminal.wait_for("Ctrl-D or /quit ends")
            terminal.wait_for("> ")
            terminal.type("short\r")
            terminal.wait_for("3 messages, 'short' at None")
            terminal.wait_for("> ")
            terminal.type("/quit\r")
            assert terminal.wait_for_end() == 0
        kept = server.bodies[-1]["messages"][1]["content"]
    assert kept.startswith("w0 w1 w2")
    assert len(kept.split()) < 1500


@pytest.mark.parametrize("pasted", [PASTE, "first line\rsecond line"], ids=["marked", "line by line"])
def test_a_paste_is_one_message(tmp_path: Path, pasted: str) -> None:
    server = FakeServer(answer=echo)
    with server, Terminal("chat", "--endpoint", server.url, folder=tmp_path) as terminal:
        terminal.wait_for("> ")
        terminal.type(pasted)
        terminal.type("\r")
        terminal.wait_for("1 messages")
        terminal.wait_for("> ")
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    assert [body["messages"][-1]["content"] for body in server.bodies] == ["first line\nsecond line"]


def test_a_server_that_goes_away_amid_an_answer(tmp_path: Path) -> None:
    server = FakeServer(answer=slow(12), faults={"drop": 1.0}, style=StreamStyle(every_s=0.01))
    with server, Terminal("chat", "--endpoint", server.url, folder=tmp_path) as terminal:
        terminal.wait_for("> ")
        terminal.type("a long one\r")
        terminal.wait_for("w5")
        terminal.wait_for("trying again")
        terminal.wait_for("your message is not in the conversation")
        server.faults = {}
        terminal.wait_for("> ")
        terminal.type("short\r")
        terminal.wait_for("1 messages, 'short'")
        server.close()
        terminal.wait_for("> ")
        terminal.type("anybody?\r")
        terminal.wait_for("connection refused")
        terminal.wait_for("your message is not in the conversation")
        terminal.wait_for("> ")
        terminal.type(CTRL_D)
        assert terminal.wait_for_end() == 0
    assert "Traceback" not in terminal.shown


def test_two_sides_stand_beside_each_other_where_there_is_room(tmp_path: Path) -> None:
    sides = ("--a", "temperature=0.25", "--b", "temperature=0.75")
    with FakeServer(answer=echo, style=StreamStyle(every_s=0.05)) as server:
        with Terminal("chat", "--endpoint", server.url, *sides, folder=tmp_path, columns=120) as terminal:
            terminal.wait_for("> ")
            terminal.type("hello\r")
            terminal.wait_for("a: (")
            terminal.wait_for("b: (")
            wide = terminal.shown
        with Terminal("chat", "--endpoint", server.url, *sides, folder=tmp_path, columns=80) as terminal:
            terminal.wait_for("> ")
            terminal.type("hello\r")
            terminal.wait_for("b:\n")
            terminal.wait_for("at 0.75")
            terminal.wait_for("> ")
            narrow = terminal.shown
    assert any("at 0.25" in line and "at 0.75" in line for line in wide.splitlines())
    assert not any("at 0.25" in line and "at 0.75" in line for line in narrow.splitlines())
    assert narrow.index("a:\n1 messages, 'hello' at 0.25") < narrow.index("b:\n1 messages, 'hello' at 0.75")
