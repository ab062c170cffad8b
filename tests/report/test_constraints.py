from __future__ import annotations

from typing import Any

import pytest

from feinschliff.i18n import using
from feinschliff.report import next_steps
from feinschliff.report.constraints import constraint_sentences, constraint_table
from tests.report import samples

FOUND, TODAY = {"temperature": 0.3}, {"temperature": 1.0}


def result(verdict: str, *, found_is_recommended: bool) -> dict[str, Any]:
    limit = {
        "quantity": "tokens",
        "op": "<=",
        "limit": 20.0,
        "unit": "tokens",
        "best": {"mean": 15.2, "low": 14.1, "high": 16.0, "status": "holds"},
        "baseline": {"mean": 30.0, "low": 28.0, "high": 33.0, "status": "broken"},
    }
    return {
        "constraints": [limit],
        "verdict": verdict,
        "settings": FOUND,
        "baseline_settings": TODAY,
        "recommended": FOUND if found_is_recommended else TODAY,
    }


@pytest.mark.parametrize(
    ("verdict", "recommended", "search", "comparison"),
    [
        ("worse", True, "So what was found is recommended, although", "So A is recommended, although it scores less."),
        ("no measurable gain", True, "So what was found is recommended", "So A is recommended, although it is not"),
        ("better", False, "So what was found is not recommended", "So A is not recommended, although it scores more."),
    ],
)
def test_the_side_that_is_recommended_against_the_score_is_named(
    verdict: str, recommended: bool, search: str, comparison: str
):
    told = result(verdict, found_is_recommended=recommended)
    with using("en"):
        assert constraint_sentences(told, compares=False)[-1].startswith(search)
        assert constraint_sentences(told, compares=True)[-1].startswith(comparison)


@pytest.mark.parametrize(
    ("verdict", "recommended", "step"),
    [("worse", True, "Use A."), ("better", False, "Use B."), ("no measurable gain", True, "Use A.")],
)
def test_after_a_comparison_the_recommended_side_is_to_be_used(verdict: str, recommended: bool, step: str):
    told = result(verdict, found_is_recommended=recommended)
    with using("en"):
        assert next_steps(told, samples.comparison_details()) == [step]


def test_a_verdict_that_is_followed_needs_no_more_words():
    with using("en"):
        assert constraint_sentences(result("better", found_is_recommended=True), compares=False) == [
            "What was found holds tokens <= 20.",
            "Today's settings break tokens <= 20.",
        ]


def test_what_a_limit_comes_to_is_told_in_both_languages():
    told, sides = result("worse", found_is_recommended=True), [("A", "best"), ("B", "baseline")]
    rows = {}
    for language in ("en", "de"):
        with using(language):
            table = constraint_table(told, sides)
            assert table is not None
            rows[language] = table.rows[0]
    assert rows["en"] == ["tokens <= 20", "15.2 (14.1 to 16.0), holds", "30.0 (28.0 to 33.0), broken"]
    assert rows["de"] == ["tokens <= 20", "15,2 (14,1 bis 16,0), eingehalten", "30,0 (28,0 bis 33,0), verletzt"]
