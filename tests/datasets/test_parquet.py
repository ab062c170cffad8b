"""Parquet in and out, with pyarrow; what happens without it is in `test_formats`."""

from __future__ import annotations

import datetime
import decimal
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feinschliff.datasets.load import load_examples
from feinschliff.datasets.read import read_table
from feinschliff.datasets.task import Task
from feinschliff.datasets.write import write_rows
from feinschliff.errors import DataError

pytestmark = pytest.mark.second


def parquet(path: Path, columns: Mapping[str, Any], **options: Any) -> Path:
    """A file as another program writes it."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.table(dict(columns)), path, **options)
    return path


def column(path: Path, values: Any) -> list[Any]:
    return [row["x"] for row in read_table(parquet(path, {"x": values})).rows]


NOON = datetime.datetime(2024, 5, 1, 12, 0, tzinfo=datetime.UTC)


def test_types_become_what_json_has(tmp_path: Path) -> None:
    import pyarrow as pa

    d = decimal.Decimal
    when = NOON.replace(tzinfo=None, microsecond=250_000)
    cases: Sequence[tuple[Any, list[Any]]] = [
        (pa.array(["Grüße", None, ""]), ["Grüße", None, ""]),
        (pa.array(["a", "b", "a", None]).dictionary_encode(), ["a", "b", "a", None]),
        (pa.array([1, None, 2**63], pa.uint64()), [1, None, 2**63]),
        (pa.array([True, None]), [True, None]),
        (pa.array([1.5, None, float("nan")]), [1.5, None, None]),
        (pa.array([0.1, 3.0], pa.float32()), [0.1, 3.0]),
        (pa.array([d("19.90"), None], pa.decimal128(5, 2)), [19.9, None]),
        (pa.array([d(7)], pa.decimal128(20, 0)), [7]),
        (pa.array([d("12345678901234567.10")], pa.decimal128(30, 2)), ["12345678901234567.10"]),
        (pa.array([when, None], pa.timestamp("ms")), ["2024-05-01T12:00:00.250000", None]),
        (pa.array([NOON], pa.timestamp("us", "Europe/Berlin")), ["2024-05-01T14:00:00+02:00"]),
        (pa.array([1_714_564_800_000_000_123], pa.timestamp("ns")), ["2024-05-01T12:00:00"]),
        (pa.array([datetime.date(2024, 5, 1)]), ["2024-05-01"]),
        (pa.array([datetime.time(12, 30)], pa.time64("ns")), ["12:30:00"]),
        (pa.array([datetime.timedelta(minutes=1)], pa.duration("ms")), [60.0]),
        (pa.array([["a", None], [], None]), [["a", None], [], None]),
        (pa.array([[0.1]], pa.list_(pa.float32())), [[0.1]]),
        (pa.array([{"a": 1, "b": None}, None]), [{"a": 1, "b": None}, None]),
        (pa.array([[("k", 1)], []], pa.map_(pa.string(), pa.int64())), [{"k": 1}, {}]),
        (pa.array([[(1, "k")]], pa.map_(pa.int64(), pa.string())), [[[1, "k"]]]),
        (pa.array(["Grüße".encode(), None], pa.binary()), ["Grüße", None]),
        (pa.nulls(2), [None, None]),
    ]
    for values, wanted in cases:
        got = column(tmp_path / "x.parquet", values)
        assert got == wanted, values.type
        assert [type(v) for v in got] == [type(v) for v in wanted], values.type
        json.dumps(got, allow_nan=False)


def test_what_json_cannot_hold_names_column_and_row(tmp_path: Path) -> None:
    import pyarrow as pa

    for values, found in [
        (pa.array([1.0, float("inf")]), "row 2: inf"),
        (pa.array([b"ok", b"ok", b"\xff\xd8"]), "row 3: 2 bytes that are no text"),
        (pa.array([[b"\xff"]]), "row 1: 1 bytes"),
    ]:
        with pytest.raises(DataError, match=r"column 'x' of .* cannot be read") as caught:
            column(tmp_path / "x.parquet", values)
        assert str(caught.value.found).startswith(found)


def test_only_what_the_limit_takes_is_read(tmp_path: Path) -> None:
    # In the second group lies a value that cannot be read: with a limit nobody looks there.
    path = parquet(tmp_path / "x.parquet", {"a": [*map(float, range(10)), float("inf")]}, row_group_size=5)
    assert [row["a"] for row in read_table(path, limit=5).rows] == [0, 1, 2, 3, 4]
    task = Task.from_data(path, prompt="{{ a }}", limit=7)
    assert [e.row["a"] for e in task.examples] == [0, 1, 2, 3, 4, 5, 6]
    with pytest.raises(DataError) as caught:
        read_table(path)
    assert str(caught.value.found).startswith("row 11")


def test_pandas_row_labels_are_no_column_and_broken_files_are_named(tmp_path: Path) -> None:
    path = parquet(tmp_path / "x.parquet", {"a": ["1"], "__index_level_0__": [0]})
    assert read_table(path).columns == ("a",)
    broken = tmp_path / "broken.parquet"
    broken.write_bytes(path.read_bytes()[:-20])
    empty = parquet(tmp_path / "empty.parquet", {"a": []})
    for file, message in [
        (broken, "no sound Parquet"),
        (empty, "no rows"),
        (tmp_path / "no.parquet", "there is no file"),
    ]:
        with pytest.raises(DataError, match=message) as caught:
            read_table(file)
        assert file.name in str(caught.value)
        assert caught.value.mend


def test_a_folder_of_three_formats(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", {"post": ["from parquet"], "subject": ["p"]})
    (tmp_path / "b.csv").write_text("post,subject\nfrom csv,c\n")
    (tmp_path / "c.jsonl").write_text('{"subject": "j", "post": "from jsonl", "tags": ["x"]}\n')
    data = load_examples(tmp_path, target="subject")
    assert data.columns == ("post", "subject", "tags")
    assert [(e.row["post"], e.target) for e in data.examples] == [
        ("from parquet", "p"),
        ("from csv", "c"),
        ("from jsonl", "j"),
    ]


def test_the_same_rows_are_the_same_examples_in_every_format(tmp_path: Path) -> None:
    rows = [{"a": "x", "b": "ü\n"}, {"a": "y", "b": ""}]
    for name in ("a.csv", "a.jsonl", "a.parquet"):
        write_rows(tmp_path / name, rows)
    hashes = {Task.from_data(tmp_path / name).content_hash() for name in ("a.csv", "a.jsonl", "a.parquet")}
    assert len(hashes) == 1


VALUES = st.one_of(
    st.lists(st.one_of(st.none(), st.text(max_size=6)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.integers(-(2**63), 2**63 - 1)), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.booleans()), min_size=3, max_size=3),
    st.lists(st.one_of(st.none(), st.floats(allow_nan=False, allow_infinity=False)), min_size=3, max_size=3),
    st.lists(st.lists(st.text(max_size=3), max_size=3), min_size=3, max_size=3),
)


@given(a=VALUES, b=VALUES)
@settings(max_examples=60, deadline=None)
def test_what_is_written_is_read_again(tmp_path_factory: pytest.TempPathFactory, a: list[Any], b: list[Any]) -> None:
    path = tmp_path_factory.mktemp("rows") / "a.parquet"
    rows = [{"a": x, "b": y} for x, y in zip(a, b, strict=True)]
    write_rows(path, rows)
    first = path.read_bytes()
    assert [e.row for e in load_examples(path).examples] == rows
    write_rows(path, rows)
    assert path.read_bytes() == first


def test_mixed_kinds_become_text_and_nan_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    write_rows(path, [{"a": 1, "b": {"x": 1}}, {"a": "x", "b": {}}, {"b": 2**70}, {"a": "\ud83c"}])
    assert [row["a"] for row in read_table(path).rows] == ["1", "x", None, "?"]
    assert [row["b"] for row in read_table(path).rows] == ['{"x": 1}', "{}", str(2**70), None]
    with pytest.raises(DataError, match="cannot hold"):
        write_rows(path, [{"a": [float("nan")]}])
