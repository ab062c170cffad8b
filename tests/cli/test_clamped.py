"""Values that the server replaces without a word are told."""

from __future__ import annotations

import io
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import Fein
from tests.fakes.sampling.backends import anthropic

NOTE = "'temperature=1.7' is more than this endpoint (anthropic) applies, 1 or less"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    path = tmp_path / "data.csv"
    path.write_text("q,t\n" + "".join(f"question {i},te dan la {i}\n" for i in range(12)))
    return path


@pytest.mark.parametrize("verb", ["generate", "compare", "tune", "tune-baseline", "chat"])
def test_a_value_above_the_range_is_told(fein: Fein, data: Path, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hot, short = "temperature=1.7", ("-p", "max_tokens=4", "--requests", "90")
    with anthropic() as server:
        where = ("--endpoint", server.url, "--json")
        asked = (data, "--prompt", "{{ q }}", *where)
        if verb == "generate":
            done = fein("generate", *asked, "--out", "o.csv", "-p", hot)
        elif verb == "compare":
            done = fein("compare", *asked, "--target", "t", "--a", f"{hot},max_tokens=4", "--b", "max_tokens=4")
        elif verb == "tune":
            done = fein("tune", *asked, "--target", "t", "-p", "top_p=0.1:1", "-p", hot, *short)
        elif verb == "tune-baseline":
            task = f"[task]\ndata = '{data}'\nprompt = '{{{{ q }}}}'\ntarget = 't'\n[baseline]\n{hot}\n"
            Path("t.toml").write_text(task)
            done = fein("tune", "t.toml", *where, "-p", "top_p=0.1:1", *short)
        else:
            monkeypatch.setattr(sys, "stdin", io.StringIO("/set temperature=0.5\n/set temperature=1.7\n"))
            done = fein("chat", *where)
            assert done.code == 0, done.err
            assert done.err.count(NOTE) == 1
            return
        assert done.code == 0, done.err
        assert [NOTE in warning for warning in done.json["warnings"]].count(True) == 1
        assert 1.7 in [body.get("temperature") for body in server.bodies]


def test_a_value_inside_is_not(fein: Fein, data: Path) -> None:
    with anthropic() as server:
        done = fein("generate", data, "--prompt", "{{ q }}", "--out", "o.csv", "-p", "temperature=1",
                    "--endpoint", server.url, "--json")  # fmt: skip
    assert done.code == 0, done.err
    assert done.json["warnings"] == []
