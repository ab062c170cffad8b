from __future__ import annotations

import re
import subprocess
import sys

import pytest

from feinschliff.errors import ScorerError
from feinschliff.scorers import SCORER_NAMES, make_scorer
from feinschliff.scorers.registry import describe
from tests.contracts.scorer_contract import TARGETS


def test_every_name_makes_a_scorer_of_its_own_name() -> None:
    named = [name for name in SCORER_NAMES if not name.startswith("sentiment")]  # these need a model
    names = [make_scorer(name, targets=TARGETS).name for name in named]
    assert [re.split("[@:]", name)[0] for name in names] == named


def test_every_name_is_described_with_its_options_and_what_it_needs() -> None:
    for name in SCORER_NAMES:
        text = describe(name)
        assert text.startswith(f"`{name}`")
        assert "target" in text
    assert "`length:LOW-HIGH`" in describe("length")


def test_an_unknown_name_lists_the_names_and_the_nearest() -> None:
    with pytest.raises(ScorerError) as caught:
        make_scorer("simliarity")
    assert "did you mean 'similarity'" in str(caught.value)
    assert all(name in (caught.value.found or "") for name in SCORER_NAMES)
    assert "chrf" not in (caught.value.mend or "")  # once is enough
    for far in ("judge", "reward:folder"):
        with pytest.raises(ScorerError) as caught:
            make_scorer(far)
        assert "did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("", "no scorer ''"),
        ("similarity,chrf", "has no weight"),
        ("similarity=0.5,", "has no weight"),
        ("similarity=much", "is no number"),
        ("similarity=nan", "positive number"),
        ("similarity=1,chrf=-1", "positive number"),
        ({}, "at least one"),
        ({"similarity": "x"}, "is no number"),
        ({"similarity": True}, "positive number"),
        ("length:5", "no range"),
        ("length:9-5", "no range"),
        ("verbatim:", "takes no option"),
        ("chrf:2", "takes no option"),
        (3, "is no scorer"),
    ],
)
def test_what_is_no_scorer_is_refused(spec: object, message: str) -> None:
    with pytest.raises(ScorerError, match=message):
        make_scorer(spec)


def test_a_sum_of_one_is_the_scorer_itself() -> None:
    assert make_scorer("similarity=2").name == make_scorer({"similarity": 0.1}).name == "similarity"


def test_options_stand_in_the_name() -> None:
    assert make_scorer("length:5-10").name == "length:5-10"
    assert make_scorer("verbatim:post").name == "verbatim:post"


def test_heavy_libraries_are_imported_where_they_are_needed() -> None:
    code = (
        "import sys, feinschliff.scorers, feinschliff.stats, feinschliff.datasets.load;"
        "print(sorted({'sklearn', 'scipy', 'sacrebleu', 'torch'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
