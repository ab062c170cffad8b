"""JSON values as a Parquet file."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from pydantic import JsonValue

from feinschliff.errors import DataError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    import pyarrow as pa


def to_parquet(columns: Mapping[str, Sequence[JsonValue]]) -> bytes:
    """A Parquet file of these columns, needs pyarrow; the same values give the same bytes.

    A column of one kind (text, truth values, whole numbers, numbers, lists, objects of the same fields) keeps its
    type, None is null. One that Arrow cannot hold without changing it, mixed kinds above all, becomes text: strings as
    they are, other values as JSON.

    Raises: DataError for a number that JSON cannot hold.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    table = pa.table({name: _array(name, list(values)) for name, values in columns.items()})
    buffer = io.BytesIO()
    pq.write_table(table, buffer)
    return buffer.getvalue()


def _array(name: str, values: list[JsonValue]) -> pa.Array[Any]:
    import pyarrow as pa

    texts = [_text(value, name) for value in values]
    if not all(value is None or isinstance(value, str) for value in values):
        with suppress(pa.ArrowException, ValueError, TypeError, OverflowError):
            made = pa.array(values)
            if made.to_pylist() == values and not _has_empty_struct(made.type):
                return made
    return pa.array(texts, pa.string())


def _text(value: JsonValue, name: str) -> str | None:
    if value is None:
        return None
    try:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, allow_nan=False)
    except ValueError as error:
        raise DataError(
            tr("the column '{name}' holds a number that JSON cannot hold", name=name),
            found=str(error),
            mend=tr("write null for it"),
        ) from None
    # Half of a surrogate pair, with which a model's answer can end, becomes "?" as in the other formats.
    return text.encode(errors="replace").decode()


def _has_empty_struct(kind: pa.DataType) -> bool:
    """Parquet has no objects without fields."""
    import pyarrow as pa

    if pa.types.is_struct(kind):
        return kind.num_fields == 0 or any(_has_empty_struct(field.type) for field in kind)
    return bool(pa.types.is_list(kind)) and _has_empty_struct(kind.value_type)
