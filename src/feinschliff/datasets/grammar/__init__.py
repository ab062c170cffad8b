"""A grammar of neighbourhood posts in German and English; pure, seeded, without any outside text."""

from feinschliff.datasets.grammar.facts import carries_fact, list_facts
from feinschliff.datasets.grammar.phrases import holds_phrase
from feinschliff.datasets.grammar.posts import Draft, Post, carries_key_fact, make_drafts, make_posts
from feinschliff.datasets.grammar.styles import STYLES, follows_style

__all__ = [
    "STYLES",
    "Draft",
    "Post",
    "carries_fact",
    "carries_key_fact",
    "follows_style",
    "holds_phrase",
    "list_facts",
    "make_drafts",
    "make_posts",
]
