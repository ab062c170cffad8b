"""What stands behind `module:callable`: importing it, its name, its signature, and what it gives as a score."""

from __future__ import annotations

import copy
import functools
import hashlib
import importlib
import inspect
import math
import numbers
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import CodeType
from typing import Any

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Example, Score
from feinschliff.scorers.protocol import unscored
from feinschliff.text.normal import nfc


def load_object(spec: str) -> Any:
    """What `module:name` names, the working folder importable.

    Raises: ScorerError for a module that cannot be imported, or a name that is not in it.
    """
    module_name, _, attribute = spec.partition(":")
    module = _import(module_name, spec)
    try:
        thing: Any = module
        for part in attribute.split("."):
            thing = getattr(thing, part)
        return thing
    except AttributeError:
        raise ScorerError(
            tr("the module '{module_name}' has no '{attribute}'", module_name=module_name, attribute=attribute),
            asked=spec,
            found=", ".join(name for name in vars(module) if not name.startswith("_"))[:200],
            mend=tr("name a function of it"),
        ) from None


class FunctionBacked:
    """What scorers have in common that call a function of the user's."""

    def __init__(self, function: Callable[..., Any], name: str | None = None) -> None:
        """`name`: without it made from the function's place and source. Raises: ScorerError for a wrong signature."""
        check_signature(function)
        self._function = function
        self._name = name or function_name(function)

    @property
    def name(self) -> str:
        """Place and hash of the source: `module:function@1a2b3c4d5e6f`."""
        return self._name

    def _call(self, said: str | list[str], example: Example) -> Score:
        """What the function says of one answer, or of several; an exception makes a score of None."""
        target = None if example.target is None else nfc(example.target)
        try:
            value = self._function(said, target, copy.deepcopy(example.row))
        except Exception as error:  # noqa: BLE001 - whatever the user's code raises
            return unscored(f"the scorer raised {type(error).__name__}: {error}"[:300])
        return to_score(value)


def function_name(function: Callable[..., Any], asked: str | None = None) -> str:
    """Place and hash of the source: `module:function@1a2b3c4d5e6f`; the place as the user wrote it, where he did."""
    place = getattr(function, "__qualname__", type(function).__qualname__)
    written = f"{getattr(function, '__module__', None) or '?'}:{place}" if asked is None else asked
    return f"{written}@{_hash_of(function)}"


def _import(name: str, spec: str) -> Any:
    here = str(Path.cwd())
    if here not in sys.path:
        sys.path.insert(0, here)
    importlib.invalidate_caches()
    try:
        return importlib.import_module(name)
    except Exception as error:
        raise ScorerError(
            tr(
                "the module '{name}' cannot be imported ({kind}: {error})",
                name=name,
                kind=type(error).__name__,
                error=error,
            ),
            asked=spec,
            found=tr("working folder {here}", here=here),
            mend=tr("start in the folder that holds the module, or put it on PYTHONPATH"),
        ) from error


def check_signature(function: Callable[..., Any]) -> None:
    """Raises: ScorerError for a function that cannot be called with (answer, target, row)."""
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):
        return  # built in: nothing to see before the first call
    try:
        signature.bind("answer", "target", {})
    except TypeError as error:
        raise ScorerError(
            tr("the scorer function cannot be called with (answer, target, row): {error}", error=error),
            found=f"{getattr(function, '__name__', 'callable')}{signature}",
            mend=tr("write it as def f(answer: str, target: str | None, row: dict) -> float | None"),
        ) from None


def _hash_of(function: object) -> str:
    """12 hex digits of SHA-256 of the file that holds the function, so that a changed scorer is a new one.

    Lambdas and functions made inside functions share their file and name, so their byte code, defaults and the plain
    values that they carry count as well, as do the arguments of a `functools.partial`. What is not seen: changes in
    other files that it imports, and the inner state of objects. An object with a `name` of its own can say more.
    """
    content = hashlib.sha256()
    while isinstance(function, functools.partial):
        names = sorted(function.keywords)
        values = _plain([*function.args, *(function.keywords[name] for name in names)])
        content.update(repr((names, values)).encode())
        function = function.func
    plain: Any = inspect.unwrap(function) if callable(function) else function
    if not (inspect.isroutine(plain) or inspect.isclass(plain)):
        plain = type(plain)
    source = _source_of(plain)
    content.update(source)
    code = getattr(plain, "__code__", None)
    if code is not None and (not source or "<" in plain.__qualname__):
        cells = [cell.cell_contents for cell in plain.__closure__ or ()]
        content.update(repr((_code(code), _plain(plain.__defaults__ or ()), _plain(cells))).encode())
    return content.hexdigest()[:12]


def _source_of(thing: Any) -> bytes:
    try:
        source = inspect.getsourcefile(thing)
        return Path(source).read_bytes() if source else b""
    except (TypeError, OSError):
        return b""


def _code(code: CodeType) -> tuple[object, ...]:
    """What a function does, without addresses: those differ from process to process."""
    constants = tuple(_code(c) if isinstance(c, CodeType) else _plain([c]) for c in code.co_consts)
    return code.co_code, constants, code.co_names


def _plain(values: Iterable[object]) -> list[object]:
    """Values that read the same in every process: what is no plain value stands by its type."""
    return [
        _plain(v)
        if isinstance(v, tuple)
        else v
        if isinstance(v, str | bytes | int | float | None)
        else type(v).__qualname__
        for v in values
    ]


def to_score(value: object) -> Score:
    """What a function gave, as a score."""
    if value is None:
        return unscored("the scorer gave None")
    # NumPy's bool is no Real, and its scalars of other kinds are.
    if isinstance(value, numbers.Real) or type(value).__name__ in {"bool", "bool_"}:
        number = float(value)  # type: ignore[arg-type]
        return Score(value=number) if math.isfinite(number) else unscored(f"the scorer gave {number}")
    return unscored(f"the scorer gave no number but {type(value).__name__}")
