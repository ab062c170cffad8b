"""What is asked of a model for each post."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import JsonValue

from feinschliff.build import Endpoint
from feinschliff.datasets.bundled import BUNDLED, post_notes
from feinschliff.datasets.grammar import make_drafts
from feinschliff.datasets.wishes import LANGUAGES, SYSTEM, TEMPLATE, WISH_FIELDS, draw_wishes
from feinschliff.errors import InputError
from feinschliff.generation import Ask, check_template, variables
from feinschliff.i18n import tr
from feinschliff.models.house import house_models
from feinschliff.parameters.catalogue import check_settings
from feinschliff.records import Example, Settings, digest

_SAMPLE = 100
_HOUSE_FIELDS = ("number", "language", "notes")

Rows = Callable[[int, int], list[dict[str, JsonValue]]]
"""(first, count) to the rows that the prompts are made of; the same number is the same row."""


@dataclass(frozen=True)
class Orders:
    """Requests by number, each for a post of its own."""

    rows: Rows
    texts: Mapping[str, Mapping[str, JsonValue]]
    """System text and prompt by language."""
    values: Mapping[str, JsonValue]
    """The other settings."""

    @classmethod
    def make(
        cls,
        endpoint: Endpoint,
        *,
        language: str | None,
        topic: str | None,
        system: str | None,
        prompt: str | None,
        settings: Mapping[str, JsonValue] | None,
        seed: int,
    ) -> Orders:
        """Wishes for a model that understands any; for the house models, whose world is the grammar's, its facts.

        Raises: InputError for an unknown language, a topic that the house models do not know, a broken template.
        """
        if language not in (None, *LANGUAGES):
            raise InputError(
                tr("there are no posts in '{language}'", language=language),
                asked=f"--language {language}",
                found=", ".join(LANGUAGES),
                mend=tr("use de or en, or --prompt for another language"),
            )
        values = check_settings(settings or {})
        own = {"system": values.pop("system", None) or system, "prompt": values.pop("prompt", None) or prompt}
        house = endpoint.embedded and (endpoint.model is None or endpoint.model in house_models())
        if house and topic is not None:
            raise InputError(
                tr("the house models write about what the grammar knows, not about any topic"),
                asked=f"--topic {topic}",
                mend=tr("leave --topic out, or use another model"),
            )
        if topic is not None and own["prompt"] is not None and "topic" not in variables(str(own["prompt"])):
            raise InputError(
                tr("the prompt does not use the topic"),
                asked=f"--topic {topic}",
                mend=tr("write {field} into the prompt, or leave --topic out", field="{{ topic }}"),
            )
        if house and own["prompt"] is None:
            return cls._of_grammar(language, system=own["system"], values=values, seed=seed)

        def rows(first: int, count: int) -> list[dict[str, JsonValue]]:
            wishes = draw_wishes(first, count, language=language, topic=topic, seed=seed)
            return [dict(wish) for wish in wishes]

        texts = {
            code: {"system": own["system"] or SYSTEM[code], "prompt": own["prompt"] or TEMPLATE[code]}
            for code in LANGUAGES
        }
        return cls(rows, texts, values)._checked(WISH_FIELDS)

    @classmethod
    def _of_grammar(
        cls, language: str | None, *, system: JsonValue, values: Mapping[str, JsonValue], seed: int
    ) -> Orders:
        task = BUNDLED["posts"]

        def rows(first: int, count: int) -> list[dict[str, JsonValue]]:
            drafts = make_drafts(first + count, language=language, seed=seed, split="test", long=True)
            return [
                {"number": number, "language": draft.post.language, "notes": post_notes(draft)}
                for number, draft in enumerate(drafts[first:], first)
            ]

        texts = {code: {"system": system or task.system, "prompt": task.prompt} for code in LANGUAGES}
        return cls(rows, texts, values)._checked(_HOUSE_FIELDS)

    @property
    def models(self) -> list[str]:
        """The model that the settings name, if they do."""
        model = self.values.get("model")
        return [str(model)] if model else []

    def asks(self, first: int, count: int) -> list[Ask]:
        """Requests number `first` to `first + count - 1`."""
        return [
            Ask(
                Example(id=f"post {row['number']}", row=row),
                Settings(values={**self.texts[str(row["language"])], **self.values}),
                0,
            )
            for row in self.rows(first, count)
        ]

    def to_spec(self) -> dict[str, Any]:
        """What makes these requests what they are, for a run's id."""
        return {"texts": self.texts, "settings": self.values, "rows": digest(self.rows(0, _SAMPLE))}

    def _checked(self, fields: tuple[str, ...]) -> Orders:
        for texts in self.texts.values():
            for name, what in (("system", "system text"), ("prompt", "prompt")):
                check_template(str(texts[name]), fields, what=what)
        return self
