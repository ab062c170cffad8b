from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feinschliff.datasets.load import Dataset, load_examples
from feinschliff.datasets.task import Task
from feinschliff.datasets.write import write_rows
from feinschliff.errors import DataError
from feinschliff.records import Message, digest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def load(folder: Path, name: str, content: str | bytes, **options: Any) -> Dataset:
    """The data set of one file with that content."""
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return load_examples(path, **options)


def test_csv(folder: Path) -> None:
    data = load(folder, "a.csv", 'post,subject\n"Größe, 3\nZeilen",Gruß\nB, \n', target="subject")
    assert data.columns == ("post", "subject")
    assert [e.row for e in data.examples] == [
        {"post": "Größe, 3\nZeilen", "subject": "Gruß"},
        {"post": "B", "subject": " "},
    ]
    assert [e.target for e in data.examples] == ["Gruß", None]
    assert data.examples[0].id == digest(data.examples[0].row)[:16]
    assert data.source == str(folder / "a.csv")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("bom", ["", "\ufeff"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_delimiters_byte_order_marks_and_line_ends(folder: Path, mark: str, bom: str, line_end: str) -> None:
    text = bom + line_end.join([mark.join(["Beitrag", "Betreff"]), mark.join(['"a;b,c\td"', "x"]), ""])
    data = load(folder, "a.csv", text, target="Betreff")
    assert data.columns == ("Beitrag", "Betreff")
    assert data.examples[0].row == {"Beitrag": "a;b,c\td", "Betreff": "x"}


def test_one_column_of_prose_and_big_fields(folder: Path) -> None:
    data = load(folder, "a.csv", f'Posts\n"{"Hallo, Welt; " * 20_000}"\nkurz\n')
    assert data.columns == ("Posts",)
    assert len(str(data.examples[0].row["Posts"])) == 13 * 20_000


def test_json_keeps_types_and_target_becomes_text(folder: Path) -> None:
    lines = '{"n": 3, "tags": ["a"], "x": null}\n\n{"n": "text", "more": "zeile\u2028zwei"}\n{"n": null}\n'
    data = load(folder, "a.jsonl", lines, target="n")
    assert data.columns == ("n", "tags", "x", "more")
    assert data.examples[0].row == {"n": 3, "tags": ["a"], "x": None}
    assert [e.target for e in data.examples] == ["3", "text", None]


def test_a_json_list_is_what_the_lines_are(folder: Path) -> None:
    rows = [{"a": 1}, {"a": "ü"}]
    lines = load(folder, "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    whole = load(folder, "a.json", json.dumps(rows))
    assert whole.examples == lines.examples


def test_ids(folder: Path) -> None:
    given_ids = load(folder, "a.jsonl", '{"id": 7, "a": 1}\n{"id": "x", "a": 1}\n')
    assert [e.id for e in given_ids.examples] == ["7", "x"]
    hashed = load(folder, "b.csv", "a,b\n1,2\n3,4\n1,2\n1,2\n").examples
    first = hashed[0].id
    assert len(first) == 16
    assert [e.id for e in hashed] == [first, hashed[1].id, f"{first}#2", f"{first}#3"]


def test_a_tasks_hash_follows_content_and_target(folder: Path) -> None:
    def hashed(name: str, text: str, target: str | None = None) -> str:
        (folder / name).write_text(text, encoding="utf-8")
        return Task.from_csv(folder / name, target=target).content_hash()

    text = "a,b\n1,2\n3,4\n"
    hashes = [
        hashed("a.csv", text),
        hashed("a.csv", text, "b"),
        hashed("a.csv", "a,b\n1,2\n3,5\n"),
        hashed("a.csv", "a,b\n3,4\n1,2\n"),
    ]
    assert len(set(hashes)) == 4
    assert hashed("b.csv", text) == hashes[0]


TALK = [{"role": "user", "content": "Wo?"}, {"role": "assistant", "content": "Am See"}]


def test_conversations(folder: Path) -> None:
    (example,) = load(folder, "a.jsonl", json.dumps({"messages": TALK})).examples
    assert example.messages == (Message(role="user", content="Wo?"),)
    assert example.target == "Am See"
    cell = json.dumps(TALK).replace('"', '""')
    (kept,) = load(folder, "a.csv", f'messages,wanted\n"{cell}",Dort\n', target="wanted").examples
    assert [m.role for m in kept.messages] == ["user", "assistant"]
    assert kept.target == "Dort"


@pytest.mark.parametrize(
    "talk",
    [
        "Hallo",
        "[",
        [],
        {"role": "user"},
        ["Hallo"],
        [{"role": "user"}],
        [{"role": "user", "content": 3}],
        [{"role": "", "content": "x"}],
        [{"role": "user", "content": "x", "tool_calls": []}],
    ],
)
def test_what_is_no_conversation_names_its_row(folder: Path, talk: object) -> None:
    lines = json.dumps({"messages": TALK}) + "\n" + json.dumps({"messages": talk})
    with pytest.raises(DataError, match=r"row 2 of .* no conversation"):
        load(folder, "a.jsonl", lines)


def test_folders_and_globs_are_read_in_order(folder: Path) -> None:
    (folder / "b.csv").write_text("a,b\n3,4\n")
    (folder / "a.jsonl").write_text('{"b": "2", "a": "1"}\n')
    (folder / "notes.txt").write_text("no data")
    assert [e.row["a"] for e in load_examples(folder).examples] == ["1", "3"]
    assert [e.row["a"] for e in load_examples(folder / "*.csv").examples] == ["3"]
    (folder / "odd[1].csv").write_text("a,b\n5,6\n")
    assert [e.row["a"] for e in load_examples(str(folder / "odd[1].csv")).examples] == ["5"]


def test_columns_of_the_same_name_are_one(folder: Path) -> None:
    (folder / "a.csv").write_text("a,b\n1,2\n")
    (folder / "z.jsonl").write_text('{"c": 3, "a": "4"}\n')
    data = load_examples(folder)
    assert data.columns == ("a", "b", "c")
    assert [e.row for e in data.examples] == [{"a": "1", "b": "2"}, {"c": 3, "a": "4"}]


def test_a_file_without_the_target_or_without_any_common_column_is_named(folder: Path) -> None:
    (folder / "a.csv").write_text("a,b\n1,2\n")
    (folder / "m.csv").write_text("a,c\n1,2\n")
    with pytest.raises(DataError, match=r"m\.csv' has no column 'b'"):
        load_examples(folder, target="b")
    (folder / "z.csv").write_text("x,y\n1,2\n")
    with pytest.raises(DataError, match=r"z\.csv' has no column in common with .*a\.csv"):
        load_examples(folder)


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("a.csv", "", "holds no rows"),
        ("a.csv", "a,b\n", "holds no rows"),
        ("a.jsonl", "\n\n", "holds no rows"),
        ("a.json", "[]", "holds no rows"),
        ("a.jsonl", "{}", "holds no rows"),
        ("a.csv", b"a,b\n\0,1\n", "NUL bytes"),
        ("a.csv", "Größe,b\n1,2\n".encode("latin-1"), "is not UTF-8: byte 2 is 0xf6"),
        ("a.csv", "a,b\n1,2\n1,2,3\n", "row 2 of .* has 3 fields, the header has 2"),
        ("a.csv", "a,b\n1\n", "row 1 of .* has 1 fields"),
        ("a.csv", "a,\n1,2\n", "column 2 .* has no name"),
        ("a.csv", "a,b,a\n1,2,3\n", "names a column twice: a"),
        ("a.csv", 'a,b\n"1,2\n', "no sound CSV"),
        ("a.csv", "id,b\n1,2\n,3\n", "row 2 of .* has no id"),
        ("a.jsonl", '{"a": 1}\n\n{"a": \n', "line 3 of .* is no JSON"),
        ("a.jsonl", '{"a": NaN}', "NaN is no number"),
        ("a.jsonl", '{"a": 1e999}', "1e999 is no number"),
        ("a.jsonl", '{"a": "\\ud800"}', "surrogates"),
        ("a.jsonl", '{"a": 1}\n[1]\n', "row 2 of .* is no JSON object"),
        ("a.json", '{"a": 1}', "holds no list"),
        ("a.json", "[1,", "is no JSON"),
        ("a.xlsx", "PK", "format of .* is not known"),
    ],
)
def test_what_cannot_be_read_says_why_and_what_to_do(
    folder: Path, name: str, content: str | bytes, message: str
) -> None:
    with pytest.raises(DataError, match=message) as caught:
        load(folder, name, content)
    assert caught.value.found
    assert caught.value.mend


def test_missing_things(folder: Path) -> None:
    for source, message in [("no.csv", "no file"), ("*.csv", "no file fits"), ("", "holds no data files")]:
        with pytest.raises(DataError, match=message):
            load_examples(folder / source)


def test_targets_that_are_not_there(folder: Path) -> None:
    with pytest.raises(DataError, match="no column 'subjct'") as caught:
        load(folder, "a.csv", "post,subject\n1,2\n", target="subjct")
    assert caught.value.found == "post, subject"
    assert caught.value.mend == "did you mean 'subject'?"
    with pytest.raises(DataError, match="is empty in all 2 rows"):
        load(folder, "a.csv", "post,subject\n1,\n2, \n", target="subject")


CELLS = st.text(alphabet=st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=12)


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".jsonl"])
@given(rows=st.lists(st.fixed_dictionaries({"a": CELLS, "b": CELLS}), min_size=1, max_size=4))
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(
    tmp_path_factory: pytest.TempPathFactory, suffix: str, rows: list[dict[str, Any]]
) -> None:
    path = tmp_path_factory.mktemp("rows") / f"a{suffix}"
    write_rows(path, rows)
    assert [e.row for e in load_examples(path).examples] == rows
