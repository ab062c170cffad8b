from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.text.tokens import estimate_tokens

GERMAN = "Die Stadtverwaltung bittet um Verständnis für die Verzögerungen."


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("", 0, 0),
        ("a", 1, 1),
        ("The quick brown fox jumps over the lazy dog.", 10, 14),
        (GERMAN, 15, 22),
        ("오늘 날씨가 정말 좋습니다", 11, 18),
        ("日本語の文章です", 8, 12),
        ("2026-11-21 09:43", 8, 16),
        ("    " * 10, 1, 4),
        ("🎉🎉", 2, 6),
    ],
)
def test_the_estimate_is_near_and_rather_high(text: str, low: int, high: int) -> None:
    assert low <= estimate_tokens(text) <= high


@given(st.text(), st.text())
def test_more_text_is_not_fewer_tokens_and_parts_cover_the_whole(a: str, b: str) -> None:
    assert estimate_tokens(a) <= estimate_tokens(a + b) <= estimate_tokens(a) + estimate_tokens(b)
