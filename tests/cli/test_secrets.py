"""Keys and headers: to whom they are sent, and that no mistake shows them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.cli.conftest import Fein
from tests.fakes.openai_server import FakeServer

KEY = "file-key-0123456789"


def write_task(folder: Path, url: str) -> None:
    (folder / "data.csv").write_text("post\nrot\ngelb\n", encoding="utf-8")
    endpoint = f'[endpoint]\nurl = "{url}"\napi_key_env = "FILE_KEY"\nheaders = {{ X-Team = "team-secret" }}\n'
    task = f'[task]\ndata = "data.csv"\nprompt = "{{{{ post }}}}"\n\n{endpoint}'
    (folder / "task.toml").write_text(task, encoding="utf-8")


def test_the_task_files_secrets_go_to_its_own_server_only(
    fein: Fein, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FILE_KEY", KEY)
    monkeypatch.setenv("MY_KEY", "flag-key-0123456789")
    with FakeServer() as own, FakeServer() as other:
        write_task(tmp_path, own.url)
        assert fein("generate", "task.toml", "--out", "own.csv").code == 0
        same = fein("generate", "task.toml", "--endpoint", own.url + "/", "--seed", "5", "--out", "same.csv")
        assert same.code == 0
        assert "not sent" not in same.err
        done = fein("generate", "task.toml", "--endpoint", other.url, "--out", "other.csv")
        assert done.code == 0, done.err
        (line,) = [line for line in done.err.splitlines() if "not sent" in line]
        assert own.url in line
        flag = fein(
            "generate",
            "task.toml",
            "--endpoint",
            other.url,
            "--api-key-env",
            "MY_KEY",
            *("--seed", "5", "--out", "flag.csv"),
        )
        assert flag.code == 0, flag.err
    asked = [{name.lower(): value for name, value in headers.items()} for headers in own.headers]
    assert asked
    assert all((h["authorization"], h["x-team"]) == (f"Bearer {KEY}", "team-secret") for h in asked)
    assert other.headers
    assert KEY not in str(other.headers)
    assert "team-secret" not in str(other.headers)
    assert "flag-key-0123456789" in str(other.headers)


@pytest.mark.parametrize("key", ["sk-abc-0123456789", "hf_abcdefghijklmnop", "AKIA0123456789ABCDEF", "3f9c0d11e2"])
def test_a_key_in_the_place_of_its_name_is_not_repeated(fein: Fein, tmp_path: Path, key: str) -> None:
    (tmp_path / "data.csv").write_text("post\nrot\n", encoding="utf-8")
    ask = ("generate", "data.csv", "--prompt", "{{ post }}", "--endpoint", "http://127.0.0.1:9/v1", "--out", "o.csv")
    for json in (("--json",), ()):
        done = fein(*ask, "--api-key-env", key, *json)
        assert done.code == 2
        assert "--api-key-env MY_KEY" in " ".join((done.out + done.err).split())
        assert key not in done.out + done.err
    assert "LOST_KEY" in fein(*ask, "--api-key-env", "LOST_KEY").err


def test_a_wrong_command_line_is_shown_without_its_secrets(fein: Fein) -> None:
    secrets = ("--header", "X-A: header-secret", "--header=X-B: other-secret", "--api-key-env", "sk-secret")
    done = fein("tune", *secrets, "--endpoint", "http://me:url-secret@host/v1", "--bogus", "--json")
    assert done.code == 2
    assert "--bogus" in done.json["error"]["asked"]
    assert "secret" not in done.out + done.err
