"""The catalogue is whole and says nothing that contradicts itself."""

from __future__ import annotations

import itertools
import re
import time

import pytest

from feinschliff.errors import ParameterError
from feinschliff.parameters.catalogue import CATALOGUE, PACKAGED, any_row, canonical
from feinschliff.parameters.dialects import DIALECTS, Dialect, checked_dialect, dialect_of
from feinschliff.parameters.read import read_rows
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.texts import _labels, _packaged, _phrases, line_of, phrase, text_language, texts_of

WANTED = set(
    """
temperature top_k top_p frequency_penalty presence_penalty max_tokens stop best_of logprobs top_logprobs do_sample
messages logit_bias n response_format seed system_fingerprint stream tools tool_choice user min_p repeat_penalty
repeat_last_n typical_p top_n_sigma dry_multiplier dry_base dry_allowed_length dry_penalty_last_n dry_sequence_breakers
xtc_probability xtc_threshold mirostat mirostat_tau mirostat_eta dynatemp_range dynatemp_exponent adaptive_target
adaptive_decay samplers reasoning_effort verbosity max_completion_tokens num_beams num_ctx model system prompt
""".split()  # noqa: SIM905
)

SAME_EVERYWHERE = {"400 Unrecognized request argument", "vllm serve --max-model-len N"}

ROWS = list(CATALOGUE.values())
WIRE = [row for row in ROWS if row.role != "task"]


def test_the_parameters_are_all_there() -> None:
    assert set(CATALOGUE) == WANTED


@pytest.mark.parametrize("row", WIRE, ids=lambda row: row.name)
def test_every_row_is_whole(row: Parameter) -> None:
    assert row.code
    assert row.sources
    assert len(row.checked) == len("2026-01-31")
    assert set(row.backends) == set(DIALECTS)
    assert all(support.source for dialect, support in row.backends.items() if dialect != "unknown")
    if row.role == "sampling" and row.kind in {"float", "int"}:
        assert row.span is not None
        assert row.formula
        assert texts_of(row, "en").low
    if row.role == "sampling" and row.kind in {"float", "int", "bool"}:
        assert texts_of(row, "en").example


@pytest.mark.parametrize("language", ["de", "ko"])
def test_the_languages_say_the_same_of_the_same_parameters(language: str) -> None:
    english, other = _packaged("en"), _packaged(language)
    assert set(english) == set(other) == set(CATALOGUE)
    for name, texts in english.items():
        said = {key for key, value in vars(texts).items() if value}
        assert {key for key, value in vars(other[name]).items() if value} == said, name
        assert vars(other[name])["does"] != texts.does
    assert set(_labels()[language]) == set(_labels()["en"])


def test_notes_sources_and_formulas_are_translated() -> None:
    supports = [support for row in ROWS for support in row.backends.values()]
    texts = {*(s.note for s in supports), *(s.source for s in supports), *(row.formula for row in ROWS)}
    wordy = {text for text in texts if re.search(r"[a-z]{3,} [a-z]{2,}", text)}
    assert len(wordy) > 100
    for language in ("de", "ko"):
        assert {text for text in wordy if phrase(text, language) == text} <= SAME_EVERYWHERE
        assert set(_phrases()[language]) <= texts, "translations of what is no longer there"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_ranges_hold_their_spans_and_neutral_values(row: Parameter) -> None:
    for value in (*(row.span or ()), row.neutral):
        assert value is None or row.low is None or value >= row.low
        assert value is None or row.high is None or value <= row.high
    assert row.span is None or row.span[0] < row.span[1]
    assert not row.log or row.span is None or row.span[0] > 0
    for support in row.backends.values():
        assert support.low is None or support.high is None or support.low <= support.high
        if isinstance(support.default, int | float) and support.low is not None:
            assert support.default >= support.low or support.status == "rejected"


def test_names_and_aliases_are_unique() -> None:
    names = [name for row in ROWS for name in (row.name, *row.aliases)]
    assert len(names) == len(set(names))
    assert canonical("repetition_penalty") == "repeat_penalty"
    assert canonical("extra.repetition_penalty") == "extra.repetition_penalty"
    assert any_row("num_predict").name == "max_tokens"


@pytest.mark.parametrize(
    ("name", "dialect", "status", "wire", "low", "high", "outside", "default"),
    [
        ("temperature", "openai", "honoured", "temperature", 0, 2, "reject", 1.0),
        ("temperature", "openai-reasoning", "rejected", "temperature", 1, 1, "reject", 1.0),
        ("temperature", "ollama-native", "honoured", "options.temperature", None, None, None, 0.8),
        ("temperature", "vllm", "honoured", "temperature", 0, 2, "reject", 1.0),
        ("temperature", "anthropic", "clamped", "temperature", 0, 1, "clamp", 1.0),
        ("top_p", "ollama-native", "honoured", "options.top_p", None, None, None, 0.9),
        ("top_k", "openai", "rejected", "top_k", None, None, None, None),
        ("top_k", "ollama", "inert", "top_k", None, None, None, None),
        ("top_k", "llama.cpp", "honoured", "top_k", 0, None, "clamp", 40),
        ("top_k", "transformers", "remapped", "generation_config.top_k", 1, None, None, 50),
        ("min_p", "llama.cpp", "honoured", "min_p", 0, 1, "clamp", 0.05),
        ("repeat_penalty", "vllm", "honoured", "repetition_penalty", None, None, None, 1.0),
        ("repeat_penalty", "llama.cpp", "honoured", "repeat_penalty", None, None, None, 1.0),
        ("repeat_last_n", "llama.cpp", "honoured", "repeat_last_n", 0, None, "reject", 64),
        ("frequency_penalty", "transformers", "remapped", "frequency_penalty", None, None, None, 0.0),
        ("presence_penalty", "anthropic", "inert", "presence_penalty", None, None, None, None),
        ("mirostat", "llama.cpp", "honoured", "mirostat", 0, 2, "clamp", 0),
        ("max_tokens", "openai-reasoning", "remapped", "max_completion_tokens", 1, None, "reject", None),
        ("max_tokens", "ollama-native", "honoured", "options.num_predict", -2, None, None, -1),
        ("max_completion_tokens", "ollama", "inert", "max_completion_tokens", None, None, None, None),
        ("top_logprobs", "openai", "honoured", "top_logprobs", 0, 20, "reject", None),
        ("logprobs", "lmstudio", "inert", "logprobs", None, None, None, None),
        ("logit_bias", "vllm", "clamped", "logit_bias", -100, 100, "clamp", None),
        ("response_format", "transformers", "inert", "response_format", None, None, None, None),
        ("tool_choice", "ollama", "inert", "tool_choice", None, None, None, None),
        ("reasoning_effort", "openai", "rejected", "reasoning_effort", None, None, None, None),
        ("num_ctx", "ollama-native", "load time", "options.num_ctx", None, None, None, None),
        ("dry_multiplier", "openai", "rejected", "dry_multiplier", None, None, None, None),
        ("dry_multiplier", "transformers", "rejected", "dry_multiplier", None, None, None, None),
        ("xtc_probability", "anthropic", "inert", "xtc_probability", None, None, None, None),
        ("temperature", "unknown", "unknown", "temperature", None, None, None, None),
    ],
)
def test_backends_as_measured_and_read(
    name: str, dialect: Dialect, status: str, wire: str, low: object, high: object, outside: object, default: object
) -> None:
    found = CATALOGUE[name].at(dialect)
    assert (found.status, found.wire, found.low, found.high, found.outside, found.default) == (
        status, wire, low, high, outside, default,
    )  # fmt: skip


def test_defaults_for_the_baseline_are_those_that_no_model_changes() -> None:
    assert CATALOGUE["temperature"].defaults == {
        "openai": 1.0,
        "ollama": 1.0,
        "openai-reasoning": 1.0,
        "anthropic": 1.0,
    }
    assert "llama.cpp" not in CATALOGUE["top_k"].defaults
    assert CATALOGUE["frequency_penalty"].defaults["llama.cpp"] == 0.0


def test_reading_the_whole_file_is_quick() -> None:
    text = PACKAGED.read_text(encoding="utf-8")
    taken = []
    for _ in range(5):
        before = time.process_time()
        read_rows(text, origin="catalogue.toml", packaged=True, known={})
        taken.append(time.process_time() - before)
    assert min(taken) < 0.030


@pytest.mark.parametrize(
    ("backend", "model", "native", "dialect"),
    [
        ("openai", "gpt-4o-mini", False, "openai"),
        ("openai", None, False, "openai"),
        ("openai", "o1", False, "openai-reasoning"),
        ("openai", "o3-mini", False, "openai-reasoning"),
        ("openai", "o4-mini-2025-04-16", False, "openai-reasoning"),
        ("openai", "ft:o4-mini:acme::x", False, "openai-reasoning"),
        ("openai", "gpt-5", False, "openai-reasoning"),
        ("openai", "gpt-5.1-codex", False, "openai-reasoning"),
        ("openai", "gpt-5-chat-latest", False, "openai"),
        ("openai", "gpt-4.1", False, "openai"),
        ("openai", "foo1", False, "openai"),
        ("openrouter", "openai/gpt-5", False, "openrouter"),
        ("ollama", "llama3.2", False, "ollama"),
        ("ollama", "llama3.2", True, "ollama-native"),
        ("llama.cpp", "o1", False, "llama.cpp"),
        ("something else", "m", False, "unknown"),
    ],
)
def test_dialects(backend: str, model: str | None, native: bool, dialect: str) -> None:
    assert dialect_of(backend, model=model, native=native) == dialect


def test_an_unknown_backend_is_named_with_the_nearest() -> None:
    assert checked_dialect("Ollama-Native") == "ollama-native"
    with pytest.raises(ParameterError) as caught:
        checked_dialect("olama")
    assert "did you mean 'ollama'" in str(caught.value)
    assert "vllm" in (caught.value.found or "")


def test_the_language_is_asked_for_or_the_users(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FEIN_LANG", "ko")
    assert text_language() == "ko"
    monkeypatch.setenv("FEIN_LANG", "fr")
    assert text_language() == "en"
    assert text_language("DE") == "de"
    with pytest.raises(ParameterError, match="not explained in 'fr'"):
        text_language("fr")


def test_lines_are_one_sentence() -> None:
    for row, language in itertools.product(ROWS, ("de", "ko")):
        line = line_of(row, language)
        assert 5 < len(line) < 260, (row.name, line)
        assert line[-1] in ".!?", (row.name, line)
