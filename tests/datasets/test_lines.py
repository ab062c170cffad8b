from __future__ import annotations

import pytest

from feinschliff.datasets.lines import one_line, unquoted


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (' "Hallo,\nNachbarn!"\n', "Hallo,\nNachbarn!"),
        ("„Hallo“", "Hallo"),
        ('"A" und "B"', '"A" und "B"'),
        ('Er sagte "ja"', 'Er sagte "ja"'),
        ("", ""),
        ('"', '"'),
    ],
)
def test_quotation_marks_around_the_whole_are_left_out(text: str, clean: str) -> None:
    assert unquoted(text) == clean


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Subject: Lost cat\nin the park ", "Lost cat in the park"),
        ("**Betreff:** „Katze entlaufen“", "Katze entlaufen"),
        ('Subject line: "Lost cat"', "Lost cat"),
        ('"Subject: Lost cat"', "Lost cat"),
        ("## Lost cat", "Lost cat"),
        ("**Lost cat**", "Lost cat"),
        ("제목: 고양이를 찾습니다", "고양이를 찾습니다"),
        ("Lost cat: who has seen it?", "Lost cat: who has seen it?"),
        ("Subjects wanted", "Subjects wanted"),
        ("  ", ""),
    ],
)
def test_a_line_without_what_models_put_around_it(text: str, line: str) -> None:
    assert one_line(text) == line


def test_most_words() -> None:
    assert one_line("Betreff: a b c d", most_words=3) == "a b c"
    assert one_line("a b", most_words=3) == "a b"
