"""Pairs of subject lines: true, balanced, seeded, and without words that training must not see."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from collections import Counter
from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest

import feinschliff
from feinschliff.datasets.grammar import (
    carries_key_fact,
    holds_phrase,
    lexicon_de,
    lexicon_en,
    make_drafts,
)
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs import FLAWS, Pair, make_pairs, pairs_of, right_lines
from feinschliff.datasets.pairs.edits import drop_letters, loop_words, put
from feinschliff.datasets.pairs.wordings import CONTRARY, PLAIN, VAGUE
from feinschliff.datasets.rules import subject_line

KEEPS_KEY = {"wrong_detail", "wrong_kind", "repeated"}


@cache
def pairs(split: str = "test") -> list[Pair]:
    return make_pairs(1100, seed=3, split=split)


def of(kind: str) -> list[Pair]:
    return [pair for pair in pairs() if pair.kind == kind]


def test_same_arguments_same_pairs_in_another_process() -> None:
    code = "from feinschliff.datasets.pairs import make_pairs; import hashlib; "
    code += "print(hashlib.sha256(repr(make_pairs(50, seed=9)).encode()).hexdigest())"
    environment = {"PYTHONPATH": str(Path(feinschliff.__file__).parents[1]), "PYTHONHASHSEED": "11"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == hashlib.sha256(repr(make_pairs(50, seed=9)).encode()).hexdigest()


def test_another_seed_gives_other_pairs() -> None:
    assert {pair.post.text for pair in pairs()}.isdisjoint(pair.post.text for pair in make_pairs(100, seed=4))


@pytest.mark.parametrize("split", ["train", "test"])
def test_kinds_languages_and_letters_are_balanced(split: str) -> None:
    made = pairs(split)
    assert len(made) == len({pair.post.id for pair in made}) == 1100
    cells = Counter((pair.post.language, pair.kind, pair.answer) for pair in made)
    assert set(cells) == {(language, kind, letter) for language in ("de", "en") for kind in FLAWS for letter in "AB"}
    assert max(cells.values()) - min(cells.values()) <= 3


def test_letters_cannot_be_guessed_from_the_pair_before() -> None:
    letters = [pair.answer for pair in pairs()]
    same = sum(one == other for one, other in pairwise(letters))
    assert 0.44 < same / (len(letters) - 1) < 0.56


@pytest.mark.parametrize("split", ["train", "test"])
def test_the_better_line_names_the_key_fact_and_the_worse_one_is_another(split: str) -> None:
    for pair in pairs(split):
        assert carries_key_fact(pair.better, pair.post), pair
        assert pair.worse.strip(), pair
        assert pair.worse != pair.better, pair
        assert sorted(pair.lines) == sorted((pair.better, pair.worse))
        assert pair.lines["AB".index(pair.answer)] == pair.better
        if pair.kind not in KEEPS_KEY:
            assert not carries_key_fact(pair.worse, pair.post), pair


def test_better_lines_are_the_posts_right_lines_from_all_sources() -> None:
    drafts = {draft.post.id: draft for draft in make_drafts(1800, seed=3, split="test")}
    for pair in pairs():
        assert pair.better in right_lines(drafts[pair.post.id])[pair.better_from]
    assert set(Counter(pair.better_from for pair in pairs())) == {"reference", "style", "plain", "rule"}


def test_what_is_wrong_stands_in_the_worse_line_alone() -> None:
    for pair in pairs():
        if pair.wrong:
            assert pair.wrong.casefold() in pair.worse.casefold(), pair
            if pair.kind != "repeated":
                assert not holds_phrase(pair.better, pair.wrong), pair


def test_things_come_from_the_post_or_from_another_one() -> None:
    for pair in of("other_thing"):
        assert holds_phrase(pair.post.text, pair.wrong), pair
    for pair in of("new_thing") + of("same_kind") + of("other_post"):
        assert pair.wrong.casefold() != pair.post.key_fact.casefold()


def test_wrong_details_are_false_of_the_post() -> None:
    drafts = {draft.post.id: draft for draft in make_drafts(1800, seed=3, split="test")}
    told_of_something_else = 0
    for pair in of("wrong_detail"):
        facts = drafts[pair.post.id].facts
        told = [name for name, value in facts.items() if value == pair.wrong]
        assert set(told) <= {"elsewhere", "new_price", "neighbour"}, pair
        assert told or not holds_phrase(pair.post.text, pair.wrong), pair
        told_of_something_else += bool(told)
    assert told_of_something_else


def test_wrong_kinds_contradict_and_say_so_plainly() -> None:
    for pair in of("wrong_kind"):
        table = PLAIN[pair.post.language]
        fitting = [
            kind
            for kind, templates in table.items()
            if pair.worse.casefold() in {t.format(k=pair.post.key_fact).casefold() for t in templates}
        ]
        assert fitting, pair
        assert set(fitting) <= set(CONTRARY[pair.post.kind]), pair


def test_vague_lines_name_nothing_and_rule_lines_are_the_rules() -> None:
    for pair in of("vague"):
        table = VAGUE[pair.post.language]
        assert pair.worse.startswith(table["any"] + table[pair.post.kind]), pair
    for pair in of("rule_miss"):
        assert pair.worse == subject_line(pair.post.text)


def test_wordings_cover_every_kind_and_contradictions_are_among_kinds() -> None:
    kinds = {pair.post.kind for pair in pairs()}
    for language in ("de", "en"):
        assert set(PLAIN[language]) == kinds == set(VAGUE[language]) - {"any"}
    assert set(CONTRARY) == kinds
    assert all(set(others) <= kinds - {kind} for kind, others in CONTRARY.items())


def test_broken_lines_are_broken() -> None:
    drafts = {draft.post.id: draft for draft in make_drafts(1800, seed=3, split="test")}
    for pair in of("cut"):
        right = [line for lines in right_lines(drafts[pair.post.id]).values() for line in lines]
        assert any(line.startswith(pair.worse) for line in right), pair
    for pair in of("repeated"):
        twice = pair.wrong.split()
        assert twice[: len(twice) // 2] == twice[len(twice) // 2 :]
        assert " ".join(twice[: len(twice) // 2] * 3) in pair.worse, pair


def test_training_pairs_hold_no_word_of_the_test_half() -> None:
    pools = [pool for lexicon in (lexicon_de, lexicon_en) for pool in lexicon.POOLS.values()]
    held = {noun.word.casefold() for pool in pools for noun in pool.held}
    held -= {noun.word.casefold() for pool in pools for noun in pool.known}
    swapped = {"other_post", "same_kind", "other_thing", "new_thing"}
    shown = [pair.wrong for pair in pairs("train") if pair.kind in swapped] + [p.post.key_fact for p in pairs("train")]
    assert not {thing.casefold() for thing in shown} & held
    unseen = sum(pair.post.key_fact.casefold() in held for pair in pairs())
    assert 0.3 < unseen / len(pairs()) < 0.7


def test_one_post_can_give_a_pair_of_each_kind() -> None:
    drafts = make_drafts(60, language="en", seed=8, split="train")
    made = pairs_of(drafts[0], drafts[1:], Draw("x", split="train"))
    assert len({pair.kind for pair in made}) == len(made) >= 8
    assert pairs_of(drafts[0], drafts[1:], Draw("x", split="train"), most=2) == made[:2]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [({"kinds": ["nonsense"]}, "nonsense"), ({"kinds": []}, "other_post"), ({"language": "fr"}, "fr")],
)
def test_unknown_kinds_and_languages(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        make_pairs(5, **arguments)  # type: ignore[arg-type]


def test_only_the_wanted_kinds() -> None:
    made = make_pairs(30, language="de", seed=2, kinds=["cut", "vague"])
    assert Counter(pair.kind for pair in made) == {"cut": 15, "vague": 15}
    assert {pair.post.language for pair in made} == {"de"}


@pytest.mark.parametrize(
    ("line", "phrase", "other", "expected"),
    [
        ("Who lends me an oak table?", "oak table", "pine bench", "Who lends me a pine bench?"),
        ("Garden bench found", "garden bench", "oven", "Oven found"),
        ("A red bike", "red", "old", "An old bike"),
        ("Tisch und Tischler", "Tisch", "Bank", "Bank und Tischler"),
        ("Verloren: Uhr", "Uhr", "Ring", "Verloren: Ring"),
    ],
)
def test_put(line: str, phrase: str, other: str, expected: str) -> None:
    assert put(line, phrase, other) == expected


def test_short_phrases_can_be_broken_too() -> None:
    for word in ("Ja", "Uhr", "fox", "bee"):
        for number in range(50):
            broken = drop_letters(word, Draw(f"{word}{number}", split="train"))
            assert broken
            assert broken.casefold() != word.casefold()
    assert loop_words("Ja", Draw("1", split="train")) is not None
