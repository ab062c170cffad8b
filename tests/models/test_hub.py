from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from feinschliff.errors import EndpointError, InputError, ModelError, OutputError, RunError
from feinschliff.models.house import house_path
from feinschliff.models.hub import huggingface, ollama
from feinschliff.models.hub.download import fetch, part_of
from feinschliff.models.hub.pull import Wanted, offer, parse_name, pull, search
from feinschliff.models.hub.variants import RemoteFile, safe_path
from feinschliff.models.hub.web import Web
from feinschliff.models.listing import local_models
from tests.fakes.hub import FakeHub

TOKEN = "hf_secretsecret"
DATA = bytes(range(256)) * 4000


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[FakeHub]:
    files = {
        "tiny-Q8_0.gguf": house_path("house-2").read_bytes(),
        "tiny-Q4_K_M.gguf": DATA,
        "big-00001-of-00002.gguf": DATA[:5000],
        "big-00002-of-00002.gguf": DATA[:7000],
        "mmproj-tiny.gguf": DATA[:3000],
        "README.md": b"hello",
    }
    folder = {"config.json": b"{}", "model.safetensors": DATA[:9000], "pytorch_model.bin": b"x" * 5000}
    with FakeHub(
        {"maker/tiny-GGUF": files, "maker/plain": folder}, {"tiny:1b": DATA, "maker/mine:latest": DATA[:3000]}
    ) as hub:
        monkeypatch.setenv("HF_ENDPOINT", hub.url)
        monkeypatch.setenv("FEIN_OLLAMA_REGISTRY", hub.url)
        monkeypatch.setenv("FEIN_MODELS", str(tmp_path / "models"))
        monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
        for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE"):
            monkeypatch.delenv(name, raising=False)
        yield hub


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("hf:maker/tiny", Wanted("hf", "maker/tiny")),
        ("maker/tiny", Wanted("hf", "maker/tiny")),
        ("hf:maker/tiny:q8_0", Wanted("hf", "maker/tiny", "q8_0")),
        ("hf:maker/tiny/a/b.gguf", Wanted("hf", "maker/tiny", "a/b.gguf")),
        ("https://huggingface.co/maker/tiny", Wanted("hf", "maker/tiny")),
        ("https://huggingface.co/maker/tiny/resolve/main/b.gguf", Wanted("hf", "maker/tiny", "b.gguf")),
        ("ollama:tiny:1b", Wanted("ollama", "tiny:1b")),
        ("ollama:maker/mine", Wanted("ollama", "maker/mine")),
    ],
)
def test_names(text: str, wanted: Wanted):
    assert parse_name(text) == wanted


@pytest.mark.parametrize("text", ["tiny", "hf:tiny", "ollama:", "", "hf:maker/tiny/b.gguf:q8_0"])
def test_no_names(text: str):
    with pytest.raises(ModelError):
        parse_name(text)


def test_a_models_variants(hub: FakeHub):
    found = huggingface.model(huggingface.hugging_face(), "maker/tiny-GGUF")
    assert [(v.name, v.bytes) for v in found.variants] == [
        ("big", 12000),
        ("Q4_K_M", len(DATA)),
        ("Q8_0", house_path("house-2").stat().st_size),
    ]
    assert [file.path for file in found.variants[0].files] == ["big-00001-of-00002.gguf", "big-00002-of-00002.gguf"]
    assert found.choose(None).name == "Q4_K_M"
    assert found.choose("q8_0").name == "Q8_0"
    assert found.choose("tiny-Q8_0.gguf").name == "Q8_0"
    with pytest.raises(ModelError, match="no variant 'q2_k'"):
        found.choose("q2_k")


def test_search_finds_both_hubs(hub: FakeHub):
    assert [model.name for model in search("tiny", limit=5)] == ["hf:maker/tiny-GGUF"]
    assert [model.name for model in search("tiny:1b", limit=5)] == ["ollama:tiny:1b"]
    assert search("nothing like it", limit=5) == []


def test_a_hub_in_trouble_is_asked_again(hub: FakeHub):
    hub.troubles = [503, 429]
    assert offer(parse_name("maker/tiny-GGUF")).variant.name == "Q4_K_M"
    hub.troubles = [500] * 9
    with pytest.raises(EndpointError, match=r"cannot reach .* \(HTTP 500\)"):
        offer(parse_name("maker/tiny-GGUF"))


def test_two_files_of_one_quantisation(hub: FakeHub):
    hub.repositories = {"a/b": {"x-Q4_0.gguf": DATA, "y-Q4_0.gguf": DATA, "x-Q8_0.gguf": DATA}}
    found = huggingface.model(huggingface.hugging_face(), "a/b")
    assert {variant.name for variant in found.variants} == {"x-Q4_0", "y-Q4_0", "Q8_0"}
    assert found.choose("y-q4_0").name == "y-Q4_0"
    with pytest.raises(ModelError) as refused:
        found.choose("q4_0")
    assert "x-Q4_0, y-Q4_0" in str(refused.value.found)


def test_search_without_a_hub(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    monkeypatch.setenv("FEIN_OLLAMA_REGISTRY", "http://127.0.0.1:9")
    with pytest.raises(EndpointError, match="cannot reach"):
        search("tiny", limit=2)


def test_a_file_is_fetched_and_listed(hub: FakeHub):
    done = pull(offer(parse_name("hf:maker/tiny-GGUF:Q8_0")))
    assert done.path.read_bytes() == house_path("house-2").read_bytes()
    assert (done.fetched, done.verified) == (1, True)
    assert list(done.path.parent.iterdir()) == [done.path]
    listed = next(model for model in local_models() if model.name == "maker/tiny-GGUF/tiny-Q8_0")
    assert (listed.quantisation, listed.problem, listed.source) == ("Q8_0", None, "feinschliff")
    before = len(hub.downloads())
    assert pull(offer(parse_name("hf:maker/tiny-GGUF:Q8_0"))).fetched == 0
    assert len(hub.downloads()) == before


def test_a_folder_without_pickles(hub: FakeHub):
    done = pull(offer(parse_name("maker/plain")))
    assert sorted(file.name for file in done.path.iterdir()) == ["config.json", "model.safetensors"]


def test_ollamas_blobs(hub: FakeHub):
    chosen = offer(parse_name("ollama:tiny:1b"))
    assert (chosen.variant.name, chosen.variant.bytes) == ("Q8_0", len(DATA))
    assert "template" in chosen.model.notes[0]
    done = pull(chosen)
    assert done.path.read_bytes() == DATA
    assert done.path.parts[-3:] == ("ollama", "tiny", "1b.gguf")
    assert pull(offer(parse_name("ollama:maker/mine"))).path.parts[-4:] == ("ollama", "maker", "mine", "latest.gguf")
    with pytest.raises(ModelError, match="not found on"):
        offer(parse_name("ollama:tiny:70b"))


def test_what_was_cut_goes_on(hub: FakeHub, tmp_path: Path):
    hub.cut_after = [300_000, 0, 200_000]
    hub.statuses = [0, 503]
    chosen = offer(parse_name("maker/tiny-GGUF"))
    assert fetch(chosen.web, chosen.variant.files[0], tmp_path / "x.gguf", wait_s=0.01)
    assert (tmp_path / "x.gguf").read_bytes() == DATA
    asked = [request.headers.get("range") for request in hub.downloads()]
    assert asked[0] is None
    assert asked[-1] == "bytes=500000-"
    assert sum(request.sent for request in hub.downloads()) == len(DATA)


def test_a_server_without_ranges(hub: FakeHub):
    hub.ranges = False
    hub.cut_after = [300_000]
    assert pull(offer(parse_name("maker/tiny-GGUF"))).path.read_bytes() == DATA
    assert [request.status for request in hub.downloads()] == [200, 200]


def test_a_server_that_never_ends_it(hub: FakeHub, tmp_path: Path):
    hub.cut_after = [100_000, *[0] * 50]
    web = huggingface.hugging_face()
    file = huggingface.model(web, "maker/tiny-GGUF").choose("Q4_K_M").files[0]
    target = tmp_path / "file.gguf"
    with pytest.raises(EndpointError, match="does not send the rest") as failed:
        fetch(web, file, target, wait_s=0.001)
    assert "100000 of 1024000 bytes" in str(failed.value.found)
    assert not target.exists()
    hub.cut_after = []
    assert fetch(web, file, target)
    assert hub.downloads()[-1].headers["range"] == "bytes=100000-"


def test_a_wrong_checksum_is_not_kept(hub: FakeHub, tmp_path: Path):
    hub.spoilt = True
    for name in ("maker/tiny-GGUF", "maker/plain", "ollama:tiny:1b"):
        with pytest.raises(RunError, match="wrong checksum"):
            pull(offer(parse_name(name)))
    assert not [file for file in (tmp_path / "models").rglob("*") if file.is_file()]
    hub.spoilt = False
    assert pull(offer(parse_name("maker/tiny-GGUF"))).path.read_bytes() == DATA


def test_more_bytes_than_promised(hub: FakeHub, tmp_path: Path):
    hub.longer = True
    web = huggingface.hugging_face()
    file = huggingface.model(web, "maker/tiny-GGUF").choose("Q4_K_M").files[0]
    with pytest.raises(EndpointError, match="does not send the rest"):
        fetch(web, file, tmp_path / "file.gguf", wait_s=0.001)
    assert not (tmp_path / "file.gguf").exists()


def test_the_token_goes_to_the_hub_alone(hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    hub.token = TOKEN
    with pytest.raises(ModelError, match="does not give") as refused:
        offer(parse_name("maker/tiny-GGUF"))
    assert "HF_TOKEN" in str(refused.value.mend)
    assert refused.value.found == "HTTP 401 without a token"
    monkeypatch.setenv("HF_TOKEN", TOKEN)
    assert pull(offer(parse_name("maker/tiny-GGUF"))).path.read_bytes() == DATA
    assert all(request.headers.get("authorization") == f"Bearer {TOKEN}" for request in hub.asked[-2:-1])
    assert hub.downloads()
    assert not [request for request in hub.downloads() if "authorization" in request.headers]


def test_the_token_does_not_go_unencrypted():
    with pytest.raises(EndpointError, match="unencrypted"):
        Web("http://hub.example", token=TOKEN, token_name="HF_TOKEN")
    assert TOKEN not in repr(Web("https://hub.example", token=TOKEN))


def test_something_else_lies_there(hub: FakeHub, tmp_path: Path):
    chosen = offer(parse_name("maker/tiny-GGUF"))
    chosen.folder.mkdir(parents=True)
    (chosen.folder / "tiny-Q4_K_M.gguf").write_bytes(b"mine")
    with pytest.raises(OutputError, match="not what the hub has"):
        pull(chosen)
    assert (chosen.folder / "tiny-Q4_K_M.gguf").read_bytes() == b"mine"


def test_no_room_on_the_disk(hub: FakeHub, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("shutil.disk_usage", lambda _: type("Usage", (), {"total": 1 << 40, "free": 1 << 20})())
    with pytest.raises(InputError, match="no room"):
        pull(offer(parse_name("maker/tiny-GGUF")))
    assert not hub.downloads()


@pytest.mark.parametrize("path", ["../x.gguf", "/x.gguf", "a/../../x.gguf", "a\\b.gguf", "C:x.gguf", "~/x.gguf", ""])
def test_a_hub_does_not_choose_the_folder(path: str):
    with pytest.raises(ModelError, match="unsafe"):
        safe_path(path)


@pytest.mark.parametrize("name", ["../library/x", "a b", "x:../../y", "x:"])
def test_no_names_in_the_registry(name: str):
    with pytest.raises((ModelError, EndpointError)):
        ollama.model(Web("http://127.0.0.1:9"), name)


_FETCH = """
import sys
from pathlib import Path
from feinschliff.models.hub.pull import offer, parse_name, pull
pull(offer(parse_name("maker/tiny-GGUF:Q8_0")))
"""


@pytest.mark.skipif(os.name != "posix", reason="kill -9")
def test_killed_and_begun_again(hub: FakeHub, tmp_path: Path):
    hub.piece_s = 0.02
    process = subprocess.Popen([sys.executable, "-c", _FETCH])
    while not any(request.sent > 400_000 for request in hub.downloads()):
        time.sleep(0.01)
    with pytest.raises(InputError, match="another process"):
        pull(offer(parse_name("maker/tiny-GGUF:Q8_0")))
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert not list((tmp_path / "models").rglob("*.gguf"))
    hub.piece_s = 0.0
    chosen = offer(parse_name("maker/tiny-GGUF:Q8_0"))
    assert 0 < chosen.missing < chosen.variant.bytes
    assert pull(chosen).path.read_bytes() == house_path("house-2").read_bytes()
    assert hub.downloads()[-1].sent == chosen.variant.bytes - int(
        hub.downloads()[-1].headers["range"].removeprefix("bytes=").rstrip("-")
    )


def test_another_content_begins_anew(tmp_path: Path):
    old = RemoteFile("x.gguf", "", 5, sha256="a" * 64)
    new = RemoteFile("x.gguf", "", 5, sha256="b" * 64)
    assert part_of(old, tmp_path / "x.gguf") != part_of(new, tmp_path / "x.gguf")
