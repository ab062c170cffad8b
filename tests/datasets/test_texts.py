"""Folders of plain texts, and formats that this machine cannot read."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from feinschliff.datasets.load import load_examples
from feinschliff.datasets.write import check_output, write_rows
from feinschliff.errors import DataError


def write(folder: Path, **texts: str) -> None:
    """`a__b_txt="..."` is the file `a/b.txt`; `_` before the last part is a dot."""
    for name, text in texts.items():
        path = folder / name.replace("__", "/").replace("_", ".")
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="")


def test_a_folder_of_texts_is_one_example_each(tmp_path: Path) -> None:
    write(tmp_path, b_txt="\ufeffZwei\r\nZeilen\r\n\r\n", a_md="# One\n", c_png="no text")
    data = load_examples(tmp_path)
    assert data.columns == ("file", "text")
    assert [e.row for e in data.examples] == [
        {"file": "a.md", "text": "# One"},
        {"file": "b.txt", "text": "Zwei\nZeilen"},
    ]


def test_a_text_has_its_wanted_answer_beside_it(tmp_path: Path) -> None:
    write(tmp_path, a_txt="A", a_target_txt="a!\n", b_md="B", b_target_txt="b!", c_txt="C", d_txt="D", d_target_txt=" ")
    data = load_examples(tmp_path, target="target")
    assert data.columns == ("file", "text", "target")
    assert [(e.row["file"], e.target) for e in data.examples] == [
        ("a.txt", "a!"),
        ("b.md", "b!"),
        ("c.txt", None),
        ("d.txt", None),
    ]


def test_a_wanted_answer_without_a_text_is_named(tmp_path: Path) -> None:
    write(tmp_path, a_txt="A", b_target_txt="b!")
    with pytest.raises(DataError, match=r"b\.target\.txt' is the wanted answer to no text"):
        load_examples(tmp_path)


def test_texts_below_folders_have_their_path_as_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, one__a_txt="A", two__a_txt="A", two__a_target_txt="!")
    found = [e.row["file"] for e in load_examples(tmp_path / "**" / "*.txt").examples]
    assert found == ["one/a.txt", "two/a.txt"]
    monkeypatch.chdir(tmp_path)
    assert [e.row["file"] for e in load_examples("*/a.txt").examples] == found


def test_a_readme_beside_tables_is_no_row(tmp_path: Path) -> None:
    write(tmp_path, README_md="About the data", posts_csv="text\nHallo\n")
    assert [e.row for e in load_examples(tmp_path).examples] == [{"text": "Hallo"}]


def test_a_text_without_text_is_named(tmp_path: Path) -> None:
    write(tmp_path, a_txt="A", b_txt=" \n")
    with pytest.raises(DataError, match=r"b\.txt' holds no rows"):
        load_examples(tmp_path)


def test_a_limit_holds_over_all_files(tmp_path: Path) -> None:
    write(tmp_path, a_csv="n\n1\n2\n", b_jsonl='{"n": 3}\n{"n": 4}\n', c_csv="broken\n")
    assert [e.row["n"] for e in load_examples(tmp_path, limit=3).examples] == ["1", "2", 3]
    assert len(load_examples(tmp_path / "a.csv", limit=1).examples) == 1
    assert len(load_examples(tmp_path / "b.jsonl", limit=5).examples) == 2


def test_the_line_of_a_broken_row_is_named(tmp_path: Path) -> None:
    write(tmp_path, a_csv='a,b\n"1\n2",3\n4\n')
    with pytest.raises(DataError, match=r"row 2 of .*a\.csv' \(line 4\) has 1 fields"):
        load_examples(tmp_path)
    write(tmp_path, a_csv='a,b\n1,2\n"3,4\n5,6\n')
    with pytest.raises(DataError, match=r"a\.csv' is no sound CSV from line 3 on") as caught:
        load_examples(tmp_path)
    assert caught.value.found == '"3,4'


def test_parquet_without_pyarrow_names_the_extra(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("pyarrow", "pyarrow.parquet"):
        monkeypatch.setitem(sys.modules, name, None)
    path = tmp_path / "a.parquet"
    path.write_bytes(b"PAR1")
    for act in (
        lambda: load_examples(path),
        lambda: load_examples(tmp_path),
        lambda: check_output(path),
        lambda: write_rows(path, [{"a": 1}]),
    ):
        with pytest.raises(DataError, match=r"a\.parquet' needs pyarrow") as caught:
            act()
        assert "feinschliff[parquet]" in str(caught.value.mend)
    assert path.read_bytes() == b"PAR1"
