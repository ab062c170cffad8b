"""The bundled tasks, made by the grammar: subject lines for neighbourhood posts, and whole posts from a few facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from pydantic import JsonValue

from feinschliff.datasets.grammar import Draft, list_facts, make_drafts, make_posts
from feinschliff.datasets.task import Task

BUNDLED_EXAMPLES = 150
DEFAULT_BUNDLED = "subjects"
"""The task that is meant where none is named."""

POST_CHARACTERS = (200, 430)
"""Length of a post in the posts task: about 60 to 150 tokens of the house model."""

_SEED = 2026


@dataclass(frozen=True)
class Bundled:
    """A task that needs no file."""

    title: str
    """Name of the task in reports."""
    rows: Callable[[], list[dict[str, JsonValue]]]
    """The data: posts that the house model has never seen."""
    system: str
    prompt: str
    target: str
    scorer: str
    """The score that suits the task."""
    max_tokens: int
    """Longest answer; none of the targets needs as many tokens."""
    model: str | None = None
    """The shipped model that can do the task, where the usual one cannot."""

    def task(
        self,
        *,
        system: str | None = None,
        prompt: str | None = None,
        target: str | None = None,
        system_column: str | None = None,
    ) -> Task:
        """The task; texts and columns may be others than its own. Raises: DataError for no such column."""
        task = Task.from_rows(
            self.rows(),
            system=self.system if system is None and system_column is None else system,
            prompt=self.prompt if prompt is None else prompt,
            target=self.target if target is None else target,
            system_column=system_column,
        )
        return task.model_copy(update={"name": self.title})


def post_notes(draft: Draft) -> str:
    """What the posts task tells about a post that is to be written: its subject and its facts, a line each."""
    return list_facts({"subject": draft.post.subject, **draft.facts}, draft.post.language)


def _subject_rows() -> list[dict[str, JsonValue]]:
    posts = make_posts(BUNDLED_EXAMPLES, seed=_SEED, split="test")
    return [{"id": p.id, "language": p.language, "post": p.text, "subject": p.subject} for p in posts]


def _post_rows() -> list[dict[str, JsonValue]]:
    rows: list[dict[str, JsonValue]] = []
    for draft in make_drafts(3 * BUNDLED_EXAMPLES, seed=_SEED, split="test", long=True):
        post = draft.post
        notes = post_notes(draft)
        if POST_CHARACTERS[0] <= len(post.text) <= POST_CHARACTERS[1] and len(rows) < BUNDLED_EXAMPLES:
            rows.append({"id": post.id, "language": post.language, "notes": notes, "post": post.text})
    return rows


BUNDLED: Mapping[str, Bundled] = MappingProxyType(
    {
        "subjects": Bundled(
            title="subject lines",
            rows=_subject_rows,
            system="You write subject lines. Answer with one subject line in the language of the post.",
            prompt="Subject line for this post:\n{{ post }}",
            target="subject",
            scorer="similarity",
            max_tokens=32,
        ),
        "posts": Bundled(
            title="posts",
            rows=_post_rows,
            system="You write posts for a neighbourhood board. Write the whole post in the language of the request.",
            prompt="Write the whole post.\n{{ notes }}",
            target="post",
            scorer="chrf",
            max_tokens=200,
            model="house-2",
        ),
    }
)
"""By name, as `fein tune NAME` takes it."""
