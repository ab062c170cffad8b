from __future__ import annotations

import csv
import json
import os
from pathlib import Path

import pytest

from feinschliff.datasets.write import write_rows
from feinschliff.errors import DataError, OutputError


def test_csv_is_what_pythons_reader_expects(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_rows(path, [{"a": "zwei\nZeilen", "b": None}, {"a": 'sagt "ja", geht', "c": [1, "ü"]}, {"a": "\r"}])
    with path.open(newline="", encoding="utf-8") as file:
        assert list(csv.reader(file)) == [
            ["a", "b", "c"],
            ["zwei\nZeilen", "", ""],
            ['sagt "ja", geht', "", '[1, "ü"]'],
            ["\r", "", ""],
        ]


def test_jsonl_keeps_types(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    rows = [{"a": 1, "b": None, "c": "ü\n"}, {"b": [True]}]
    write_rows(path, rows)
    assert [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] == rows


@pytest.mark.parametrize("name", ["a.csv", "a.jsonl"])
def test_half_an_emoji_does_not_stop_the_writing(tmp_path: Path, name: str) -> None:
    write_rows(tmp_path / name, [{"a": "Hallo \ud83c"}])
    assert "Hallo ?" in (tmp_path / name).read_text(encoding="utf-8")


def test_columns_choose_and_order(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_rows(path, [{"a": "1", "b": "2", "c": "3"}], columns=["c", "a"])
    assert path.read_text() == "c,a\n3,1\n"


def test_a_failure_leaves_the_old_file_and_no_other(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    write_rows(path, [{"a": 1}])
    with pytest.raises(DataError, match="cannot hold"):
        write_rows(path, [{"a": 2}, {"a": float("nan")}])
    assert path.read_text() == '{"a": 1}\n'
    assert os.listdir(tmp_path) == ["a.jsonl"]


def test_a_file_is_replaced_with_its_rights(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("old")
    path.chmod(0o640)
    write_rows(path, [{"a": "1"}])
    assert path.read_text() == "a\n1\n"
    assert path.stat().st_mode & 0o777 == 0o640
    assert os.listdir(tmp_path) == ["a.csv"]


@pytest.mark.parametrize("name", ["a.xlsx", "no/such/folder/a.csv"])
def test_what_cannot_be_written_is_an_output_error(tmp_path: Path, name: str) -> None:
    with pytest.raises(OutputError):
        write_rows(tmp_path / name, [{"a": 1}])
