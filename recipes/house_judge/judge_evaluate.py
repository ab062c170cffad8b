"""Measures the judge with the real engine: `python recipes/house_judge/judge_evaluate.py --model house-judge-1.gguf`.

All posts are test posts: many of their nouns, names and places stand in no training post. Every pair is asked in both
orders; it counts 1 if the better line wins both, 1/2 if the orders disagree, 0 otherwise. Intervals are 95 % intervals,
by bootstrap over posts (each post has one pair).
"""

from __future__ import annotations

import argparse
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from random import Random

import house
from engine import Engine
from evaluate import Json, bootstrap, mean
from judge_prompts import ASKS, Ask, drawn_ask
from pool import sample_lines
from sampled import sampled_pair

from feinschliff.datasets.grammar import lexicon_de, lexicon_en, make_drafts
from feinschliff.datasets.grammar.draw import Draw
from feinschliff.datasets.pairs import FLAWS, Pair, make_pairs

SEED = 20_261
PAIRS = 100 * len(FLAWS)
"""Pairs in each language: a hundred of each kind."""

SAMPLED = 300
"""Posts in each language for which the house model writes lines."""

UNSEEN = 330
"""Pairs in each language for each wording that training never saw."""

LANGUAGES = ("de", "en")


def main() -> None:
    """Parse the arguments, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results.json")
    parser.add_argument("--quick", action="store_true", help="a fifth of the pairs, for a look during training")
    options = parser.parse_args()
    part = 5 if options.quick else 1
    engine = Engine(options.model)
    results: Json = {
        "model": options.model.name,
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "seed": SEED,
        "pairs_per_language": PAIRS // part,
        "languages": {code: language_results(engine, code, part) for code in LANGUAGES},
    }
    options.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(results, indent=2, ensure_ascii=False))


def language_results(engine: Engine, language: str, part: int) -> Json:
    """All measurements for one language."""
    pairs = make_pairs(PAIRS // part, language=language, seed=SEED)
    written = sampled_pairs(language, SAMPLED // part)
    random = Random("wordings")
    return {
        "plain": judged(engine, pairs, lambda _: ASKS["plain"]),
        "drawn_wordings": judged(engine, pairs, lambda _: drawn_ask(random)),
        "unseen_wordings": {
            name: judged(engine, pairs[: UNSEEN // part], lambda _, ask=ask: ask, kinds=False)
            for name, ask in ASKS.items()
            if name != "plain"
        },
        "sampled": judged(engine, written, lambda _: ASKS["plain"], kinds=False),
        "baselines": {
            "longer_line": baseline(pairs, lambda pair, line: float(len(line))),
            "more_of_its_words_in_the_post": baseline(pairs, lambda pair, line: words_in_post(line, pair.post.text)),
        },
        "examples": examples(engine, pairs[:12]),
    }


def judged(engine: Engine, pairs: Sequence[Pair], ask: Callable[[Pair], Ask], *, kinds: bool = True) -> Json:
    """Accuracy, by kind as well, and what the order does."""
    asks = [ask(pair) for pair in pairs]
    answers = {first: answer(engine, [_turned(pair, first) for pair in pairs], asks) for first in (True, False)}
    right = [[float(letter == ("A" if first else "B")) for letter in answers[first]] for first in (True, False)]
    scores = [(one + other) / 2 for one, other in zip(*right, strict=True)]
    letters = answers[True] + answers[False]
    readable = [letter for letter in letters if letter in ("A", "B")]
    result: Json = {
        "pairs": len(pairs),
        "accuracy": mean(scores),
        "interval": bootstrap(scores),
        "right_when_better_is_first": mean(right[0]),
        "right_when_better_is_second": mean(right[1]),
        "first_share": mean([float(letter == "A") for letter in readable]),
        "same_line_in_both_orders": mean([float(one == other) for one, other in zip(*right, strict=True)]),
        "unreadable": len(letters) - len(readable),
    }
    unseen = [score for score, pair in zip(scores, pairs, strict=True) if names_unseen_word(pair)]
    result["key_fact_unseen_in_training"] = {
        "pairs": len(unseen),
        "accuracy": mean(unseen),
        "interval": bootstrap(unseen),
    }
    if kinds:
        result["by_kind"] = {}
        for kind in FLAWS:
            own = [score for score, pair in zip(scores, pairs, strict=True) if pair.kind == kind]
            result["by_kind"][kind] = {"accuracy": mean(own), "interval": bootstrap(own)}
    return result


def names_unseen_word(pair: Pair) -> bool:
    """Whether the post is about something whose noun stands in no training post."""
    return pair.post.key_fact.casefold() in held_out(pair.post.language)


@cache
def held_out(language: str) -> frozenset[str]:
    """The grammar's nouns that only test posts use, in lower case."""
    pools = (lexicon_de if language == "de" else lexicon_en).POOLS.values()
    known = {noun.word.casefold() for pool in pools for noun in pool.known}
    return frozenset(noun.word.casefold() for pool in pools for noun in pool.held) - known


def answer(engine: Engine, pairs: Sequence[Pair], asks: Sequence[Ask]) -> list[str]:
    """The judge's greedy answer to each pair."""
    texts: list[str] = [""] * len(pairs)
    for system in {ask.system for ask in asks}:
        own = [index for index, ask in enumerate(asks) if ask.system == system]
        prompts = [asks[index].user(pairs[index].post.text, *pairs[index].lines) for index in own]
        for index, reply in zip(own, engine.ask(prompts, system=system, temperature=0.0, max_tokens=4), strict=True):
            texts[index] = reply.text.strip()
    return texts


def sampled_pairs(language: str, posts: int) -> list[Pair]:
    """Lines of the house model on test posts: right ones against wrong ones."""
    drafts = make_drafts(posts, language=language, seed=SEED + 1)
    rows = sample_lines(Engine(house.START), [draft.post for draft in drafts], seed=SEED + 1)
    pairs = [
        sampled_pair(draft, row.greedy, row.sampled, Draw(f"judge-sampled:{draft.post.id}", split="test"))
        for draft, row in zip(drafts, rows, strict=True)
    ]
    return [pair for pair in pairs if pair]


def baseline(pairs: Sequence[Pair], value: Callable[[Pair, str], float]) -> Json:
    """How often the line with the higher value is the better one; equal values count half."""
    scores = []
    for pair in pairs:
        better, worse = value(pair, pair.better), value(pair, pair.worse)
        scores.append(0.5 if better == worse else float(better > worse))
    return {"accuracy": mean(scores), "interval": bootstrap(scores)}


def words_in_post(line: str, text: str) -> float:
    """Share of a line's words that stand in the post."""
    words = [word.strip(".,:;!?").casefold() for word in line.split()]
    known = {word.strip(".,:;!?").casefold() for word in text.split()}
    return sum(word in known for word in words) / max(len(words), 1)


def examples(engine: Engine, pairs: Sequence[Pair]) -> list[Json]:
    """Some judgements to look at."""
    letters = answer(engine, pairs, [ASKS["plain"]] * len(pairs))
    return [
        {
            "kind": pair.kind,
            "post": pair.post.text,
            "A": pair.lines[0],
            "B": pair.lines[1],
            "better": pair.answer,
            "judge": letter,
        }
        for pair, letter in zip(pairs, letters, strict=True)
    ]


def _turned(pair: Pair, better_first: bool) -> Pair:
    return replace(pair, better_first=better_first)


if __name__ == "__main__":
    main()
