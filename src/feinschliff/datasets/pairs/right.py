"""Lines that name a post's key fact and say nothing that the post does not say."""

from __future__ import annotations

from feinschliff.datasets.grammar import Draft, carries_key_fact
from feinschliff.datasets.pairs.wordings import PLAIN
from feinschliff.datasets.rules import subject_line


def right_lines(draft: Draft) -> dict[str, list[str]]:
    """Right lines by where they come from; never the same line twice.

    "reference": the post's own subject; "style": the grammar's lines in its styles; "plain": the kind and the key fact;
    "rule": the rule-based line, where it names the key fact (else there is none under that name).
    """
    post = draft.post
    found = {
        "reference": [post.subject],
        "style": [draft.styles[style] for style in sorted(draft.styles)],
        "plain": [opened(template.format(k=post.key_fact)) for template in PLAIN[post.language][post.kind]],
        "rule": [subject_line(post.text)],
    }
    seen: set[str] = set()
    right: dict[str, list[str]] = {}
    for source, lines in found.items():
        for line in lines:
            if line not in seen and carries_key_fact(line, post):
                seen.add(line)
                right.setdefault(source, []).append(line)
    return right


def opened(line: str) -> str:
    """`line` with a capital first letter."""
    return line[:1].upper() + line[1:]
