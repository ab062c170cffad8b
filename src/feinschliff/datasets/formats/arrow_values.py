"""Arrow's values as JSON's."""

from __future__ import annotations

import datetime
import decimal
import math
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from pydantic import JsonValue

from feinschliff.errors import DataError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    import pyarrow as pa

_EXACT_DIGITS = 15
"""A float keeps any decimal of so many digits."""

Convert = Callable[[Any], JsonValue]


def to_json_values(column: pa.Array[Any], *, name: str, path: Path, first_row: int = 1) -> list[JsonValue]:
    """The values of a column, null as None.

    Text, whole numbers and truth values as they are. Floats: NaN (pandas' missing number) as None, those of single
    precision with the digits they were written with. Decimals of at most 15 digits as numbers, longer ones as text.
    Dates, times and timestamps as ISO 8601 text (nanoseconds are cut to microseconds), durations in seconds. Lists and
    structs as lists and objects; a map with text keys as an object, any other as a list of pairs. Bytes that are UTF-8
    as text.

    Raises: DataError naming the column and the row for infinities, other bytes, and types that JSON has nothing for.
    """
    import pyarrow as pa

    try:
        column, convert = _in_microseconds(column), _converter(column.type)
        values: list[Any] = column.to_pylist()
    except (pa.ArrowException, ValueError, LookupError) as error:
        raise _unreadable(name, path, str(column.type), str(error)) from None
    if convert is None:
        return values
    made: list[JsonValue] = []
    for row, value in enumerate(values, first_row):
        try:
            made.append(None if value is None else convert(value))
        except ValueError as error:
            raise _unreadable(name, path, str(column.type), tr("row {row}: {error}", row=row, error=error)) from None
    return made


def _unreadable(name: str, path: Path, kind: str, found: str) -> DataError:
    return DataError(
        tr("column '{name}' of '{path}' ({kind}) cannot be read", name=name, path=path, kind=kind),
        asked=str(path),
        found=found.splitlines()[0][:200] if found else kind,
        mend=tr("leave the column out, or write it as text or numbers"),
    )


def _in_microseconds(column: pa.Array[Any]) -> pa.Array[Any]:
    """Python's times know no nanoseconds."""
    import pyarrow as pa

    kind = column.type
    if pa.types.is_timestamp(kind) and kind.unit == "ns":
        return column.cast(pa.timestamp("us", kind.tz), safe=False)
    if pa.types.is_time64(kind) and kind.unit == "ns":
        return column.cast(pa.time64("us"), safe=False)
    if pa.types.is_duration(kind) and kind.unit == "ns":
        return column.cast(pa.duration("us"), safe=False)
    return column


def _converter(kind: pa.DataType) -> Convert | None:
    """What turns a Python value of this type into JSON; None where it is JSON already. Raises: ValueError."""
    import pyarrow as pa

    t = pa.types
    if isinstance(kind, pa.BaseExtensionType):
        return _uuid_text if str(kind) == "extension<arrow.uuid>" else _converter(kind.storage_type)
    if t.is_dictionary(kind):
        return _converter(kind.value_type)
    if t.is_null(kind) or t.is_boolean(kind) or t.is_integer(kind) or _is_text(kind):
        return None
    if t.is_floating(kind):
        return _short_number if kind.bit_width < 64 else _number
    if t.is_decimal(kind):
        return int if kind.scale <= 0 else float if kind.precision <= _EXACT_DIGITS else _digits
    if t.is_timestamp(kind) or t.is_date(kind) or t.is_time(kind):
        return _iso
    if t.is_duration(kind):
        return datetime.timedelta.total_seconds
    if t.is_binary(kind) or t.is_large_binary(kind) or t.is_fixed_size_binary(kind) or t.is_binary_view(kind):
        return _decoded
    return _nested(kind)


def _nested(kind: pa.DataType) -> Convert:
    import pyarrow as pa

    t = pa.types
    if t.is_map(kind):
        key, item, texts = _converter(kind.key_type), _converter(kind.item_type), _is_text(kind.key_type)
        return lambda value: _mapping([(_or_none(k, key), _or_none(v, item)) for k, v in value], as_object=texts)
    if t.is_list(kind) or t.is_large_list(kind) or t.is_fixed_size_list(kind) or t.is_list_view(kind):
        inner = _converter(kind.value_type)
        return lambda value: [_or_none(part, inner) for part in value]
    if t.is_struct(kind):
        fields = {field.name: _converter(field.type) for field in kind}
        return lambda value: {name: _or_none(value[name], convert) for name, convert in fields.items()}
    raise ValueError(tr("JSON has nothing for it"))


def _or_none(value: Any, convert: Convert | None) -> JsonValue:
    if value is None or convert is None:
        plain: JsonValue = value
        return plain
    return convert(value)


def _is_text(kind: pa.DataType) -> bool:
    import pyarrow as pa

    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_string_view(kind))


def _number(value: float) -> JsonValue:
    if math.isinf(value):
        raise ValueError(tr("{value} is no number that JSON can hold", value=value))
    return None if math.isnan(value) else value


def _short_number(value: float) -> JsonValue:
    """0.1 of single precision is 0.1, not 0.10000000149."""
    return _number(float(str(np.float32(value))))


def _digits(value: decimal.Decimal) -> JsonValue:
    return f"{value:f}"


def _iso(value: datetime.datetime | datetime.date | datetime.time) -> JsonValue:
    return value.isoformat()


def _uuid_text(value: uuid.UUID) -> JsonValue:
    return str(value)


def _decoded(value: bytes) -> JsonValue:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise ValueError(tr("{count} bytes that are no text", count=len(value))) from None


def _mapping(pairs: Sequence[tuple[JsonValue, JsonValue]], *, as_object: bool) -> JsonValue:
    if as_object:
        return {str(key): value for key, value in pairs}
    return [[key, value] for key, value in pairs]
