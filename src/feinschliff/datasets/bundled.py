"""The bundled task: subject lines for neighbourhood posts, German and English, made by the grammar."""

from __future__ import annotations

from feinschliff.datasets.grammar import make_posts
from feinschliff.datasets.task import Task

BUNDLED_NAME = "subject lines"
BUNDLED_EXAMPLES = 150
BUNDLED_MAX_TOKENS = 32
_SEED = 2026


def bundled_task() -> Task:
    """150 posts that the house model has never seen, each with the subject line that the grammar gave it."""
    posts = make_posts(BUNDLED_EXAMPLES, seed=_SEED, split="test")
    rows = [{"id": p.id, "language": p.language, "post": p.text, "subject": p.subject} for p in posts]
    task = Task.from_rows(
        rows,
        system="You write subject lines. Answer with one subject line in the language of the post.",
        prompt="Subject line for this post:\n{{ post }}",
        target="subject",
    )
    return task.model_copy(update={"name": BUNDLED_NAME})
