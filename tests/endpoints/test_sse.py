"""Server-sent events."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.endpoints.sse import EventReader


def events(*chunks: bytes) -> list[bytes]:
    reader = EventReader()
    return [event for chunk in chunks for event in reader.feed(chunk)] + reader.close()


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r"])
def test_every_line_end(end: bytes) -> None:
    stream = end.join(
        [b": ping", b"", b"data: one", b"", b"event: x", b"id: 3", b"data:two", b"data:  lines", b"", b""]
    )
    assert events(stream) == [b"one", b"two\n lines"]
    assert events(*(stream[i : i + 1] for i in range(len(stream)))) == [b"one", b"two\n lines"]


def test_a_byte_order_mark_is_no_part_of_the_first_field() -> None:
    assert events(b"\xef\xbb", b"\xbfdata: a\n\n") == [b"a"]


def test_the_last_empty_line_may_be_missing() -> None:
    assert events(b"data: a\n\ndata: [DONE]\n") == [b"a", b"[DONE]"]
    assert events(b"data: a\n\ndata: [DONE]\r") == [b"a", b"[DONE]"]
    assert events(b"data: a") == [b"a"]


def test_what_is_no_event() -> None:
    assert events(b"") == []
    assert events(b": keep-alive\n\n: keep-alive\n\n\n\nretry: 10\n\nevent: ping\n\ndatax: 1\n\n") == []
    assert events(b"data\n\n") == [b""]


@given(
    st.lists(st.text(alphabet="ä안x:{}", max_size=6), max_size=6), st.lists(st.integers(1, 9), max_size=30), st.data()
)
def test_cuts_do_not_matter(texts: list[str], sizes: list[int], data: st.DataObject) -> None:
    end = data.draw(st.sampled_from(["\n", "\r\n", "\r"]))
    stream = "".join(f"data: {text}{end}: comment{end}{end}" for text in texts).encode()
    chunks, start = [], 0
    for size in sizes:
        chunks.append(stream[start : start + size])
        start += size
    assert events(*chunks, stream[start:]) == [text.encode() for text in texts]
