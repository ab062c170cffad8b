"""The runs whose pages are looked at: all that a page must be able to show."""

from __future__ import annotations

import contextlib
import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from tests.fakes.openai_server import FakeServer

from benchmarks.common import write_data

_ASKS_BOTH = ["--prompt", "{{ post }} ANSWER: {{ subject }}", "--target", "subject", "-p", "max_tokens=32"]

_POSTS = (
    ("서울에서 열린 한글 축제에 3만 명이 모였습니다 🎉", "한글 축제 3만 명 🎉"),
    ("비가 와서 경기가 취소되었습니다 ☔", "경기 취소 ☔"),
    ("새 도서관이 월요일에 문을 엽니다 📚", "월요일 도서관 개관"),
    ("Müller & Söhne öffnen um 8 <b>Uhr</b>", "Müller öffnet 8 Uhr"),
)
_SYSTEMS = (
    "간결하게. 제목 한 줄만 쓰세요. 📰",
    "Hier schreibt eine kleine Zeitung ihre Betreffzeilen.\n1. Höchstens sechs Wörter.\n2. Das Wichtigste zuerst.\n"
    + "Wer einen Ort nennt, nennt ihn in der Zeile; wer eine Zahl nennt, auch sie. " * 12
    + "Donaudampfschifffahrtsgesellschaft" * 5,
    "Be brief.",
)


@dataclass(frozen=True)
class World:
    """A run to make."""

    name: str
    command: Callable[[Path], AbstractContextManager[list[str]]]
    """From a folder for its files to the arguments of `fein`; whatever it needs is there meanwhile."""


def _plain(*arguments: str) -> Callable[[Path], AbstractContextManager[list[str]]]:
    return lambda folder: contextlib.nullcontext(list(arguments))


@contextmanager
def _texts(folder: Path) -> Iterator[list[str]]:
    """Korean, emoji, markup, and a long system text among the choices."""
    rows = [{"id": f"행 {i}", "post": f"{p} ({i})", "subject": s} for i, (p, s) in enumerate(_POSTS * 4)]
    (folder / "texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "texts.toml").write_text(
        '[task]\nname = "한글 & Emoji 🎉"\ndata = "texts.jsonl"\nprompt = "Subject line for: {{ post }}"\n'
        'target = "subject"\n[search]\ntemperature = [0.0, 1.5]\n'
        f"system = {json.dumps(_SYSTEMS, ensure_ascii=False)}\n[budget]\nrequests = 200\n",
        encoding="utf-8",
    )
    yield ["tune", "texts.toml"]


@contextmanager
def _comparison(folder: Path) -> Iterator[list[str]]:
    write_data(folder / "pairs.csv", 30)
    (folder / "pairs.toml").write_text(
        '[task]\ndata = "pairs.csv"\nprompt = "Subject line for this post: {{ post }}"\ntarget = "subject"\n',
        encoding="utf-8",
    )
    yield ["compare", "pairs.toml", "--a", "temperature=0.2", "--b", "temperature=1.2"]


@contextmanager
def _failures(folder: Path) -> Iterator[list[str]]:
    """Two models at a price, and every twelfth request is refused."""

    def refused(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        name = hashlib.sha256(repr((body.get("messages"), body.get("seed"))).encode()).hexdigest()
        if path.endswith("completions") and int(name, 16) % 12 == 0:
            return 400, {"error": {"message": "the context is longer than <b>4096</b> tokens"}}
        return None

    write_data(folder / "failures.csv", 60)
    with FakeServer(override=refused, models=("fake-1", "fake-2"), latency_s=0.02) as server:
        yield [
            *("tune", "failures.csv", *_ASKS_BOTH, "-p", "temperature=0:1.5", "-p", "model=fake-1,fake-2"),
            *("--endpoint", server.url, "--price", "2.5,10", "--requests", "400"),
        ]


@contextmanager
def _unfinished(folder: Path) -> Iterator[list[str]]:
    """The server takes the key no more after a while: the run fails on the way."""
    asked = count()

    def refused(path: str, body: Mapping[str, Any]) -> tuple[int, Any] | None:
        if path.endswith("completions") and next(asked) >= 60:
            return 401, {"error": {"message": "the key has expired"}}
        return None

    write_data(folder / "unfinished.csv", 60)
    with FakeServer(override=refused) as server:
        yield ["tune", "unfinished.csv", *_ASKS_BOTH, "-p", "temperature=0:1.5", "--endpoint", server.url]


WORLDS = (
    World("first", _plain("tune")),
    World("posts", _plain("tune", "posts", "--requests", "300")),
    World("no-gain", _plain("tune", "-p", "top_k=30:60", "-p", "min_p=0:0.02", "--requests", "300")),
    World(
        "single",
        _plain(
            *("tune", "--system", "Du schreibst Betreffzeilen.", "--target", "Rad mit Platten am Bahnhof"),
            *("--prompt", "Betreff: Das Rad steht am Bahnhof und hat einen Platten.", "--requests", "120"),
        ),
    ),
    World("least", _plain("tune", "--requests", "46", "--seed", "3")),
    World("texts", _texts),
    World("comparison", _comparison),
    World("failures", _failures),
    World("unfinished", _unfinished),
)
