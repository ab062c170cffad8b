"""Knobs that are searched only where others have certain values."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pytest

from feinschliff.build import complete_space, load_task_file, make_baseline
from feinschliff.datasets.task import Task
from feinschliff.errors import ParameterError, TaskError
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import Choices, Range, Space, make_space
from feinschliff.records import Settings
from feinschliff.tuning.design import first_design
from feinschliff.tuning.effects import curve
from feinschliff.tuning.samplers.candidates import around, cover

WRITTEN = ["model=a,b", "min_p[model=b]=0:0.3", "top_k[model=b][min_p=0.1:0.3]=1,20,40", "stop[model=a]=!"]
SPACE = make_space(parse_assignments(WRITTEN))


def test_three_ways_to_write_the_same() -> None:
    spec = {
        "model": ["a", "b"],
        "min_p": {"range": [0, 0.3], "when": {"model": "b"}},
        "top_k": {"choices": [1, 20, 40], "when": {"model": ["b"], "min_p": [0.1, 0.3]}},
        "stop": {"value": "!", "when": {"model": "a"}},
    }
    assert make_space(spec) == SPACE
    assert SPACE.knobs["min_p"] == Range(0.0, 0.3)
    assert SPACE.fixed == {"stop": "!"}
    assert SPACE.when["min_p"] == {"model": Choices(("b",))}
    assert SPACE.to_dict()["when"] == {
        "min_p": {"model": {"choices": ["b"]}},
        "top_k": {"model": {"choices": ["b"]}, "min_p": [0.1, 0.3]},
        "stop": {"model": {"choices": ["a"]}},
    }


def test_a_space_without_conditions_says_nothing_of_them() -> None:
    assert set(make_space({"temperature": (0, 1)}).to_dict()) == {"knobs", "fixed"}


def test_texts_with_brackets_in_conditions() -> None:
    texts = ['system=["x ] y", "say \\"[\\""]', 'top_k[system=["x ] y"]]=1:5', 'min_p[system=say "["]=0:0.1']
    space = make_space(parse_assignments(texts))
    assert space.is_active("top_k", {"system": "x ] y"})
    assert space.is_active("min_p", {"system": 'say "["'})
    assert not space.is_active("min_p", {"system": "x ] y"})


@pytest.mark.parametrize(
    ("texts", "words"),
    [
        (["min_p[model=b]=0:0.3"], ["'min_p' depends on 'model'", "neither searched nor fixed", "give model as well"]),
        (["model=a,b", "min_p[model=c]=0:0.3"], ["a value that 'model' never has", "model=a,b"]),
        (["model=a", "min_p[model=b]=0:0.3"], ["a value that 'model' never has", "model=a"]),
        (["temperature=0:1", "min_p[temperature=1.2:2]=0:0.3"], ["'temperature' never has", "temperature=0:1"]),
        (["model=a,b", "min_p[modell=b]=0:0.3"], ["unknown parameter 'modell'"]),
        (["temperature=0:1", "min_p[temperature=warm]=0:0.3"], ["takes a number, not 'warm'"]),
        (["top_k[min_p=0.1:1]=1:5", "min_p[top_k=2]=0:1"], ["in a circle", "top_k -> min_p -> top_k"]),
        (["min_p[min_p=0.1:1]=0:1"], ["in a circle"]),
        (["model=a,b", "min_p[model=b]=0:1", "top_k[model=a][min_p=0:0.3]=1:5"], ["'top_k' can never be in force"]),
        (["model=a,b", "min_p[model=a][model=b]=0:1"], ["'model' is given twice"]),
        (["model=a,b", "min_p[model]=0:1"], ["no [NAME=VALUE]", "min_p[model=NAME]"]),
        (["model=a,b", "min_p[model=b=0:1"], ["no [NAME=VALUE]"]),
        (["model=a,b", "min_p[model=b]"], ["no NAME=VALUE"]),
    ],
)
def test_mistakes_get_one_clear_error(texts: list[str], words: list[str]) -> None:
    with pytest.raises(ParameterError) as caught:
        make_space(parse_assignments(texts))
    error = caught.value
    said = f"{error} {error.asked} {error.found} {error.mend}"
    for word in words:
        assert word in said


@pytest.mark.parametrize(
    ("wanted", "words"),
    [
        ({"range": [0, 0.3], "when": "model=b"}, "are no table"),
        ({"range": [0, 0.3, 1], "when": {"model": "b"}}, "not two numbers"),
        ({"from": 0, "when": {"model": "b"}}, "without a list 'choices'"),
    ],
)
def test_mistakes_in_a_table_get_one_clear_error(wanted: object, words: str) -> None:
    with pytest.raises(ParameterError, match=words):
        make_space({"model": ["a", "b"], "min_p": wanted})


def test_a_condition_that_always_holds_is_none() -> None:
    assert make_space(parse_assignments(["model=b", "min_p[model=b]=0:0.3"])).when == {}
    assert make_space(parse_assignments(["model=a,b", "min_p[model=a,b]=0:0.3"])).when == {}


def test_what_is_not_in_force_is_not_sent() -> None:
    assert SPACE.settings({"model": "a", "min_p": 0.2, "top_k": 20}).values == {"model": "a", "stop": "!"}
    assert SPACE.settings({"model": "b", "min_p": 0.05, "top_k": 20}).values == {"model": "b", "min_p": 0.05}
    assert SPACE.settings({"model": "b", "min_p": 0.2, "top_k": 20}).values == {"model": "b", "min_p": 0.2, "top_k": 20}


def test_what_is_not_in_force_makes_no_difference() -> None:
    one, other = (SPACE.settings({"model": "a", "min_p": p, "top_k": k}) for p, k in ((0.2, 20), (0.0, 1)))
    assert SPACE.effective(one) == SPACE.effective(other)
    assert np.array_equal(SPACE.features(one), SPACE.features(other))
    different = SPACE.settings({"model": "b", "min_p": 0.2, "top_k": 20})
    assert SPACE.effective(different) != SPACE.effective(SPACE.settings({"model": "b", "min_p": 0.2, "top_k": 40}))
    # Texts and models are all as far from each other, and a choice that is not sent as far from each of them.
    off, *on = (SPACE.features(SPACE.settings({"model": "b", "min_p": 0.2, "top_k": k}))[3:] for k in (None, 1, 20, 40))
    assert len({float(((a - b) ** 2).sum()) for a, b in itertools.combinations(on, 2)}) == 1
    assert len({float(((off - a) ** 2).sum()) for a in on}) == 1


def test_settings_are_counted_as_they_differ() -> None:
    finite = make_space(parse_assignments(["model=a,b,c", "top_k[model=b]=1:5", "mirostat[model=c,b]=0,1,2"]))
    assert finite.size == 1 + 5 * 3 + 3
    levels = {1: [1, 2, 3, 4, 5], 3: [0, 1, 2]}
    found = list(finite.every(lambda k: k.values if isinstance(k, Choices) else levels[1]))
    assert len(found) == len({s.canonical() for s in found}) == finite.size
    assert SPACE.size is None


def test_every_draw_is_in_force() -> None:
    drawn = [*cover(SPACE, 64, seed=1), *around(SPACE, cover(SPACE, 4, seed=2), 20, seed=3)]
    for settings in drawn:
        sent = {n for n in (*SPACE.knobs, *SPACE.fixed) if SPACE.is_active(n, settings.values)}
        assert set(settings.values) == sent
    assert {len(s.values) for s in drawn} == {2, 3}
    assert any("top_k" in s.values for s in drawn)
    assert any("stop" in s.values for s in drawn)


def test_the_first_design_reaches_every_knob() -> None:
    space = make_space(parse_assignments([*WRITTEN, "temperature=0:1.5"]))
    design = [s for s, _ in first_design(space, Settings(values={"model": "a", "temperature": 1.0}))]
    for name in space.knobs:
        assert len({str(s.values[name]) for s in design if name in s.values}) > 1, name


def test_a_curve_leaves_out_and_brings_in() -> None:
    winner = SPACE.settings({"model": "b", "min_p": 0.2, "top_k": 20})
    (_, a), (_, b) = curve("model", SPACE, winner)
    assert a.values == {"model": "a", "stop": "!"}
    assert b == winner
    (_, same), (_, there) = curve("model", SPACE, a)
    assert same == a
    assert there.values == {"model": "b", "min_p": 0.0}
    sent = {"top_k" in s.values for value, s in curve("min_p", SPACE, winner) if isinstance(value, float)}
    assert sent == {True, False}


def test_parts_of_a_space() -> None:
    assert SPACE.given("model", "a") == Space({}, {"stop": "!", "model": "a"})
    part = SPACE.given("model", "b")
    assert set(part.knobs) == {"min_p", "top_k"}
    assert part.when == {"top_k": {"min_p": Range(0.1, 0.3)}}
    # What depends on a knob that is not there any more is never in force.
    assert set(SPACE.without(["min_p"]).knobs) == {"model"}


def test_where_a_text_or_a_limit_is_not_in_force_the_tasks_own_is_sent() -> None:
    task = Task.single("Frage?", target="Ja.", system="Kurz.")
    wanted = parse_assignments(["model=a,b", 'system[model=b]=["Eins.", "Zwei."]', "max_tokens[model=b]=8:16"])
    space = complete_space(task, wanted)
    plain = space.settings({"model": "a", "system": "Eins.", "max_tokens": 8}).values
    assert (plain["system"], plain["max_tokens"], plain["prompt"]) == ("Kurz.", 1024, "Frage?")
    changed = space.settings({"model": "b", "system": "Eins.", "max_tokens": 8}).values
    assert (changed["system"], changed["max_tokens"]) == ("Eins.", 8)
    with pytest.raises(TaskError, match="no prompt"):
        complete_space(Task.from_rows([{"q": "x"}]), parse_assignments(["model=a,b", "prompt[model=b]={{ q }}"]))


def test_todays_settings_have_what_is_in_force_there_and_what_is_given() -> None:
    task = Task.single("Frage?", target="Ja.")
    space = complete_space(task, parse_assignments(["model=a,b", "min_p[model=b]=0:0.3"]))
    told = {"min_p": 0.05}
    assert "min_p" not in make_baseline(space, None, told=told, backend="unknown").values
    assert make_baseline(space, {"model": "b"}, told=told, backend="unknown").values["min_p"] == 0.05
    given = make_baseline(space, {"min_p": 0.1}, told=told, backend="unknown")
    assert given.values["min_p"] == 0.1
    assert space.effective(given) != space.effective(space.settings({"model": "a"}))


def test_a_task_file_writes_conditions_as_a_table(tmp_path: Path) -> None:
    (tmp_path / "t.toml").write_text(
        '[search]\nmodel = ["a", "b"]\nmin_p = { range = [0.0, 0.3], when = { model = "b" } }\n'
        'extra.mine = { choices = [1, 2], when = { model = ["b"] } }\n',
        encoding="utf-8",
    )
    space = make_space(load_task_file(tmp_path / "t.toml").search)
    assert space == make_space(parse_assignments(["model=a,b", "min_p[model=b]=0:0.3", "extra.mine[model=b]=1,2"]))
    assert set(space.when) == {"min_p", "extra.mine"}
