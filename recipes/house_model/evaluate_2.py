"""Measures the second version with the real engine: `python recipes/house_model/evaluate_2.py --model house-2.gguf`.

Plain lines as `evaluate.py` measures them; lines in each style (do they keep to it, do they name the key fact); whole
posts by temperature, with and without min-p and penalties (do they end, carry the facts, repeat themselves, make up
words). All posts are test posts. Intervals are 95 % intervals.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from random import Random

from data_2 import POST_TOKENS
from engine import Answer, Engine
from evaluate import OPEN, PROMPT, SEED, SYSTEM, Json, any_wording, ask, key_fact_results, mean, similarity, wilson
from evaluate import temperature_results as line_temperatures
from prompts_2 import post_request, styled_request

from feinschliff.datasets.bundled import BUNDLED, post_notes
from feinschliff.datasets.grammar import (
    STYLES,
    Draft,
    carries_fact,
    carries_key_fact,
    follows_style,
    make_drafts,
    make_posts,
)
from feinschliff.text.loops import is_looping

LINES, STYLED, POSTS = 500, 200, 150
"""Posts per language for plain lines, for each style, and for each setting of whole posts."""

NO_MIN_P = {"top_k": 0, "top_p": 1.0, "min_p": 0.0}
SETTINGS: Mapping[str, Mapping[str, float]] = {
    "greedy": {"temperature": 0.0},
    "greedy, frequency penalty 0.2": {"temperature": 0.0, "frequency_penalty": 0.2},
    "greedy, presence penalty 0.5": {"temperature": 0.0, "presence_penalty": 0.5},
    "temperature 0.5": {"temperature": 0.5, **NO_MIN_P},
    "temperature 1": {"temperature": 1.0, **NO_MIN_P},
    "temperature 1, min-p 0.1": {"temperature": 1.0, **NO_MIN_P, "min_p": 0.1},
    "temperature 1, top-p 0.9": {"temperature": 1.0, **NO_MIN_P, "top_p": 0.9},
    "temperature 1, frequency penalty 0.2": {"temperature": 1.0, **NO_MIN_P, "frequency_penalty": 0.2},
    "temperature 1, presence penalty 0.5": {"temperature": 1.0, **NO_MIN_P, "presence_penalty": 0.5},
    "temperature 1.5": {"temperature": 1.5, **NO_MIN_P},
    "temperature 1.5, min-p 0.1": {"temperature": 1.5, **NO_MIN_P, "min_p": 0.1},
    "the server's own defaults": {},
}
TASK = BUNDLED["posts"]
VOCABULARY_POSTS = 20_000
_WORDS = re.compile(r"[^\W\d_]+")


def main() -> None:
    """Parse the arguments, measure, and write the results."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", type=Path, required=True)
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "results-2.json")
    options = parser.parse_args()
    engine = Engine(options.model)
    results: Json = {
        "model": options.model.name,
        "sha256": hashlib.sha256(options.model.read_bytes()).hexdigest(),
        "seed": SEED,
        "per_language": {"lines": LINES, "lines_in_each_style": STYLED, "whole_posts": POSTS},
        "plain": {"system_prompt": SYSTEM, "prompt": PROMPT},
        "whole": {"system_prompt": TASK.system, "prompt": TASK.prompt},
        "languages": {language: language_results(engine, language) for language in ("de", "en")},
    }
    options.out.write_text(json.dumps(results, indent=2, ensure_ascii=False) + "\n")
    print(json.dumps(results, indent=2, ensure_ascii=False))


def language_results(engine: Engine, language: str) -> Json:
    """All measurements for one language."""
    posts = make_posts(LINES, language=language, seed=SEED)
    greedy = ask(engine, posts, temperature=0.0)
    whole = whole_drafts(language)
    asked = [request(draft) for draft in whole]
    answers = {
        name: engine.ask(asked, system=TASK.system, seed=SEED, max_tokens=TASK.max_tokens, **settings)
        for name, settings in SETTINGS.items()
    }
    return {
        "plain": {
            "key_fact": key_fact_results(posts, greedy),
            "any_wording": any_wording(engine, posts),
            "temperature_open": line_temperatures(engine, posts, **OPEN),
            "greedy_similarity": mean([similarity(a, p) for a, p in zip(greedy, posts, strict=True)]),
            "greedy_stops_by_itself": mean([float(answer.stopped) for answer in greedy]),
        },
        "styles": {style: style_results(engine, language, style) for style in STYLES},
        "whole_posts": {name: whole_results(whole, made) for name, made in answers.items()},
        "whole_posts_any_wording_greedy": whole_results(whole, any_request(engine, whole)),
        "whole_posts_of_the_grammar": whole_results(whole, [Answer(d.post.text, True, 0) for d in whole]),
        "examples": [
            {"request": prompt, "reference": d.post.text, **{n: answers[n][i].text for n in list(SETTINGS)[:6:5]}}
            for i, (prompt, d) in enumerate(zip(asked[:5], whole[:5], strict=True))
        ],
    }


def style_results(engine: Engine, language: str, style: str) -> Json:
    """How many greedy lines keep to the style that is asked for in many wordings, and what they would do unasked."""
    drafts = [draft for draft in make_drafts(3 * STYLED, language=language, seed=SEED) if style in draft.styles]
    drafts = drafts[:STYLED]
    random = Random(f"styles:{language}:{style}")
    kept, named, unasked = [], [], []
    plain = ask(engine, [draft.post for draft in drafts], temperature=0.0)
    for draft, usual in zip(drafts, plain, strict=True):
        system, prompt = styled_request(random, style, draft.post.text)
        line = engine.ask([prompt], system=system, temperature=0.0)[0].text
        kept.append(float(_keeps(line, style, draft)))
        named.append(float(carries_key_fact(line, draft.post)))
        unasked.append(float(_keeps(usual.text, style, draft)))
    return {
        "lines": len(drafts),
        "kept": {"share": mean(kept), "interval": wilson(kept)},
        "kept_without_being_asked": mean(unasked),
        "key_fact": {"share": mean(named), "interval": wilson(named)},
    }


def whole_drafts(language: str) -> list[Draft]:
    """Long test posts, other than those of the bundled task."""
    return make_drafts(POSTS, language=language, seed=SEED, long=True)


def request(draft: Draft) -> str:
    """The bundled task's wording."""
    return TASK.prompt.replace("{{ notes }}", post_notes(draft))


def any_request(engine: Engine, drafts: Sequence[Draft]) -> list[Answer]:
    """Greedy answers to another wording each time; some give only the subject line, or leave facts out."""
    random = Random("any request")
    asked = [post_request(random, draft) for draft in drafts]
    return [engine.ask([p], system=s, temperature=0.0, max_tokens=TASK.max_tokens)[0] for s, p in asked]


def whole_results(drafts: Sequence[Draft], answers: Sequence[Answer]) -> Json:
    """Ends, length, facts, repetition, made-up words, similarity to the grammar's post."""
    pairs = list(zip(answers, drafts, strict=True))
    facts = [[float(carries_fact(a.text, name, value)) for name, value in d.facts.items()] for a, d in pairs]
    return {
        "ends_by_itself": mean([float(a.stopped) for a in answers]),
        "tokens": mean([float(a.tokens) for a in answers]),
        "tokens_60_to_150": mean([float(POST_TOKENS[0] <= a.tokens <= POST_TOKENS[1]) for a in answers]),
        "facts_carried": mean([mean(row) for row in facts]),
        "all_facts_carried": mean([float(all(row)) for row in facts]),
        "loops": mean([float(is_looping(a.text)) for a in answers]),
        "repeats_a_sentence": mean([float(repeats(a.text)) for a in answers]),
        "unknown_words": mean([unknown(a.text, d) for a, d in pairs]),
        "chrf": mean([_chrf(a.text, d.post.text) for a, d in pairs]),
    }


def repeats(text: str) -> bool:
    """Whether a sentence of at least three words comes twice."""
    sentences = [s.strip().casefold() for s in re.split(r"[.!?:]+\s+", text.rstrip(".!? "))]
    long = [s for s in sentences if len(s.split()) >= 3]
    return len(set(long)) < len(long)


def unknown(text: str, draft: Draft) -> float:
    """Share of words that stand neither in 20,000 posts of the grammar nor in the request."""
    words = [word.casefold() for word in _WORDS.findall(text)]
    known = vocabulary(draft.post.language) | {word.casefold() for word in _WORDS.findall(request(draft))}
    return sum(word not in known for word in words) / max(1, len(words))


@cache
def vocabulary(language: str) -> frozenset[str]:
    """Words of many test posts (training posts hold made-up things)."""
    posts = make_posts(VOCABULARY_POSTS, language=language, seed=SEED + 1)
    return frozenset(word.casefold() for post in posts for word in _WORDS.findall(post.text))


def _keeps(line: str, style: str, draft: Draft) -> bool:
    return follows_style(line, style, language=draft.post.language, place=draft.facts.get("place"))


def _chrf(answer: str, target: str) -> float:
    from sacrebleu.metrics.chrf import CHRF

    return float(CHRF(eps_smoothing=False).sentence_score(answer, [target]).score) / 100


if __name__ == "__main__":
    main()
