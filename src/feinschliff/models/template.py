"""What a chat template can do, as far as its text shows."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

_LINES = 6


@dataclass(frozen=True)
class Template:
    """A model's chat template (Jinja)."""

    text: str
    system: bool
    """Whether it has a place for a system text."""
    tools: bool
    """Whether it tells the model of tools."""
    reasoning: bool
    """Whether it knows a part in which the model thinks."""
    opens_answer: bool
    """Whether it can begin the answer (`add_generation_prompt`)."""

    def first_lines(self, most: int = _LINES) -> list[str]:
        """Its beginning."""
        return [line.rstrip() for line in self.text.splitlines() if line.strip()][:most]


def read_template(value: Any) -> Template | None:
    """The template in a file's entry: its text, or a list of named ones, of which the default counts."""
    if isinstance(value, list):
        named = {row.get("name"): row.get("template") for row in value if isinstance(row, dict)}
        value = named.get("default") or next(iter(named.values()), None)
    if not isinstance(value, str) or not value.strip():
        return None
    # A template that puts the role itself into the text takes any role.
    any_role = re.search(r"message(\.role|\[.role.\])\s*(\+|\}\}|~)", value) is not None
    return Template(
        text=value,
        system="system" in value or any_role,
        tools=re.search(r"\btools?\b", value) is not None,
        reasoning=re.search(r"enable_thinking|reasoning|</?think|thinking", value) is not None,
        opens_answer="add_generation_prompt" in value,
    )
