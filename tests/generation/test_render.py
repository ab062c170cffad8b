from __future__ import annotations

import pytest

from feinschliff.datasets.task import Task
from feinschliff.errors import TaskError
from feinschliff.generation import check_rows, check_template, render_messages, variables
from feinschliff.records import Example, Settings
from feinschliff.tuning import check_texts


def fill(prompt: str, **row: object) -> str:
    example = Example.model_validate({"id": "x", "row": row})
    return render_messages(example, Settings(values={"prompt": prompt}))[-1].content


def test_a_column_whose_name_is_no_variable() -> None:
    template = "{{ row['my post'] }} / {{ row[\"Größe (cm)\"] }} / {{ tone }}"
    assert fill(template, **{"my post": "Hallo", "Größe (cm)": 3, "tone": "kurz"}) == "Hallo / 3 / kurz"
    assert variables(template) == {"my post", "Größe (cm)", "tone"}
    check_template(template, ["my post", "Größe (cm)", "tone"], what="prompt")
    with pytest.raises(TaskError, match="'my post', which is no column"):
        check_template(template, ["Größe (cm)", "tone"], what="prompt")
    with pytest.raises(TaskError, match="'row', which is no column"):
        check_template("{{ row }}", ["tone"], what="prompt")


def test_a_column_that_is_called_row_or_self() -> None:
    assert fill("{{ row }}", row="Reihe") == "Reihe"
    assert fill("{{ row['self'] }}", self="selbst") == "selbst"
    check_template("{{ row }}", ["row"], what="prompt")


def test_what_is_missing_is_nothing() -> None:
    assert fill("a{{ x }}b{{ x or 'c' }}{{ y }}", x=None, y=0) == "abc0"


def test_rows_that_lack_a_column_are_found_before_the_first_request() -> None:
    task = Task.from_rows([{"id": "a", "q": "1", "tone": "kurz"}, {"id": "b", "q": "2"}])
    check_texts(Settings(values={"prompt": "{{ q }}"}), task)
    check_texts(Settings(values={"prompt": "{{ q }} {% if tone is defined %}{{ tone }}{% endif %}"}), task)
    with pytest.raises(TaskError, match="example b: 'tone' is undefined"):
        check_texts(Settings(values={"prompt": "{{ q }} {{ tone }}"}), task)
    with pytest.raises(TaskError, match="example b"):
        check_rows("{{ row['tone'] }}", task.examples, what="prompt")
