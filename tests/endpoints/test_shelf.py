from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.endpoints.embedded import file_digest
from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.endpoints.shelf import SHELF, EmbeddedShelf
from feinschliff.errors import ModelError
from feinschliff.models.house import house_path
from feinschliff.records import Message


class Open:
    """A gate that lets everything through."""

    def admit(self, request: Request) -> bool:
        return True

    def time_left_s(self) -> float | None:
        return None

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """Nothing to book."""


def asks(*models: str) -> list[Request]:
    message = (Message(role="user", content="Subject line for this post: Flohmarkt am Samstag"),)
    fields = {"max_tokens": 6, "temperature": 0.0}
    return [Request(f"{n}", model, message, fields, 20, 6) for n, model in enumerate(models)]


def answers(shelf: EmbeddedShelf, *models: str) -> dict[str, str]:
    found: dict[str, str] = {}

    def sink(reply: Reply, done: object) -> None:
        found[f"{reply.request.id} {reply.request.model}"] = reply.text
        done()  # type: ignore[operator]

    report = shelf.send(asks(*models), gate=Open(), sink=sink)
    assert report.sent == len(models)
    assert not report.unsent
    return found


def test_each_name_is_answered_by_its_file():
    files = {"a": house_path("house-1"), "b": house_path("house-2"), "c": house_path("house-1")}
    shelf = EmbeddedShelf(files)
    assert shelf.identity == SHELF
    assert {info.name: info.digest for info in shelf.models()} == {n: file_digest(f) for n, f in files.items()}
    found = answers(shelf, "a", "b", "a", "c")
    assert found["0 a"] == found["2 a"] == found["3 c"] != found["1 b"]
    shelf.close()
    shelf.close()


def test_large_files_are_loaded_one_at_a_time(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("feinschliff.endpoints.shelf._SMALL_BYTES", 1000)
    shelf = EmbeddedShelf({"a": house_path("house-1"), "b": house_path("house-2")})
    for model in ("a", "b", "a"):
        assert len(answers(shelf, model)) == 1
        assert list(shelf._open) == [model]
    shelf.close()


def test_what_is_no_model(tmp_path: Path):
    with pytest.raises(ModelError, match="no file"):
        EmbeddedShelf({"a": tmp_path / "none.gguf"})
    shelf = EmbeddedShelf({"a": house_path()})
    with pytest.raises(ModelError, match="no model 'b'"):
        shelf.defaults("b")
