"""README and guides say what the program does: their commands, options and scorers exist."""

from __future__ import annotations

import re
import shlex

import pytest

from feinschliff.cli.main import run
from feinschliff.scorers import SCORER_NAMES
from tests.readme import README, command

TEXT = README.read_text(encoding="utf-8")
GROUPS = ("data", "models", "prices", "runs")
PAGES = [README, README.with_name("README.de.md"), *sorted((README.parent / "docs").rglob("*.md"))]


def test_the_first_screen_is_a_sentence_and_two_single_line_commands() -> None:
    first = TEXT[: TEXT.index("![")]
    assert first.count("```bash") == 2
    for name in ("run", "tests"):
        line = command(name)
        assert "\n" not in line
        assert line.startswith("python3 -m venv ")
    assert command("run").endswith("fein tune")
    assert "torch" not in command("tests")


def _lines() -> list[str]:
    found = []
    for page in PAGES:
        text = page.read_text(encoding="utf-8")
        blocks = re.findall(r"```bash\n(.*?)```", text, re.DOTALL)
        inline = re.findall(r"`([^`\n]*fein [^`\n]+)`", text)
        found += [line for block in [*blocks, *inline] for line in block.replace("\\\n", " ").splitlines()]
    return sorted({line for line in found if re.match(r"(\w+=\S+ )?fein [a-z]", line)})


@pytest.mark.parametrize("line", _lines())
def test_verbs_and_options_exist(line: str, capfd: pytest.CaptureFixture[str]) -> None:
    words = shlex.split(line[line.index("fein ") :])[1:]
    verb = [words[0]] if words[0] not in GROUPS or len(words) == 1 else words[:2]
    assert run([*verb, "--help"]) == 0
    text = capfd.readouterr().out
    for word in words[1:]:
        if word.startswith("-"):
            assert word in text, f"{word} is no option of fein {words[0]}"


def test_there_are_lines_to_check() -> None:
    assert len(_lines()) >= 5


def test_every_scorer_is_in_the_table() -> None:
    for name in SCORER_NAMES:
        assert f"`{name}`" in TEXT
