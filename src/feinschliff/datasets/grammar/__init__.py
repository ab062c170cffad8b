"""A grammar of neighbourhood posts in German and English; pure, seeded, without any outside text."""

from feinschliff.datasets.grammar.posts import Draft, Post, carries_key_fact, holds_phrase, make_drafts, make_posts

__all__ = ["Draft", "Post", "carries_key_fact", "holds_phrase", "make_drafts", "make_posts"]
