"""`fein models inspect`, `fit` and `serve`."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from feinschliff.models.house import house_path
from tests.cli.conftest import Fein
from tests.fakes.model_files import Sizes, write_model

KEY = "ein-geheimnis"


@contextmanager
def serving(*arguments: str, **environment: str) -> Iterator[tuple[subprocess.Popen[str], dict[str, Any]]]:
    """`fein models serve --json` as a process of its own, and what it printed."""
    command = [sys.executable, "-m", "feinschliff", "models", "serve", "house-1", "--port", "0", "--json", *arguments]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env={**os.environ, **environment}
    ) as process:
        assert process.stdout is not None
        lines = []
        while not lines or lines[-1] != "}\n":
            lines.append(process.stdout.readline())
            assert lines[-1], "it ended"
        try:
            yield process, json.loads("".join(lines))
        finally:
            process.kill()


def get(url: str, key: str | None = None, body: object = None) -> Any:
    headers = {"Content-Type": "application/json"} | ({} if key is None else {"Authorization": f"Bearer {key}"})
    data = None if body is None else json.dumps(body).encode()
    with urllib.request.urlopen(urllib.request.Request(url, data, headers)) as answer:
        assert "*" not in (answer.headers.get("Access-Control-Allow-Origin") or "")
        return json.load(answer)


def test_inspect(fein: Fein) -> None:
    done = fein("models", "inspect", "house-2", "--json")
    assert done.code == 0
    found = done.json
    assert (found["architecture"], found["context"], found["format"]) == ("llama", 2048, "gguf")
    assert found["quantisation"]["name"] == "q8_0"
    assert found["shape"]["kv_heads"] == 8
    assert found["shape"]["kv_bytes_per_token"] == 4 * 2 * 256 * 2
    assert found["template"]["system"] is True
    shown = fein("models", "inspect", str(house_path("house-2").with_suffix("")))
    assert shown.code == 0
    assert "LlamaForCausalLM" in shown.out
    assert fein("models", "inspect", "house-2", "--template").out.startswith("{%")


@pytest.mark.parametrize("content", [b"", b"GGUF", b"PK\x03\x04", b"GGUF\x03\x00\x00\x00" + b"\xff" * 16])
def test_inspect_and_fit_damaged_files(fein: Fein, tmp_path: Path, content: bytes) -> None:
    file = tmp_path / "x.gguf"
    file.write_bytes(content)
    for verb in ("inspect", "fit", "serve"):
        done = fein("models", verb, str(file), "--json")
        assert done.code == 2
        assert done.json["error"]["kind"] == "model"
        assert "no usable GGUF file" in done.json["error"]["message"]
    assert fein("models", "inspect", "none.gguf").code == 2


def test_a_file_that_is_cut_is_called_that_by_tokens_as_by_inspect(fein: Fein, tmp_path: Path) -> None:
    file = tmp_path / "cut.gguf"
    file.write_bytes(house_path("house-2").read_bytes()[:-5000])
    seen = [fein("models", *verb, "--json") for verb in (("inspect", file), ("tokens", "x", "--model", file))]
    assert [done.code for done in seen] == [2, 2]
    assert "the file ends within tensor" in seen[1].json["error"]["found"]
    assert seen[0].json["error"] == seen[1].json["error"]


@pytest.mark.parametrize("command", [("fit", "--params", "8B"), ("serve", "house-2")])
def test_a_cache_in_no_known_format(fein: Fein, command: tuple[str, ...]) -> None:
    done = fein("models", *command, "--kv", "q3", "--json")
    assert done.code == 2
    assert done.json["error"]["asked"] == "--kv q3"
    assert "q8_0" in done.json["error"]["found"]
    assert done.json["error"]["mend"]


def test_fit_of_a_size_on_a_card(fein: Fein) -> None:
    done = fein(
        "models", "fit", "--params", "8B", "--quant", "q4_k_m", "--context", "8192", "--gpu", "RTX 4090", "--json"
    )
    assert done.code == 0
    found = done.json
    assert found["verdict"] == "fits on the GPU"
    assert found["memory"]["kv_cache_bytes"] == 1 << 30
    assert found["gpu"]["layers_on_gpu"] == found["gpu"]["layers"] == 33
    assert found["model"]["like"] == "Llama-3.1-8B"
    assert found["speed"]["tokens_per_s_high"] < found["speed"]["ceiling_tokens_per_s"]
    mixed = fein("models", "fit", "--params", "8x7B", "--gpu", "none", "--ram", "64GiB", "--json").json["model"]
    assert (mixed["like"], mixed["active_parameters"]) == ("Mixtral-8x7B", 12_900_000_000)
    part = fein("models", "fit", "--params", "70B", "--gpu", "24GiB", "--ram", "64GiB", "--json").json
    assert part["verdict"].startswith("fits with ")
    assert "of 81 layers on the GPU" in part["sentence"]
    small = fein("models", "fit", "--params", "70B", "--gpu", "none", "--ram", "16GiB", "--json").json
    assert small["verdict"] == "does not fit"
    assert small["gpu"] is None
    assert "16.0 GiB" in small["sentence"]


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("8B at Q4_K_M", ("--params", "8B", "--quant", "q4_k_m")),
        ("8B Q8_0", ("--params", "8B", "--quant", "q8_0")),
        ("0.5 B at f16", ("--params", "0.5B", "--quant", "f16")),
        ("8x7B at q4_0", ("--params", "8x7B", "--quant", "q4_0")),
        ("70B", ("--params", "70B")),
    ],
)
def test_fit_of_a_size_in_words(fein: Fein, text: str, flags: tuple[str, ...]) -> None:
    where = ("--gpu", "RTX 3060", "--ram", "64GiB", "--json")
    said, wanted = (fein("models", "fit", *asked, *where) for asked in ((text,), flags))
    assert said.code == 0, said.err
    measured_anew = dict.fromkeys(("speed", "machine"))
    assert said.json | measured_anew == wanted.json | measured_anew


def test_fit_takes_a_file_before_a_size(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "8B").symlink_to(house_path("house-1"))
    assert fein("models", "fit", "8B", "--gpu", "none", "--json").json["model"]["parameters"] < 10_000_000


def test_fit_of_a_file_and_slots(fein: Fein) -> None:
    one = fein("models", "fit", "house-1", "--gpu", "none", "--json").json
    four = fein("models", "fit", "house-1", "--gpu", "none", "--slots", "4", "--kv", "q8_0", "--json").json
    assert one["context"] == 2048
    assert four["memory"]["kv_cache_bytes"] == one["memory"]["kv_cache_bytes"] * 4 * 34 // 64
    assert one["memory"]["low_bytes"] < one["memory"]["expected_bytes"] < one["memory"]["high_bytes"]
    shown = fein("models", "fit", "house-1", "--gpu", "none")
    assert shown.out.startswith("fits: needs ")


def test_fit_measured(fein: Fein) -> None:
    done = fein("models", "fit", "house-1", "--gpu", "none", "--context", "512", "--measure", "--json")
    assert done.code == 0
    measured = done.json["measured"]
    assert measured["kv_cache_bytes"] == done.json["memory"]["kv_cache_bytes"]
    assert measured["answered_bytes"] <= measured["full_bytes"]
    stated = done.json["memory"]
    assert measured["from_middle"] == round(measured["full_bytes"] / stated["expected_bytes"] - 1, 4)
    for found, told, off in (
        (measured["full_bytes"], stated, measured["full_residual"]),
        (measured["answered_bytes"], stated["answered"], measured["answered_residual"]),
    ):
        assert (told["low_bytes"] <= found <= told["high_bytes"]) == (off == 0)
    assert measured["inside"] == (measured["residual"] == 0)
    assert fein("models", "fit", "house-2", "--gpu", "none", "--json").json["residuals"] == [measured["residual"]]


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        ((), "either a file or --params"),
        (("house-1", "--params", "8B"), "either a file or --params"),
        (("--params", "viel"), "no number of parameters"),
        (("--params", "8B", "--quant", "q9"), "no quantisation"),
        (("--params", "4x3B"), "how many parameters"),
        (("--params", "8x7B", "--active", "13B"), "how many parameters"),
        (("--params", "8B", "--active", "9B"), "more parameters than there are"),
        (("house-1", "--active", "9B"), "--active goes with --params"),
        (("--params", "8B", "--gpu", "Voodoo"), "no graphics card"),
        (("--params", "8B", "--kv", "q3"), "no number format"),
        (("--params", "8B", "--ram", "viel"), "no size"),
        (("--params", "8B", "--measure"), "only a file"),
        (("8B at q9",), "no quantisation"),
        (("8B at q8_0", "--quant", "f16"), "given twice"),
        (("8B at q8_0", "--params", "8B"), "either a file or --params"),
        (("gone.gguf",), "there is no file"),
    ],
)
def test_fit_refuses(fein: Fein, arguments: tuple[str, ...], word: str) -> None:
    done = fein("models", "fit", *arguments, "--json")
    assert done.code == 2
    error = done.json["error"]
    assert word in error["message"]
    assert error["asked"]
    assert error["mend"]
    assert ("--params" in error["mend"]) or "gone.gguf" not in arguments


def test_fit_refuses_a_quantised_cache_of_odd_heads(fein: Fein, tmp_path: Path) -> None:
    file = write_model(tmp_path / "odd.gguf", Sizes(width=64, heads=4, head=16))
    done = fein("models", "fit", str(file), "--kv", "q8_0", "--json")
    assert done.code == 2
    assert "16 numbers long" in done.json["error"]["found"]
    assert fein("models", "fit", str(file), "--kv", "f16").code == 0


def test_serve_with_a_key_of_the_users(fein: Fein, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MEIN_KEY", KEY)
    with serving("--api-key-env", "MEIN_KEY", "--slots", "2", "--context", "700") as (process, told):
        url = told["url"]
        assert (told["model"], told["slots"], told["context"], told["key"]) == ("house-1", 2, 700, None)
        assert KEY not in Path(f"/proc/{process.pid}/cmdline").read_text() if sys.platform == "linux" else True
        assert get(url.removesuffix("/v1") + "/health") == {"status": "ok"}
        assert [row["id"] for row in get(f"{url}/models", KEY)["data"]] == ["house-1"]
        body = {"model": "house-1", "messages": [{"role": "user", "content": "Hallo"}], "max_tokens": 4}
        assert get(f"{url}/chat/completions", KEY, body)["choices"][0]["message"]["content"]
        with pytest.raises(urllib.error.HTTPError, match="401"):
            get(f"{url}/chat/completions", None, body)
        (tmp_path / "d.csv").write_text("post\nRad zu verkaufen\nKatze entlaufen\n", encoding="utf-8")
        done = fein(
            "generate", "d.csv", "--prompt", "{{ post }}", "--out", "o.csv", "--endpoint", url,
            "--api-key-env", "MEIN_KEY", "-p", "max_tokens=8",
        )  # fmt: skip
        assert done.code == 0
        assert (tmp_path / "o.csv").read_text(encoding="utf-8").startswith("post,answer")
        process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0
    with pytest.raises(OSError, match="refused"):
        get(f"{url}/models", KEY)


def test_serve_makes_a_key_and_stops_on_ctrl_c() -> None:
    with serving() as (process, told):
        assert len(told["key"]) >= 24
        assert told["url"].startswith("http://127.0.0.1:")
        assert get(f"{told['url']}/models", told["key"])
        process.send_signal(signal.SIGINT)
        assert process.wait(10) == 0
        assert process.stderr is not None
        assert told["key"] not in process.stderr.read()


def test_serve_without_a_key_on_the_loopback_only(fein: Fein) -> None:
    with serving("--no-key") as (_, told):
        assert told["key"] is None
        body = {"messages": [{"role": "user", "content": "Hallo"}], "max_tokens": 2}
        assert get(f"{told['url']}/chat/completions", None, body)["choices"]
        port = told["url"].split(":")[-1].removesuffix("/v1")
        taken = fein("models", "serve", "house-1", "--port", port, "--json")
        assert taken.code == 2
        assert "cannot listen" in taken.json["error"]["message"]
    done = fein("models", "serve", "house-1", "--host", "0.0.0.0", "--no-key", "--json")
    assert done.code == 2
    assert "without a key" in done.json["error"]["message"]


def test_serve_wants_the_key_that_is_named(fein: Fein) -> None:
    done = fein("models", "serve", "house-1", "--api-key-env", "NICHT_DA", "--json")
    assert done.code == 2
    assert "NICHT_DA" in done.json["error"]["message"]


def test_serve_says_why_a_model_does_not_load(tmp_path: Path) -> None:
    file = write_model(tmp_path / "odd.gguf", Sizes(more={"attention.head_count": 3}))
    command = [sys.executable, "-m", "feinschliff", "models", "serve", str(file), "--port", "0", "--json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["kind"] == "model"
    assert "Traceback" not in done.stderr
