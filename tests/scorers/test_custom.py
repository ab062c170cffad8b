from __future__ import annotations

import functools
import subprocess
import sys
from collections.abc import Callable, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from feinschliff.errors import ScorerError
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers import FunctionScorer, make_scorer
from tests.contracts.scorer_contract import make_answer

EXAMPLE = Example(id="1", row={"post": "Hallo", "tags": ["a"]}, target="Fru\u0308hstu\u0308ck")


def score_of(function: Callable[..., Any]) -> Score:
    return FunctionScorer(function).score([EXAMPLE], [make_answer("Antwort")])[0]


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (0.5, 0.5),
        (1, 1.0),
        (True, 1.0),
        (np.float32(0.25), 0.25),
        (np.bool_(True), 1.0),
        (Fraction(1, 2), 0.5),
        (-3, -3.0),
    ],
)
def test_numbers_are_taken(given: object, expected: float) -> None:
    assert score_of(lambda answer, target, row: given).value == expected


@pytest.mark.parametrize("given", [None, float("nan"), float("inf"), "0.5", [1.0], 1j])
def test_what_is_no_finite_number_is_none_with_a_reason(given: object) -> None:
    score = score_of(lambda answer, target, row: given)
    assert score.value is None
    assert score.reason


def test_an_exception_is_none_and_named_and_the_other_rows_are_scored() -> None:
    def fails_on_empty(answer: str, target: str | None, row: dict[str, Any]) -> float:
        return 1 / len(answer)

    scores = FunctionScorer(fails_on_empty).score([EXAMPLE, EXAMPLE], [make_answer(""), make_answer("ab")])
    assert scores[0].value is None
    assert "ZeroDivisionError" in (scores[0].reason or "")
    assert scores[1].value == 0.5


def test_the_function_gets_nfc_and_a_copy_of_the_row() -> None:
    seen: list[str | None] = []

    def scorer(answer: str, target: str | None, row: dict[str, Any]) -> float:
        seen.append(target)
        row["tags"].append("b")
        return float(len(row["tags"]))

    assert score_of(scorer).value == score_of(scorer).value == 2
    assert seen == ["Frühstück", "Frühstück"]
    assert EXAMPLE.row["tags"] == ["a"]


def test_a_wrong_signature_is_refused_at_the_start() -> None:
    with pytest.raises(ScorerError, match="answer, target, row"):
        make_scorer(lambda answer: 1.0)


def test_lambdas_closures_and_partials_of_one_file_have_names_of_their_own() -> None:
    def constant(value: float) -> Callable[..., float]:
        return lambda answer, target, row: value

    def f(factor: float, answer: str, target: str | None, row: dict[str, Any]) -> float:
        return factor

    functions = [lambda a, t, r: 1.0, lambda a, t, r: 2.0, constant(1), constant(2)]
    functions += [functools.partial(f, 1), functools.partial(f, 2)]
    names = [FunctionScorer(function).name for function in functions]
    assert len(set(names)) == 6
    assert names == [FunctionScorer(function).name for function in functions]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", list(sys.path))
    return tmp_path


def test_a_module_of_the_working_folder(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "my_scorer_a.py").write_text("def brevity(answer, target, row):\n    return 1 / (1 + len(answer))\n")
    scorer = make_scorer("my_scorer_a:brevity")
    assert scorer.score([EXAMPLE], [make_answer("abc")])[0].value == 0.25
    old_name = scorer.name
    assert old_name.startswith("my_scorer_a:brevity@")
    monkeypatch.delitem(sys.modules, "my_scorer_a")
    (folder / "my_scorer_a.py").write_text(
        "def brevity(answer, target, row):\n    return 2 / (1 + len(answer))  # new\n"
    )
    assert make_scorer("my_scorer_a:brevity").name != old_name


def test_the_name_is_the_same_in_another_process(folder: Path) -> None:
    (folder / "my_scorer_b.py").write_text(
        "def outer(k):\n    def inner(answer, target, row):\n"
        "        return max((len(w) for w in answer.split()), default=k)\n"
        "    return inner\n\nthing = outer(3)\n"
    )
    code = "from feinschliff.scorers import make_scorer; print(make_scorer('my_scorer_b:thing').name)"
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=folder)
    assert other.stdout.strip() == make_scorer("my_scorer_b:thing").name


class Fixed:
    name = "fixed"

    def score(self, examples: Sequence[Example], answers: Sequence[Answer]) -> list[Score]:
        return [Score(value=1.0) for _ in answers]


def test_an_object_with_name_and_score_is_used_as_it_is() -> None:
    fixed = Fixed()
    assert make_scorer(fixed) is fixed
    assert isinstance(make_scorer(f"{__name__}:Fixed"), Fixed)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("no_such_module:f", "ModuleNotFoundError"),
        ("my_broken_scorer:f", "SyntaxError"),
        ("json:loads2", "takes no option"),
        ("math:no_such", "has no 'no_such'"),
        ("math:pi", "is no scorer"),
        ("math:sqrt", "cannot be called"),
    ],
)
def test_what_cannot_be_loaded_says_why(folder: Path, spec: str, message: str) -> None:
    (folder / "my_broken_scorer.py").write_text("def f(:\n")
    with pytest.raises(ScorerError, match=message):
        make_scorer(spec)
