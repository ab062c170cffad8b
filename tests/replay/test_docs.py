"""The table of samplers in the docs says what the rules say."""

from __future__ import annotations

from pathlib import Path

from feinschliff.replay import RULES, Rules

GUIDE = Path(__file__).parent.parent.parent / "docs" / "guides" / "knobs.md"


def row(dialect: str, rules: Rules) -> str:
    """A line of the table."""
    cold, hot = ("top-k, top-p, min-p, temperature", "temperature, min-p, top-k, top-p")
    told = {True: "prompt and answer", False: "answer"}
    back = "all" if rules.window is None else f"the last {rules.window} (`repeat_last_n`)"
    cells = [
        dialect,
        f"penalties, {hot if rules.temperature_first else cold}",
        told[rules.prompt_counts],
        told[rules.prompt_repeats],
        back,
        "yes" if rules.stops_listed else "no",
    ]
    return f"| {' | '.join(cells)} |"


def test_the_guides_table_is_made_of_the_rules() -> None:
    guide = GUIDE.read_text(encoding="utf-8")
    for dialect, rules in RULES.items():
        assert row(dialect, rules) in guide
