"""Every parameter in `-p` and in task files: ranges, choices, words, JSON, other names."""

from __future__ import annotations

import pytest

from feinschliff.errors import ParameterError
from feinschliff.i18n import using
from feinschliff.parameters.catalogue import CATALOGUE, check_settings, check_value, parameter
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.rows import Parameter
from feinschliff.parameters.space import Choices, Range, is_greedy, make_space
from feinschliff.records import Settings

ROWS = list(CATALOGUE.values())


@pytest.mark.parametrize(
    "row", [r for r in ROWS if r.role == "sampling" and r.kind in {"float", "int"}], ids=lambda r: r.name
)
def test_every_sampling_knob_is_searched_as_a_range_and_as_choices(row: Parameter) -> None:
    assert row.span is not None
    low, high = row.span
    space = make_space(parse_assignments([f"{row.name}={low:g}:{high:g}"]))
    assert space.knobs[row.name] == Range(low, high, integer=row.kind == "int", log=row.log and low > 0)
    choices = make_space(parse_assignments([f"{row.name}={low:g},{high:g}"]))
    assert choices.knobs[row.name] == Choices((low, high))
    for name in row.aliases:
        assert make_space(parse_assignments([f"{name}={low:g}:{high:g}"])) == space


def test_off_lies_beyond_the_wide_end_only_where_it_is_no_small_value() -> None:
    space = make_space({"top_k": (1, 100), "mirostat": (0, 2), "top_n_sigma": (0.5, 3.0)})
    at = lambda **values: list(space.features(Settings(values=values)))  # noqa: E731
    assert at(top_k=0, mirostat=0, top_n_sigma=-1.0) == [1.0, 0.0, 1.0]
    assert at(top_k=1, mirostat=2, top_n_sigma=3.0) == [0.0, 1.0, 1.0]


def test_a_moving_temperature_and_xtc_are_not_greedy() -> None:
    greedy = {"temperature": 0.0}
    assert is_greedy(Settings(values=greedy))
    assert is_greedy(Settings(values={"top_k": 1, "temperature": 1.0}))
    assert not is_greedy(Settings(values={**greedy, "dynatemp_range": 0.5}))
    assert not is_greedy(Settings(values={**greedy, "xtc_probability": 0.5}))
    assert not is_greedy(Settings(values={"top_k": 1, "temperature": 1.0, "mirostat": 2}))


@pytest.mark.parametrize(
    ("text", "fixed"),
    [
        ("reasoning_effort=low", "low"),
        ("verbosity=high", "high"),
        ("do_sample=true", True),
        ('logit_bias={"12": -100}', {"12": -100}),
        ('response_format={"type": "json_object"}', {"type": "json_object"}),
        ('tools=[{"type": "function"}]', [{"type": "function"}]),
        ("tool_choice=required", "required"),
        ('tool_choice={"type": "function"}', {"type": "function"}),
        ('dry_sequence_breakers=["x", "."]', ["x", "."]),
        ("num_ctx=4096", 4096),
        ("n_ctx=4096", 4096),
    ],
)
def test_words_and_json_are_fixed_values(text: str, fixed: object) -> None:
    space = make_space(parse_assignments([text]))
    assert list(space.fixed.values()) == [fixed]
    assert not space.knobs
    name = next(iter(space.fixed))
    assert make_space({name: fixed}).fixed == space.fixed


@pytest.mark.parametrize(
    ("text", "choices"),
    [
        ("reasoning_effort=low,medium,high", ("low", "medium", "high")),
        ('verbosity=["low", "high"]', ("low", "high")),
        ("tool_choice=auto,none", ("auto", "none")),
        ('logit_bias=[{"1": -1}, {"1": 1}]', ({"1": -1}, {"1": 1})),
        ('tools={"choices": [[], [{"type": "function"}]]}', ([], [{"type": "function"}])),
        ("do_sample=[true, false]", (True, False)),
        ("mirostat=0,2", (0, 2)),
    ],
)
def test_words_and_json_are_choices(text: str, choices: tuple[object, ...]) -> None:
    space = make_space(parse_assignments([text]))
    assert [knob.values for knob in space.knobs.values()] == [choices]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("reasoning_effort=hihg", ["one of none, minimal, low"]),
        ("reasoning_effort=low,hihg", ["one of none, minimal, low"]),
        ("verbosity=0:1", ["one of low, medium, high"]),
        ("logit_bias=5", ["takes JSON"]),
        ('logit_bias={"1": }', ["no JSON"]),
        ('tools={"type": "function"}', ["a JSON list"]),
        ('response_format=["text"]', ["a JSON object"]),
        ("mirostat=3", ["from 0 to 2"]),
        ("xtc_probability=0:1.5", ["from 0 to 1"]),
        ("repeat_penalty=0", ["from 0.01 to 10"]),
        ("system_fingerprint=x", ["cannot be set", "read it in the answer"]),
        ("seed=3", ["cannot be set", "use --seed"]),
        ("stream=true", ["cannot be set", "use --stream"]),
        ("messages=x", ["cannot be set", "messages column"]),
        ("temp=1", ["did you mean 'temperature'"]),
        ("best_of=1:5", ["cannot be searched"]),
        ("repeat_penlty=1", ["did you mean 'repeat_penalty'"]),
    ],
)
def test_mistakes_are_named(text: str, words: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        make_space(parse_assignments([text]))
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("name", ["nonsense", "see", "streams", "message", "nn", "judge"])
def test_nothing_is_suggested_that_is_far_off_or_cannot_be_set(name: str) -> None:
    with pytest.raises(ParameterError, match="unknown parameter") as caught:
        make_space(parse_assignments([f"{name}=1"]))
    assert "did you mean" not in str(caught.value)


def test_one_parameter_under_two_names_is_refused() -> None:
    with pytest.raises(ParameterError, match="'repeat_penalty' is given twice"):
        parse_assignments(["repeat_penalty=1", "repetition_penalty=1.1"])
    with pytest.raises(ParameterError, match="given twice"):
        make_space({"repeat_penalty": 1.0, "repetition_penalty": 1.1})
    with pytest.raises(ParameterError, match="given twice"):
        check_settings({"max_tokens": 5, "num_predict": 6})
    assert check_settings({"repetition_penalty": 1, "top_k": 3}) == {"repeat_penalty": 1.0, "top_k": 3}


def test_newer_rows_may_still_be_sent_under_their_plain_name() -> None:
    assert parameter("extra.mirostat").role == "request"
    for name in ("extra.temperature", "extra.top_k", "extra.seed", "extra.model"):
        with pytest.raises(ParameterError, match="by another name"):
            parameter(name)


@pytest.mark.parametrize(
    ("name", "value", "german"),
    [
        ("temperature", -1, "verlangt einen Wert von 0 bis 5, nicht -1"),
        ("top_p", 3, "verlangt einen Wert von 0 bis 1, nicht 3"),
        ("top_k", 1.5, "verlangt eine ganze Zahl, nicht 1.5"),
        ("do_sample", 3, "verlangt true oder false"),
        ("stop", 3, "verlangt einen Text oder eine Liste von Texten"),
        ("tool_choice", 3, "verlangt einen Text oder ein JSON-Objekt"),
        ("verbosity", "loud", "verlangt eines von"),
    ],
)
def test_what_a_parameter_takes_is_told_in_the_users_language(name: str, value: object, german: str) -> None:
    with using("de"), pytest.raises(ParameterError) as caught:
        check_value(name, value)  # type: ignore[arg-type]
    assert german in caught.value.message
