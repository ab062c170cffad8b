"""The search space: what is accepted, what is refused, and how settings become points."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from feinschliff.errors import ParameterError
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import Choices, Range, make_space, named_space
from feinschliff.parameters.wire import wire_fields
from feinschliff.records import Settings


def test_command_line_forms() -> None:
    spec = parse_assignments(
        ["temperature=0:1.5", "top_k=1,40,100", "min_p=0.1", 'stop=["a","b"]', "extra.mirostat=0,1,2", "model=x,y"]
    )
    space = make_space(spec)
    assert space.knobs["temperature"] == Range(0.0, 1.5)
    assert space.knobs["top_k"] == Choices((1, 40, 100))
    assert space.knobs["stop"] == Choices(("a", "b"))
    assert space.knobs["extra.mirostat"] == Choices((0, 1, 2))
    assert space.knobs["model"] == Choices(("x", "y"))
    assert space.fixed == {"min_p": 0.1}


def test_toml_two_numbers_are_a_range_and_anything_else_choices() -> None:
    space = make_space(
        {"temperature": [0.0, 1.5], "top_k": [1, 5, 10], "system": ["one", "two"], "stop": {"choices": ["x", "y"]}}
    )
    assert isinstance(space.knobs["temperature"], Range)
    assert space.knobs["top_k"] == Choices((1, 5, 10))
    assert space.knobs["system"] == Choices(("one", "two"))
    assert space.knobs["stop"] == Choices(("x", "y"))


def test_choices_from_a_file(tmp_path) -> None:
    (tmp_path / "prompts.json").write_text('["first {{ a }}", "second\\nline"]', encoding="utf-8")
    (tmp_path / "lines.txt").write_text("eins\n\nzwei\n", encoding="utf-8")
    space = make_space(parse_assignments([f"prompt=@{tmp_path}/prompts.json", f"system=@{tmp_path}/lines.txt"]))
    assert space.knobs["prompt"] == Choices(("first {{ a }}", "second\nline"))
    assert space.knobs["system"] == Choices(("eins", "zwei"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("tempratur=1", ["unknown parameter 'tempratur'", "did you mean 'temperature'"]),
        ("top_k=0.5", ["top_k", "whole number"]),
        ("top_k=0.5:10", ["top_k", "whole number"]),
        ("temperature=2:1", ["upside down", "temperature=1:2"]),
        ("temperature=warm", ["temperature", "number"]),
        ("temperature=nan", ["temperature", "number"]),
        ("temperature=-1", ["temperature", "from 0 to 5"]),
        ("top_p=0:1.5", ["top_p", "from 0 to 1"]),
        ("seed=3", ["--seed"]),
        ("temperature", ["NAME=VALUE"]),
        ('stop=["a"', ["no JSON"]),
        ("prompt=@/nowhere/at/all", ["cannot read"]),
        ("logprobs=true,false", ["true or false"]),
        ("top_logprobs=1:5", ["cannot be searched"]),
    ],
)
def test_mistakes_are_named(text: str, words: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        make_space(parse_assignments([text]))
    for word in words:
        assert word in str(caught.value)


def test_a_name_given_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="twice"):
        parse_assignments(["temperature=0", "temperature=1"])


def test_named_spaces() -> None:
    classic = make_space(named_space("classic"))
    assert set(classic.knobs) == {"temperature", "top_p", "frequency_penalty", "presence_penalty", "top_k"}
    assert classic.knobs["frequency_penalty"] == Range(-1.0, 1.0)
    words = {"choices": ["low", "medium", "high"]}
    assert named_space("default", "openai-reasoning", model="gpt-5") == {"reasoning_effort": words, "verbosity": words}
    assert named_space("default", "openai-reasoning", model="o3-mini") == {"reasoning_effort": words}
    assert "temperature" in named_space("default", "openai")
    with pytest.raises(ParameterError, match="unknown space 'huge'"):
        named_space("huge")


@given(st.lists(st.floats(0, 1), min_size=4, max_size=4))
def test_decoded_settings_lie_in_the_space_and_integers_are_whole(units: list[float]) -> None:
    space = make_space({"temperature": (0, 1.5), "top_k": (1, 100), "min_p": (0.0, 0.5), "model": ["a", "b"]})
    values = space.decode(units).values
    assert 0 <= values["temperature"] <= 1.5
    assert isinstance(values["top_k"], int)
    assert 1 <= values["top_k"] <= 100
    assert values["model"] in {"a", "b"}
    assert np.all((space.features(Settings(values=values)) >= 0) & (space.features(Settings(values=values)) <= 1))


@given(st.floats(0, 1))
def test_unit_is_the_inverse_of_at_to_a_thousandth(unit: float) -> None:
    for knob in (Range(0.0, 1.5), Range(0.001, 100.0, log=True), Range(-2.0, 2.0), Range(0.1, 1.0)):
        assert knob.unit(knob.at(unit)) == pytest.approx(unit, abs=1e-3)
        assert knob.low <= knob.at(unit) <= knob.high
        assert len(f"{knob.at(unit)!r}".lstrip("-0.")) <= 5


def test_greedy_settings_are_one_point() -> None:
    space = make_space({"temperature": (0, 1.5), "top_p": (0.1, 1.0), "top_k": (1, 100)})
    one = space.settings({"temperature": 0.0, "top_p": 0.2, "top_k": 5})
    other = space.settings({"temperature": 0.0, "top_p": 0.9, "top_k": 50})
    warm = space.settings({"temperature": 0.5, "top_p": 0.9, "top_k": 50})
    assert space.effective(one) == space.effective(other)
    assert space.effective(one) != space.effective(warm)


def test_wire_leaves_out_what_is_none_and_what_is_no_field() -> None:
    settings = Settings(
        values={
            "temperature": 0.5,
            "top_p": None,
            "stop": "x",
            "extra.dry": 1,
            "prompt": "p",
            "system": "s",
            "model": "m",
        }
    )
    assert wire_fields(settings) == {"temperature": 0.5, "stop": ["x"], "dry": 1}
