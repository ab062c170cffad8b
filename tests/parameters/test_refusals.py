"""What is refused or ignored, and what to do about it."""

from __future__ import annotations

from typing import Any

import pytest

from feinschliff.i18n import using
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.refusals import ignored, ignored_note, refusals, status_of
from feinschliff.records import Settings


def refused(dialect: Dialect, known: dict[str, str] | None = None, **values: Any) -> list[str]:
    """Names."""
    return [refusal.name for refusal in refusals(Settings(values=values), dialect, known=known or {})]


@pytest.mark.parametrize(
    ("dialect", "values", "names"),
    [
        ("openai", {"temperature": 0.5, "top_k": 40}, ["top_k"]),
        ("openai", {"temperature": 2.5}, ["temperature"]),
        ("openai-reasoning", {"temperature": 0.5, "max_tokens": 9, "reasoning_effort": "low"}, ["temperature"]),
        ("openai-reasoning", {"temperature": 1.0}, []),
        ("openai-reasoning", {"temperature": 0.5, "reasoning_effort": "none"}, []),
        ("vllm", {"temperature": 3.0, "top_p": 0.5}, ["temperature"]),
        ("llama.cpp", {"temperature": 9.0, "top_k": 3, "num_ctx": 512}, ["num_ctx"]),
        ("ollama", {"top_k": 40, "min_p": 0.1}, []),
        ("ollama-native", {"num_ctx": 512, "top_k": 40}, []),
        ("transformers", {"top_k": 40, "dry_multiplier": 1.0}, ["dry_multiplier"]),
        ("unknown", {"top_k": 40, "dry_multiplier": 1.0}, []),
    ],
)
def test_what_a_backend_refuses(dialect: Dialect, values: dict[str, Any], names: list[str]) -> None:
    assert refused(dialect, **values) == names


@pytest.mark.parametrize(
    ("model", "effort", "takes"),
    [
        ("o3-mini", "none", False),
        ("o1", "minimal", False),
        ("ft:o4-mini:mine", "high", True),
        ("gpt-5-mini", "minimal", True),
        ("gpt-5-mini", "none", False),
        ("gpt-5.1", "none", True),
        ("openai/gpt-5.2-pro", "xhigh", True),
    ],
)
def test_reasoning_models_differ_in_the_efforts_that_they_take(model: str, effort: str, takes: bool) -> None:
    found = refusals(Settings(values={"reasoning_effort": effort}), "openai-reasoning", model=model)
    assert [one.name for one in found] == ([] if takes else ["reasoning_effort"])


def test_only_gpt_5_and_later_have_verbosity() -> None:
    terse = Settings(values={"verbosity": "low"})
    (refusal,) = refusals(terse, "openai-reasoning", model="o3-mini")
    assert "o3-mini has no such field" in refusal.why
    assert refusals(terse, "openai-reasoning", model="gpt-5") == []
    assert refusals(terse, "openai-reasoning", model="o3-mini", known={"verbosity": "honoured"}) == []


def test_the_status_of_a_refusal_is_the_backends_own() -> None:
    for dialect, words in (("transformers", "(HTTP 422)"), ("openai", "(HTTP 400)")):
        (refusal,) = refusals(Settings(values={"dry_multiplier": 1.0}), dialect)
        assert refusal.why == f"the server has no such field and says so {words}"


def test_texts_and_fields_of_the_users_own_server_are_left_alone() -> None:
    assert refused("openai", **{"system": "x", "prompt": "y", "model": "m", "extra.mine": 1, "top_k": None}) == []


def test_what_the_live_server_was_found_to_do_counts_for_more() -> None:
    assert refused("openai", {"top_k": "honoured"}, top_k=40) == []
    assert refused("llama.cpp", {"top_k": "rejected"}, top_k=40) == ["top_k"]
    assert status_of("top_k", "ollama", known={"top_k": "honoured"}) == "honoured"
    assert status_of("top_k", "ollama", known={"top_k": "unknown"}) == "inert"
    assert ignored(Settings(values={"top_k": 40, "temperature": 1.0}), "ollama") == ["top_k"]
    assert ignored(Settings(values={"top_k": 40}), "ollama", known={"top_k": "honoured"}) == []


def test_a_field_that_is_honoured_keeps_its_range_unless_a_wider_one_was_seen() -> None:
    hot, known = Settings(values={"temperature": 2.5}), {"temperature": "honoured"}
    assert refused("vllm", known, temperature=2.5) == ["temperature"]
    assert refused("vllm", known, temperature=1.5) == []
    assert refusals(hot, "vllm", known=known, limits={"temperature": (None, 5.0)}) == []
    assert refused("vllm", {"temperature": "clamped"}, temperature=2.5) == []
    assert refused("openai-reasoning", known, temperature=0.5) == []


def test_a_refusal_says_what_was_asked_what_is_known_and_what_to_do() -> None:
    (refusal,) = refusals(Settings(values={"temperature": 0.5}), "openai-reasoning")
    error = refusal.error("openai-reasoning")
    assert error.exit_code == 2
    assert error.asked == "temperature=0.5"
    assert "only 1" in (error.found or "")
    assert "reasoning_effort" in (error.mend or "")
    (ranged,) = refusals(Settings(values={"frequency_penalty": 2.0, "temperature": 2.5}), "vllm")
    assert "0 to 2" in ranged.mend


def test_what_the_catalogue_notes_of_a_backend_is_told_in_the_users_language() -> None:
    with using("de"):
        (refusal,) = refusals(Settings(values={"temperature": 0.5}), "openai-reasoning")
    assert "nur 1" in refusal.why


def test_what_to_do_about_an_ignored_parameter() -> None:
    assert "without /v1" in ignored_note("top_k", "ollama")
    assert "'mirostat'" in ignored_note("mirostat", "ollama-native")
    assert "llama.cpp" in ignored_note("mirostat", "ollama-native")
    assert ignored_note("user", "llama.cpp").endswith("leave it out, or use openrouter, openai.")
