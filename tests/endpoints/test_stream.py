"""Answers in pieces: the same as in one piece, and never half an answer."""

from __future__ import annotations

import time
import urllib.request
from dataclasses import replace
from typing import Any

import pytest

from feinschliff.endpoints.embedded import EmbeddedEndpoint
from feinschliff.endpoints.http import HttpEndpoint
from feinschliff.endpoints.parse import BrokenBody
from feinschliff.endpoints.protocol import Endpoint, Reply, Request, Streaming
from feinschliff.endpoints.stream import AnswerStream
from feinschliff.models.house import house_path
from tests.contracts.endpoint_contract import Collector, CountingGate, make_requests, send
from tests.fakes.llama_server import llama_server
from tests.fakes.openai_server import FakeServer, spread
from tests.fakes.streams import STREAM_FAULTS, StreamStyle


class Heard:
    """A listener that keeps what it hears."""

    def __init__(self) -> None:
        self.texts = [""]
        self.thoughts = ""
        self.broken_by: list[str] = []

    def piece(self, text: str, thought: str) -> None:
        self.texts[-1] += text
        self.thoughts += thought

    def broken(self, why: str) -> None:
        self.broken_by.append(why)
        self.texts.append("")


def streamed(requests: list[Request], **how: Any) -> list[Request]:
    return [replace(request, streaming=Streaming(**how)) for request in requests]


def content(replies: dict[str, Reply]) -> dict[str, tuple[object, ...]]:
    return {
        i: (r.text, r.reasoning, r.finish_reason, r.prompt_tokens, r.completion_tokens, r.logprobs)
        for i, r in replies.items()
    }


STYLES = {
    "plain": StreamStyle(),
    "no [DONE]": StreamStyle(done=False),
    "keep-alive": StreamStyle(comments=True),
    "CRLF": StreamStyle(line_end="\r\n", comments=True),
    "cut characters": StreamStyle(cut_bytes=1, line_end="\r\n"),
    "cut lines": StreamStyle(cut_bytes=7, comments=True),
    "all at once": StreamStyle(cut_bytes=1_000_000),
    "several words": StreamStyle(words=3),
    "a tool call": StreamStyle(tool=True),
    "left open": StreamStyle(stays_open=True),
}


@pytest.mark.parametrize("style", STYLES.values(), ids=STYLES.keys())
@pytest.mark.parametrize("path", ["", "/completions"])
def test_a_stream_is_the_answer_in_one_piece(style: StreamStyle, path: str) -> None:
    server = FakeServer(style=style, answer=lambda body: f"hällo 안녕 😀 {body['seed']} welt")
    with server, HttpEndpoint(server.url + path, concurrency=4) as endpoint:
        requests = make_requests(6)
        whole, pieces = send(endpoint, requests), send(endpoint, streamed(requests))
    assert content(pieces) == content(whole)
    assert all(r.first_token_s is not None and 0 < r.first_token_s <= r.latency_s for r in pieces.values())
    assert all(r.first_token_s is None and r.pieces == 0 for r in whole.values())
    assert server.bodies[-1]["stream_options"] == {"include_usage": True}
    assert "stream" not in server.bodies[0]


def test_the_connection_is_used_again() -> None:
    with FakeServer() as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        send(endpoint, streamed(make_requests(20)))
        assert server.counts["connections"] <= 2


def test_a_connection_whose_body_does_not_end_is_given_up() -> None:
    with FakeServer(style=StreamStyle(stays_open=True)) as server, HttpEndpoint(server.url, concurrency=1) as endpoint:
        replies = send(endpoint, streamed(make_requests(3)))
        assert server.counts["connections"] >= 3
    assert all(reply.latency_s < 0.2 for reply in replies.values())


def test_reasoning_is_kept_apart() -> None:
    heard = Heard()
    style = StreamStyle(reasoning="hm so then")
    with FakeServer(style=style, answer=lambda _: "the answer") as server, HttpEndpoint(server.url) as endpoint:
        (reply,) = send(endpoint, streamed(make_requests(1), listener=heard)).values()
    assert (reply.text, reply.reasoning) == ("the answer", "hm so then ")
    assert (heard.texts, heard.thoughts) == (["the answer"], "hm so then ")


def test_counts_that_the_server_leaves_out_are_missing() -> None:
    style = StreamStyle(usage=False)
    with FakeServer(style=style, answer=lambda _: "one two three") as server, HttpEndpoint(server.url) as endpoint:
        (reply,) = send(endpoint, streamed(make_requests(1))).values()
    assert (reply.prompt_tokens, reply.completion_tokens, reply.pieces) == (None, None, 3)


def test_a_server_that_does_not_stream() -> None:
    with FakeServer(style=None) as server, HttpEndpoint(server.url) as endpoint:
        requests = make_requests(4)
        assert content(send(endpoint, streamed(requests))) == content(send(endpoint, requests))


@pytest.mark.parametrize("fault", STREAM_FAULTS)
def test_a_broken_stream_is_a_failed_attempt(fault: str) -> None:
    with FakeServer(faults={fault: 0.4}, seed=5) as server, HttpEndpoint(server.url, concurrency=4) as endpoint:
        requests = make_requests(25)
        gate, sink = CountingGate(), Collector()
        report = endpoint.send(streamed(requests), gate=gate, sink=sink)
        server.faults = {}
        whole = send(endpoint, requests)
    assert content(sink.replies) == content(whole)
    assert sum(report.failed_attempts.values()) == server.counts[fault] > 0
    assert report.sent == gate.admitted == 25 + server.counts[fault]
    assert gate.settled.count(None) == server.counts[fault]


def test_faults_of_every_kind() -> None:
    kinds = (*STREAM_FAULTS, "429", "500", "garbage", "html", "no-choices", "wrong-types", "cut")
    with FakeServer(faults=spread(0.3, kinds), seed=1) as server, HttpEndpoint(server.url, concurrency=8) as endpoint:
        requests = make_requests(100)
        replies = send(endpoint, streamed(requests))
        server.faults = {}
        assert content(replies) == content(send(endpoint, requests))


def test_who_listens_is_told_that_the_answer_begins_anew() -> None:
    heard = Heard()
    server = FakeServer(answer=lambda _: "one two three four", faults={"drop": 1.0})
    with server, HttpEndpoint(server.url + "/completions") as endpoint:
        gate = CountingGate(cap=2)
        report = endpoint.send(streamed(make_requests(1), listener=heard), gate=gate, sink=Collector())
    assert heard.texts == ["one two", "one two", ""]
    assert len(heard.broken_by) == 2
    assert "connection failed" in heard.broken_by[0]
    assert len(report.unsent) == 1


def test_a_server_without_stream_options_is_asked_without() -> None:
    with FakeServer(stream_options=False) as server, HttpEndpoint(server.url, concurrency=4) as endpoint:
        replies = send(endpoint, streamed(make_requests(30)))
        assert all(r.failure is None and r.completion_tokens is None and r.text for r in replies.values())
        assert server.counts["422"] <= 4
        assert "stream_options" not in server.bodies[-1]


def test_an_error_before_the_answer_counts_as_what_it_says() -> None:
    def refuse(path: str, body: Any) -> tuple[int, Any]:
        return 200, b'data: {"error": {"code": 400, "message": "no such knob"}}\n\n'

    with FakeServer(override=refuse) as server, HttpEndpoint(server.url + "/completions", concurrency=4) as endpoint:
        (reply,) = send(endpoint, streamed(make_requests(1))).values()
    assert reply.attempts == 1
    assert "no such knob" in str(reply.failure)


LOOP = "Ein ruhiges Zimmer mit Blick. " * 100


def test_an_answer_that_loops_is_stopped() -> None:
    style = StreamStyle(every_s=0.001)
    requests = [replace(request, fields={"max_tokens": 500}, max_tokens=500) for request in make_requests(3)]
    with FakeServer(style=style, answer=lambda _: LOOP) as server, HttpEndpoint(server.url, concurrency=2) as endpoint:
        kept = send(endpoint, streamed(requests))
        stopped = send(endpoint, streamed(requests, stop_loops=True))
        for _ in range(100):  # the server notices at its next event
            if server.counts["hung-up"] == 3:
                break
            time.sleep(0.05)
    assert all(len(r.text.split()) == 500 and not r.stopped_early for r in kept.values())
    assert {r.text for r in stopped.values()} == {LOOP[:256]}
    assert all(r.stopped_early and r.finish_reason is None for r in stopped.values())
    assert all(r.completion_tokens is None and r.pieces < 80 for r in stopped.values())
    assert server.counts["hung-up"] == 3


@pytest.mark.parametrize("words", [1, 7, 600])
def test_where_it_is_cut_does_not_depend_on_the_pieces(words: int) -> None:
    with (
        FakeServer(style=StreamStyle(words=words), answer=lambda _: LOOP) as server,
        HttpEndpoint(server.url) as endpoint,
    ):
        requests = [replace(make_requests(1)[0], fields={}, max_tokens=1000)]
        (reply,) = send(endpoint, streamed(requests, stop_loops=True)).values()
    assert (reply.text, reply.finish_reason, reply.stopped_early) == (LOOP[:256], None, True)


def test_reasoning_that_loops_is_stopped() -> None:
    with FakeServer(style=StreamStyle(reasoning=LOOP)) as server, HttpEndpoint(server.url) as endpoint:
        (reply,) = send(endpoint, streamed(make_requests(1), stop_loops=True)).values()
    assert reply.stopped_early
    assert (reply.text, len(reply.reasoning or "")) == ("", 256)


def test_what_does_not_loop_is_whole() -> None:
    with FakeServer(answer=lambda _: "word " + LOOP[:180]) as server, HttpEndpoint(server.url) as endpoint:
        requests = [replace(make_requests(1)[0], fields={}, max_tokens=1000)]
        assert content(send(endpoint, streamed(requests, stop_loops=True))) == content(send(endpoint, requests))


@pytest.mark.parametrize(
    ("stream", "what"),
    [
        (b"", "broke off"),
        (b": ping\n\n", "broke off"),
        (b'data: {"choices": [{"delta": {"content": "half"}}]}\n\n', "broke off"),
        (b'data: {"choices": []}\n\ndata: [DONE]\n\n', "without choices"),
        (b'data: {"choices": [{"delta": {"content": 5}}]}\n\n', "no text"),
        (b'data: {"choices": [{"delta": 5}]}\n\n', "delta"),
        (b'data: {"choices": [5]}\n\n', "no object"),
        (b"data: []\n\n", "no object"),
        (b"data: {\n\n", "JSON"),
        (b"event: error\ndata: overloaded\n\n", "JSON"),
        (b'data: {"error": "overloaded"}\n\n', "overloaded"),
        (b"<html><body>Bad gateway</body></html>", "HTML"),
        (b'{"error": {"message": "busy"}}', "busy"),
    ],
)
def test_what_is_no_answer(stream: bytes, what: str) -> None:
    def read(*chunks: bytes) -> None:
        reader = AnswerStream(Streaming())
        for chunk in chunks:
            reader.feed(chunk)
        reader.parsed()

    with pytest.raises(BrokenBody, match=what):
        read(stream)
    with pytest.raises(BrokenBody, match=what):
        read(*(stream[i : i + 1] for i in range(len(stream))))


def test_only_the_first_of_several_completions_is_the_answer() -> None:
    reader = AnswerStream(Streaming())
    for index, text in ((0, "a"), (1, "x"), (0, "b"), (1, "y")):
        reader.feed(b'data: {"choices": [{"index": %d, "delta": {"content": "%b"}}]}\n\n' % (index, text.encode()))
    reader.feed(b"data: [DONE]\n\n")
    assert reader.parsed().text == "ab"


class TestEngine:
    """llama.cpp itself."""

    @pytest.fixture(scope="class")
    @classmethod
    def engine(cls) -> Any:
        with EmbeddedEndpoint(house_path(), alias="house") as endpoint:
            yield endpoint

    @pytest.fixture(scope="class", params=["embedded", "by URL"])
    @classmethod
    def endpoint(cls, request: pytest.FixtureRequest, engine: EmbeddedEndpoint) -> Any:
        if request.param == "embedded":
            yield engine
        else:
            with engine.connect() as client:
                yield client

    def test_pieces_are_bitwise_the_answer_in_one(self, endpoint: Endpoint) -> None:
        requests = make_requests(20, "house", verbose=True, max_tokens=16)
        whole, pieces = send(endpoint, requests), send(endpoint, streamed(requests)[::-1])
        assert content(pieces) == content(whole)
        for i, reply in whole.items():
            assert dict(pieces[i].applied or {}) == {**(reply.applied or {}), "stream": True}
        assert all((r.first_token_s is None) == (r.text == "") for r in pieces.values())

    def test_log_probabilities_lack_only_the_end(self, endpoint: Endpoint) -> None:
        requests = make_requests(12, "house", logprobs=True, top_logprobs=3, max_tokens=16)
        whole, pieces = send(endpoint, requests), send(endpoint, streamed(requests))
        for i, reply in whole.items():
            given, all_of_them = pieces[i].logprobs or (), reply.logprobs or ()
            assert given == all_of_them[: len(given)]
            assert 0 <= len(all_of_them) - len(given) <= 1

    def test_a_loop_ends_at_once_and_is_counted(self, endpoint: Endpoint) -> None:
        stuck = {"temperature": 0.0, "max_tokens": 200, "logit_bias": [["Hund", 100.0]]}
        first, second, *others = make_requests(4, "house", max_tokens=100)
        requests = [*(replace(r, fields=stuck, max_tokens=200) for r in (first, second)), *others]
        whole, stopped = send(endpoint, requests), send(endpoint, streamed(requests, stop_loops=True))
        assert {i for i, reply in stopped.items() if reply.stopped_early} == {first.id, second.id}
        for i, reply in stopped.items():
            assert whole[i].text.startswith(reply.text)
            assert reply.stopped_early == (reply.text != whole[i].text)
            assert reply.prompt_tokens == whole[i].prompt_tokens
            assert 0 < (reply.completion_tokens or 0) <= (whole[i].completion_tokens or 0)
            assert not reply.stopped_early or (reply.completion_tokens or 0) < 150
        assert content(send(endpoint, requests)) == content(whole)


def test_a_server_of_its_own_stops_when_it_is_told_to() -> None:
    """By its own books: what it makes of an answer that was ended is what came, and a few tokens more."""
    stuck = {"temperature": 0.0, "max_tokens": 200, "logit_bias": [["Hund", 100.0]]}
    with llama_server(key="geheim") as url, HttpEndpoint(url, api_key="geheim") as endpoint:
        requests = [replace(r, fields=stuck, max_tokens=200) for r in make_requests(4, "house")]
        requests += make_requests(8, "house", max_tokens=40)[4:]
        whole = send(endpoint, requests)
        before = tokens_made(url)
        assert before == sum(reply.completion_tokens or 0 for reply in whole.values())
        stopped = send(endpoint, streamed(requests, stop_loops=True))
        time.sleep(0.5)
        late = tokens_made(url) - before - sum(reply.completion_tokens or 0 for reply in stopped.values())
    assert sum(reply.stopped_early for reply in stopped.values()) == 4
    assert 0 <= late <= 4 * 32
    for i, reply in stopped.items():
        assert whole[i].text.startswith(reply.text)
        assert reply.stopped_early or reply.text == whole[i].text


def tokens_made(url: str) -> float:
    """Tokens that a llama.cpp server has made since it began."""
    headers = {"Authorization": "Bearer geheim"}
    with urllib.request.urlopen(
        urllib.request.Request(url.removesuffix("/v1") + "/metrics", headers=headers)
    ) as response:
        rows = dict(line.rsplit(" ", 1) for line in response.read().decode().splitlines() if line[:1] not in ("", "#"))
    return float(rows["llamacpp:tokens_predicted_total"])


def test_the_servers_software_is_asked_for_once() -> None:
    with FakeServer(latency_s=0.05) as server, HttpEndpoint(server.url, concurrency=8) as endpoint:
        send(endpoint, streamed(make_requests(16), stop_loops=True))
        assert server.counts["GET"] == 6
