"""What a run will cost is told before it starts, on request without starting it; prices come from the user's table."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from feinschliff._api import estimates as estimates_module
from feinschliff.cli import before as before_module
from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage {i} ANSWER: rot blau grün {i},rot blau grün {i}" for i in range(40))
ASK = ("data.csv", "--prompt", "{{ post }}", "--target", "subject")
KNOBS = ("-p", "temperature=0:1.5", "-p", "max_tokens=16")
SIDES = ("--a", "temperature=0,max_tokens=16", "--b", "temperature=1,max_tokens=16")
pty: Any = pytest.importorskip("pty", reason="no pseudo terminals here")
VERBS: dict[str, tuple[str, ...]] = {
    "tune": ("tune", *ASK, *KNOBS, "--requests", "200"),
    "compare": ("compare", *ASK, *SIDES, "--requests", "200"),
    "generate": ("generate", *ASK[:3], "--out", "out.csv", "-n", "3", "-p", "max_tokens=16"),
}
PLANNED = {"tune": 124, "compare": 80, "generate": 120}


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "data.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


@pytest.fixture(autouse=True)
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FEIN_PRICES", str(tmp_path / "prices" / "prices.toml"))
    return tmp_path / "prices" / "prices.toml"


@pytest.mark.parametrize("verb", VERBS)
def test_a_dry_run_sends_nothing_and_knows_what_is_there(verb: str, fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        there = ("--endpoint", server.url, "--json", "--price", "2,10")
        before = fein(*VERBS[verb], *there, "--dry-run")
        assert before.code == 0, before.err
        assert server.counts["POST"] == 0
        assert not (data / "out.csv").exists()
        assert fein("runs", "--json").json["runs"] == []
        told = before.json
        assert told["dry_run"] is True
        assert told["requests"] == PLANNED[verb]
        assert told["tokens"] == told["prompt_tokens"] + told["completion_tokens"] > 0
        paid = (told["prompt_tokens"] * 2 + told["completion_tokens"] * 10) / 1e6
        assert told["usd"] == pytest.approx(paid, rel=0.01)
        assert told["seconds"] is None  # nothing is known of this server yet
        assert told["in_store"] == 0
        done = fein(*VERBS[verb], *there)
        assert done.code == 0, done.err
        assert "About" in done.err
        asked = server.counts["POST"]
        assert 0 < asked <= told["requests"]
        again = fein(*VERBS[verb], *there, "--dry-run")
        assert (again.json["requests"], again.json["tokens"], again.json["seconds"]) == (0, 0, 0)
        assert server.counts["POST"] == asked
        # Another run of the same model: now its pace is known.
        elsewhere = tuple("other.csv" if part == "out.csv" else part for part in VERBS[verb])
        other = fein(*elsewhere, *there, "--dry-run", "--seed", "9")
        assert other.json["requests"] == PLANNED[verb]
        assert other.json["seconds"] > 0
    shown = fein(*VERBS[verb], "--endpoint", server.url, "--dry-run")
    assert shown.code == (2 if verb == "generate" else 0)  # a server that is gone matters where answers are wanted


def test_a_larger_budget_of_a_run_counts_its_answers_as_free(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        there = ("--endpoint", server.url, "--json")
        assert fein("tune", *ASK, *KNOBS, "--requests", "100", *there).code == 0
        paid = server.counts["POST"]
        told = fein("tune", *ASK, *KNOBS, "--requests", "200", *there, "--dry-run").json
    assert told["in_store"] >= paid
    assert told["requests"] == PLANNED["tune"] - told["in_store"]


def test_limits_cut_the_estimate(fein: Fein, data: Path) -> None:
    with FakeServer() as server:
        there = (*VERBS["generate"], "--endpoint", server.url, "--json", "--dry-run")
        whole = fein(*there).json
        few = fein(*there, "--requests", "30").json
        half = fein(*there, "--tokens", str(whole["tokens"] // 2)).json
        slow = fein(*there, "--rpm", "10").json
        heavy = fein(*there, "--tpm", "500").json
    assert few["requests"] == 30
    assert half["requests"] == pytest.approx(whole["requests"] / 2, abs=1)
    assert half["limits"]["tokens"] == whole["tokens"] // 2
    assert slow["seconds"] == 60 * (120 / 10 - 1)
    assert heavy["seconds"] == pytest.approx(60 * (whole["tokens"] / 500 - 1), abs=60)


def test_without_a_terminal_nothing_is_asked(fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(before_module, "confirmed", lambda: pytest.fail("it asked"))
    with FakeServer() as server:
        done = fein(*VERBS["generate"], "--endpoint", server.url, "--price", "10000,100000")
    assert done.code == 0, done.err
    assert "$" in done.err


@pytest.mark.parametrize(
    ("more", "answer", "starts"),
    [
        ((), "n\n", False),
        ((), "\n", False),
        ((), "", False),
        ((), "yes\n", True),
        ((), "j\n", True),
        (("--yes",), None, True),
        (("--json",), "n\n", False),
        (("--json",), "y\n", True),
        (("--json", "--yes"), None, True),
        (("--price", "1,1"), None, True),  # too little to ask
    ],
)
def test_a_large_estimate_is_a_question_on_a_terminal(
    fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...], answer: str | None, starts: bool
) -> None:
    class Terminal:
        def isatty(self) -> bool:
            return True

        def readline(self) -> str:
            assert answer is not None, "it asked"
            return answer

    monkeypatch.setattr(before_module, "is_terminal", lambda: True)
    monkeypatch.setattr(sys, "stdin", Terminal())
    with FakeServer() as server:
        done = fein(*VERBS["generate"], "--endpoint", server.url, "--price", "10000,100000", *more)
    assert ("Go on? [y/N]" in done.err) == (answer is not None)
    if starts:
        assert (done.code, server.counts["POST"]) == (0, 120)
    else:
        assert (done.code, server.counts["POST"]) == (130, 0)
        assert not (data / "out.csv").exists()
        assert "not started" in (done.json["error"]["message"] if "--json" in more else done.err)


def test_the_question_on_a_real_terminal(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FakeServer() as server:
        command = [*VERBS["generate"], "--endpoint", server.url, "--price", "10000,100000"]
        code, shown = on_a_terminal(command, "n\n", cwd=data)
    assert code == 130, shown
    assert "Go on? [y/N]" in shown
    assert server.counts["POST"] == 0


def on_a_terminal(arguments: list[str], answer: str, *, cwd: Path) -> tuple[int, str]:
    """`fein` with a pseudo terminal as all its streams; the answer is typed once it asks."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "feinschliff", *arguments],
        stdin=its, stdout=its, stderr=its, cwd=cwd, env={**os.environ, "FEIN_STORE": str(cwd / "terminal.db")},
    )  # fmt: skip
    os.close(its)
    shown, typed = "", False
    while True:
        try:
            shown += os.read(ours, 4096).decode(errors="replace")
        except OSError:  # nobody holds the other end any more
            break
        if not typed and "[y/N]" in shown:
            os.write(ours, answer.encode())
            typed = True
    os.close(ours)
    return process.wait(60), shown


def test_prices_are_set_shown_and_taken_out_beside_what_the_user_wrote(fein: Fein, table: Path) -> None:
    assert fein("prices", "--json").json == {"path": str(table), "prices": []}
    assert "fein prices set" in fein("prices").out
    assert fein("prices", "set", "some model", "0.15,0.60", "--date", "2026-01-31").code == 0
    mine = "# mine\n" + table.read_text(encoding="utf-8") + "'b*' = {in = 1, out = 2}  # by hand\n"
    table.write_text(mine, encoding="utf-8")
    assert fein("prices", "set", "some model", "3,4", "--date", "2026-02-01", "--json").json["in"] == 3
    assert fein("prices", "set", "c/d", "0.1234567,0.00000012").code == 0
    assert [(r["in"], r["out"]) for r in fein("prices", "--json").json["prices"][2:]] == [(0.1234567, 1.2e-7)]
    assert fein("prices", "set", "c/d", "5,6").code == 0
    rows = fein("prices", "--json").json["prices"]
    assert [row["model"] for row in rows] == ["some model", "b*", "c/d"]
    assert rows[0] == {"model": "some model", "in": 3.0, "out": 4.0, "date": "2026-02-01"}
    assert rows[1]["date"] is None
    assert fein("prices", "rm", "some model").code == 0
    left = table.read_text(encoding="utf-8")
    assert "some model" not in left.partition("[prices]")[2]
    assert left.startswith("# mine\n")
    assert "'b*' = {in = 1, out = 2}  # by hand\n" in left
    listed = fein("prices")
    assert str(table) in listed.out
    assert "c/d" in listed.out


BROKEN: dict[str, tuple[str, str]] = {
    "no TOML": ("[prices\n", "no valid TOML"),
    "another table": ('[models]\n"a" = {in = 1, out = 2}\n', "wrong entry"),
    "no out": ('[prices]\n"a" = {in = 1}\n', "wrong entry"),
    "text": ('[prices]\n"a" = {in = "1", out = 2}\n', "wrong entry"),
    "below 0": ('[prices]\n"a" = {in = -1, out = 2}\n', "wrong entry"),
    "no number": ('[prices]\n"a" = {in = nan, out = 2}\n', "wrong entry"),
    "a date that is none": ('[prices]\n"a" = {in = 1, out = 2, date = "soon"}\n', "wrong entry"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_table_is_named(case: str, fein: Fein, table: Path, data: Path) -> None:
    text, words = BROKEN[case]
    table.parent.mkdir()
    table.write_text(text, encoding="utf-8")
    for command in (("prices",), ("prices", "set", "x", "1,2"), (*VERBS["tune"], "--endpoint", "http://127.0.0.1:9")):
        done = fein(*command, "--json")
        assert done.code == 2
        assert words in done.json["error"]["message"]
        assert str(table) in done.json["error"]["asked"]
    assert table.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("case", ["'x'", "[prices.x]"])
def test_what_only_a_person_can_edit_stays_as_it_is(case: str, fein: Fein, table: Path) -> None:
    text = {
        "'x'": "prices = {x = {in = 1, out = 2}}\n",
        "[prices.x]": "[prices.x]\nin = 1\nout = 2\n",
    }[case]
    table.parent.mkdir()
    table.write_text(text, encoding="utf-8")
    done = fein("prices", "set", "x", "3,4", "--json")
    assert done.code == 2
    assert "only you can edit" in done.json["error"]["message"]
    assert table.read_text(encoding="utf-8") == text


@pytest.mark.parametrize(
    "arguments", [("set", "x", "cheap"), ("set", "x", "1,-2"), ("set", "x", "1,2", "--date", "soon"), ("rm", "x")]
)
def test_wrong_prices(arguments: tuple[str, ...], fein: Fein, table: Path) -> None:
    done = fein("prices", *arguments, "--json")
    assert done.code == 2
    assert not table.exists()


def test_the_table_pays_the_flag_wins_and_an_old_price_is_told(fein: Fein, data: Path) -> None:
    limited = (*VERBS["generate"], "--json", "--usd", "1")
    with FakeServer() as server:
        there = ("--endpoint", server.url)
        without = fein(*limited, *there)
        assert without.code == 2
        assert "fake-1" in without.json["error"]["found"]
        fein("prices", "set", "fake-*", "1,2", "--date", "2020-01-01")
        told = fein(*limited, *there, "--dry-run").json
        (warning,) = told["warnings"]
        assert "'fake-*'" in warning
        assert "2020-01-01" in warning
        flag = fein(*limited, *there, "--price", "10,20", "--dry-run").json
        assert flag["usd"] == pytest.approx(10 * told["usd"])
        assert flag["warnings"] == []
        done = fein(*limited, *there)
        assert done.code == 0, done.err
        assert warning in " ".join(done.err.split())
        usage = [made for _, made in bills(server)]
    spent = done.json["spent"]
    assert spent["usd"] == pytest.approx(sum(usage))


def bills(server: FakeServer) -> list[tuple[str, float]]:
    """What each answer of the fake costs at 1 and 2 USD per million tokens."""
    made = []
    for body in server.bodies:
        _, value = server._complete(body, chat=True)
        usage: dict[str, Any] = value["usage"]
        made.append((body["model"], (usage["prompt_tokens"] + 2 * usage["completion_tokens"]) / 1e6))
    return made


def test_prices_in_a_task_file_hold_by_model(fein: Fein, data: Path, write_task: Callable[[str], None]) -> None:
    with FakeServer(models=("a", "b")) as server:
        write_task(f'[endpoint]\nurl = "{server.url}"\nmodel = "a"\nprice = {{a = "1,2", "b*" = [10, 20]}}\n')
        done = fein("tune", "task.toml", "-p", "model=a,b", "--requests", "120", "--usd", "1", "--json")
        assert done.code == 0, done.err
        want = sum(usd * (10 if model == "b" else 1) for model, usd in bills(server))
        assert done.json["spent"]["usd"] == pytest.approx(want)
        write_task(f'[endpoint]\nurl = "{server.url}"\nmodel = "a"\nprice = {{a = "1,2"}}\n')
        missing = fein("tune", "task.toml", "-p", "model=a,b", "--seed", "1", "--usd", "1", "--json")
    assert missing.code == 2
    assert "no price for b" in missing.json["error"]["found"]


@pytest.fixture
def write_task(data: Path) -> Callable[[str], None]:
    def write(endpoint: str) -> None:
        task = '[task]\ndata = "data.csv"\nprompt = "{{ post }}"\ntarget = "subject"\n'
        search = "[search]\ntemperature = [0.0, 1.5]\nmax_tokens = 16\n"
        (data / "task.toml").write_text(task + endpoint + search, encoding="utf-8")

    return write


def test_a_job_too_large_to_look_at_whole_is_estimated_from_a_part(
    fein: Fein, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(estimates_module, "_MOST_LOOKED", 30)
    with FakeServer() as server:
        there = (*VERBS["generate"], "--endpoint", server.url, "--json")
        before = fein(*there, "--dry-run").json
        assert (before["requests"], before["in_store"]) == (120, 0)
        assert fein(*there, "--requests", "60").code == 1
        half = fein(*there, "--dry-run").json
    assert half["in_store"] == pytest.approx(60, abs=8)
    assert half["requests"] + half["in_store"] == 120


def test_a_silent_server_costs_no_more_than_the_time_allowed(fein: Fein, data: Path) -> None:
    with FakeServer(faults={"silence": 1.0}) as server:
        began = time.monotonic()
        done = fein(*VERBS["tune"], "--endpoint", server.url, "--seconds", "1.5", "--json")
        took_s = time.monotonic() - began
    assert done.code == 2
    assert "within the time that was allowed" in done.json["error"]["message"]
    assert took_s < 6  # without a limit it would be asked three times, 15 seconds each


def test_a_price_for_the_embedded_engine_is_no_matter_of_the_table(fein: Fein, table: Path) -> None:
    """It is not looked at there."""
    refused = fein("tune", "--usd", "1", "--json")
    assert refused.code == 2
    assert "--price" in refused.json["error"]["mend"]
    assert "fein prices" not in refused.json["error"]["mend"]
    with FakeServer() as server:
        refused = fein("tune", "--prompt", "x", "--target", "y", "--endpoint", server.url, "--usd", "1", "--json")
    assert "fein prices set" in refused.json["error"]["mend"]


@pytest.mark.parametrize("limit", ["--usd", "--seconds"])
def test_an_endless_limit_is_none(fein: Fein, limit: str) -> None:
    for value in ("inf", "nan"):
        refused = fein("tune", limit, value, "--price", "1,1", "--json")
        assert (refused.code, refused.json["error"]["kind"]) == (2, "parameter")
        assert value in refused.json["error"]["message"]
