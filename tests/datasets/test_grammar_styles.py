"""Styled subject lines, facts and long posts: in step with what the post says, and without any effect on it."""

from __future__ import annotations

import hashlib

import pytest

from feinschliff.datasets.bundled import BUNDLED
from feinschliff.datasets.grammar import (
    STYLES,
    carries_fact,
    carries_key_fact,
    follows_style,
    list_facts,
    make_drafts,
    make_posts,
)
from feinschliff.datasets.grammar.facts import KIND_WORDS, label

FIRST_VERSION = "fdaacf9053208778be7354a92776b15172a1ec4517fb77702b91a56579556fcb"
KINDS = {post.kind for post in make_posts(600)}


def test_posts_and_subjects_are_those_of_the_first_version() -> None:
    """The first house model's figures stay reproducible: its posts are the same to the byte."""
    drafts = [draft for split in ("train", "test") for draft in make_drafts(500, seed=3, split=split)]
    told = "\n".join(f"{d.post.id}|{d.post.kind}|{d.post.text}|{d.post.subject}|{d.post.key_fact}" for d in drafts)
    assert hashlib.sha256(told.encode()).hexdigest() == FIRST_VERSION


@pytest.mark.parametrize("long", [False, True])
@pytest.mark.parametrize("split", ["train", "test"])
def test_every_styled_line_keeps_to_its_style_and_names_the_key_fact(split: str, long: bool) -> None:
    missing = 0
    for seed in range(4):
        for draft in make_drafts(250, seed=seed, split=split, long=long):
            place = draft.facts.get("place")
            for style, line in draft.styles.items():
                assert follows_style(line, style, language=draft.post.language, place=place), (style, line)
                assert carries_key_fact(line, draft.post), (style, line)
            assert ("place" in draft.styles) == (place is not None)
            missing += len(set(STYLES) - set(draft.styles) - {"place"})
    assert missing <= 3  # a key fact of four words leaves no room in a short line


@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_has_every_style_and_they_differ(language: str) -> None:
    drafts = make_drafts(800, language=language, seed=5)
    for kind in KINDS:
        assert {style for draft in drafts if draft.post.kind == kind for style in draft.styles} == set(STYLES)
    whole = [draft for draft in drafts if len(draft.styles) == len(STYLES)]
    assert sum(len(set(draft.styles.values())) == len(STYLES) for draft in whole) > 0.9 * len(whole)


@pytest.mark.parametrize(
    ("line", "style", "kept"),
    [
        ("Rad weg", "short", True),
        ("Ein Rad ist weg, leider", "short", False),
        ("", "short", False),
        ("Wer hat mein Rad?", "question", True),
        ("Rad am Markt weg", "place", True),
        ("Rad am Marktplatz weg", "place", False),
        ("Verlustanzeige: Rad", "formal", True),
        ("Verlustanzeige: Rad!", "formal", False),
        ("Verlustanzeigenblatt", "formal", False),
        ("Juhu, ein Rad!", "cheerful", True),
        ("Ein Rad!", "cheerful", False),
    ],
)
def test_the_check_of_a_style(line: str, style: str, kept: bool) -> None:
    assert follows_style(line, style, language="de", place="am Markt") is kept


def test_an_unknown_style_or_no_place_is_refused() -> None:
    for style in ("sad", "place"):
        with pytest.raises(ValueError, match="no style"):
            follows_style("Rad", style, language="de")


def test_plain_subjects_seldom_keep_to_formal_or_cheerful_by_accident() -> None:
    posts = make_posts(600, seed=6)
    kept = [s for s in ("formal", "cheerful") for p in posts if follows_style(p.subject, s, language=p.language)]
    assert kept == []


@pytest.mark.parametrize("long", [False, True])
def test_every_fact_stands_in_the_post_in_the_order_of_the_list(long: bool) -> None:
    for seed in range(4):
        for draft in make_drafts(250, seed=seed, long=long):
            assert "about" in draft.facts
            for name, value in draft.facts.items():
                assert carries_fact(draft.post.text, name, value), (draft.post.text, name, value)
            assert draft.facts["about"] == draft.post.key_fact
            listed = list_facts(draft.facts, draft.post.language).splitlines()
            assert len(listed) == len(draft.facts)
            assert all(value in line for line, value in zip(listed, draft.facts.values(), strict=True))


def test_prices_phones_and_names_of_a_post_are_among_its_facts() -> None:
    """What a reader would act on is not forgotten: no telephone number and no place is left out."""
    for draft in make_drafts(600, language="en", seed=7):
        told = " ".join(draft.facts.values())
        digits = [word.strip(".,") for word in draft.post.text.split() if word.startswith("07")]
        assert all(number in told for number in digits), draft


def test_facts_of_another_post_are_not_carried() -> None:
    one, two = make_drafts(2, language="de", seed=8)
    assert not all(carries_fact(one.post.text, name, value) for name, value in two.facts.items())


def test_every_fact_and_kind_has_a_label_in_both_languages() -> None:
    names = {name for draft in make_drafts(1000, seed=9, long=True) for name in draft.facts}
    for language in ("de", "en"):
        labels = {name.rstrip("0123456789"): label(name, language) for name in names}
        assert len(set(labels.values())) == len(labels)
        assert set(KIND_WORDS[language]) == KINDS


def test_long_posts_are_longer_and_different_from_the_usual_ones() -> None:
    usual, long = (make_drafts(400, seed=2, long=long) for long in (False, True))
    mean = [sum(len(draft.post.text.split()) for draft in drafts) / 400 for drafts in (usual, long)]
    assert mean[1] > 1.25 * mean[0]
    assert not {draft.post.text for draft in usual} & {draft.post.text for draft in long}
    assert not {draft.post.id for draft in usual} & {draft.post.id for draft in long}


@pytest.mark.parametrize("name", sorted(BUNDLED))
def test_a_bundled_task_has_150_examples_in_both_languages(name: str) -> None:
    task = BUNDLED[name].task()
    assert len(task.examples) == len({example.id for example in task.examples}) == 150
    assert {example.row["language"] for example in task.examples} == {"de", "en"}
    assert task == BUNDLED[name].task()


def test_the_posts_task_holds_every_fact_that_its_target_tells() -> None:
    drafts = {draft.post.id: draft for draft in make_drafts(450, seed=2026, long=True)}
    for example in BUNDLED["posts"].task().examples:
        draft = drafts[example.id]
        assert example.target == draft.post.text
        notes = list_facts({"subject": draft.post.subject, **draft.facts}, draft.post.language)
        assert example.row["notes"] == notes
