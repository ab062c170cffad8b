from __future__ import annotations

from collections import Counter

import pytest

from feinschliff.datasets.wishes import LANGUAGES, SYSTEM, TEMPLATE, WISH_FIELDS, draw_wishes
from feinschliff.generation import check_template, render_messages
from feinschliff.records import Example, Settings


def test_the_same_number_is_the_same_wish() -> None:
    many = draw_wishes(0, 300, seed=3)
    assert draw_wishes(120, 40, seed=3) == many[120:160]
    assert draw_wishes(0, 300, seed=4) != many
    assert {wish["language"] for wish in many[::2]} == {"de"}
    assert all(set(wish) == set(WISH_FIELDS) for wish in many)


@pytest.mark.parametrize("language", LANGUAGES)
def test_wishes_spread_evenly_and_hardly_repeat(language: str) -> None:
    wishes = draw_wishes(0, 28 * 20, language=language)
    for name in ("kind", "person", "place", "tone", "length", "detail"):
        counts = Counter(wish[name] for wish in wishes)
        assert max(counts.values()) - min(counts.values()) <= 1, name
    whole = Counter(tuple(v for k, v in wish.items() if k != "number") for wish in wishes)
    assert len(whole) == len(wishes)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("topic", [None, "E-Scooter & Co"])
def test_templates_use_what_a_wish_holds(language: str, topic: str | None) -> None:
    (wish,) = draw_wishes(7, 1, language=language, topic=topic)
    check_template(TEMPLATE[language], WISH_FIELDS, what="prompt")
    settings = Settings(values={"system": SYSTEM[language], "prompt": TEMPLATE[language]})
    system, prompt = render_messages(Example(id="7", row=dict(wish)), settings)
    assert system.content == SYSTEM[language]
    assert "  " not in prompt.content
    assert "\n\n" not in prompt.content
    shown = {"person", "place", "tone", "length", "detail"} | ({"topic", "form"} if topic else {"kind"})
    assert all(str(wish[name]) in prompt.content for name in shown)
    assert (str(wish["kind"]) in prompt.content) == (topic is None)
