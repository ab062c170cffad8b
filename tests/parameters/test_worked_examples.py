"""The worked examples of the catalogue, recomputed by a sampler that is written from the formulas."""

from __future__ import annotations

import math
import re

import pytest

from feinschliff.parameters.catalogue import CATALOGUE
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.texts import texts_of
from tests.parameters.reference import nucleus, sampled

ROWS = [row for row in CATALOGUE.values() if row.example is not None]
TOKENS = (0.4, 0.2, 0.15, 0.12, 0.08, 0.05)


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_every_case_is_what_the_formula_gives(row: Parameter) -> None:
    assert row.example is not None
    assert math.isclose(sum(row.example.given), 1.0)
    for case in row.example.cases:
        assert row.name in case.settings
        assert case.probabilities == pytest.approx(sampled(row.example, case.settings), abs=6e-4)


def test_all_that_act_on_the_distribution_have_an_example() -> None:
    without = {row.name for row in CATALOGUE.values() if row.role == "sampling"} - {row.name for row in ROWS}
    assert without == {
        "repeat_last_n", "dry_penalty_last_n", "dry_sequence_breakers", "mirostat_eta", "num_beams",
        "adaptive_target", "adaptive_decay", "samplers",
    }  # fmt: skip


@pytest.mark.parametrize(("top_p", "survivors"), [(0.3, 1), (0.4, 1), (0.6, 2)])
def test_the_nucleus_of_40_and_20_percent(top_p: float, survivors: int) -> None:
    assert len(nucleus(TOKENS, range(6), top_p)) == survivors
    case = next(c for c in CATALOGUE["top_p"].example.cases if c.settings["top_p"] == top_p)  # type: ignore[union-attr]
    assert sum(p > 0 for p in case.probabilities) == survivors


def text(name: str, language: str = "en") -> str:
    return texts_of(CATALOGUE[name], language).example.replace(",", ".")


def said(name: str) -> list[list[float]]:
    """Numbers of an example's text, in each language: they are to be the same."""
    return [sorted(float(n) for n in re.findall(r"\d+(?:\.\d+)?", text(name, code))) for code in ("en", "de", "ko")]


@pytest.mark.parametrize(
    "name",
    ["temperature", "top_p", "min_p", "frequency_penalty", "presence_penalty", "repeat_penalty", "dry_multiplier",
     "dynatemp_range", "dynatemp_exponent", "mirostat_eta", "adaptive_target", "adaptive_decay", "num_beams",
     "logit_bias", "logprobs"],
)  # fmt: skip
def test_the_texts_give_the_same_numbers_in_every_language(name: str) -> None:
    english, german, korean = said(name)
    words = {1.0, 2.0, 3.0, 4.0, 6.0, 8.0, 100.0}  # counted in words in one language, in digits in another
    assert {n for n in english if n not in words} == {n for n in german if n not in words}
    assert {n for n in english if n not in words} == {n for n in korean if n not in words}


def test_numbers_in_words_are_right() -> None:
    entropy = -sum(p * math.log(p) for p in TOKENS)
    share = entropy / math.log(6)
    assert f"{entropy:.2f}" in text("typical_p")
    assert f"{100 * share:.0f} %" in text("dynatemp_range")
    assert f"about {0.4 + 0.8 * share:.1f}" in text("dynatemp_range")
    assert f"about {0.4 + 0.8 * share**0.5:.2f}" in text("dynatemp_exponent")
    assert f"about {0.4 + 0.8 * share**2:.2f}" in text("dynatemp_exponent")
    assert f"= {0.8 * 1.75 ** (4 - 2):.2f}" in text("dry_multiplier")
    assert f"{0.4 * 1.2**2:.2f}" in text("dry_base")
    assert f"{0.4 * 2.5**2:.1f}" in text("dry_base")
    assert f"to {10 - 0.1 * (3 - 5):.1f}" in text("mirostat_eta")
    assert f"= {2 * 0.5 - 0.8:.1f}" in text("adaptive_target")
    assert f"= {math.log(0.4):.2f}" in text("logprobs")
    assert f"{math.log(0.99):.2f}" in text("logprobs")
    assert f"({math.log(0.4):.2f})" in text("top_logprobs")
    assert f"({math.log(0.2):.2f})" in text("top_logprobs")
    assert f"{128 * 8192 / 1024 / 1024:.0f} GiB for 8192" in text("num_ctx")
    assert f"{128 * 32768 / 1024 / 1024:.0f} GiB for 32768" in text("num_ctx")
    for p in (0.4, 0.2):
        assert f"{math.log(p) + 5:.1f}" in text("repeat_penalty")
        assert f"{(math.log(p) + 5) / 1.1:.1f}" in text("repeat_penalty")


def test_beam_search_finds_the_likelier_whole() -> None:
    first = {"A": 0.6, "B": 0.4}
    then = {"A": 0.3, "B": 0.9}
    greedy = max(first, key=lambda token: first[token])
    beams = max(first, key=lambda token: first[token] * then[token])
    assert (greedy, beams) == ("A", "B")
    assert f"= {first[greedy] * then[greedy]:.2f}" in text("num_beams")
    assert f"= {first[beams] * then[beams]:.2f}" in text("num_beams")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("frequency_penalty", "discourages repetition; it does not encourage"),
        ("top_logprobs", "to 20, not to 5"),
        ("do_sample", "temperature 0 is refused"),
        ("do_sample", "top_k is 50"),
        ("top_k", "Hugging Face cuts at 50"),
        ("temperature", "refuses temperature 0"),
    ],
)
def test_common_errors_are_put_right(name: str, words: str) -> None:
    assert words in texts_of(CATALOGUE[name], "en").pitfalls
