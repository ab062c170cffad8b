"""The task file: TOML, every key known, every mistake named."""

from __future__ import annotations

import difflib
import tomllib
from pathlib import Path
from typing import Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError
from pydantic_core import ErrorDetails

from feinschliff.errors import TaskError
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import EXTRA
from feinschliff.parameters.values import is_number

_PICK = "pick"
_CONFIG = ConfigDict(frozen=True, extra="forbid", strict=True)


class TaskTable(BaseModel):
    """`[task]`: what is asked, about what."""

    model_config = _CONFIG

    name: str | None = None
    """Alias of the run."""
    data: str | None = None
    """CSV, JSONL, JSON, Parquet or text file, folder or glob; relative to the task file."""
    system: str | None = None
    """System text, a Jinja2 template over the row."""
    system_column: str | None = None
    """Column of the system texts, taken as they stand; not together with `system`."""
    prompt: str | None = None
    """User prompt, a Jinja2 template over the row."""
    target: str | None = None
    """With data the column of the wanted answers, else the wanted answer."""
    examples: Annotated[int, Field(ge=1)] | None = None
    """Use only the first so many rows."""
    constraints: list[str] = []
    """What answers have to hold on average, as "tokens <= 300"."""
    prefer: str | None = None
    """Which of the settings tied with the best is recommended: best, robust or cheapest."""


PriceField: TypeAlias = str | list[float | int]
"""`"IN,OUT"` or `[IN, OUT]`."""


class EndpointTable(BaseModel):
    """`[endpoint]`: where the model is."""

    model_config = _CONFIG

    url: str | None = None
    model: str | None = None
    api_key_env: str | None = None
    headers: dict[str, str] = {}
    concurrency: int | None = None
    timeout_s: float | int = 120.0
    rpm: int | None = None
    tpm: int | None = None
    price: PriceField | dict[str, PriceField] | None = None
    """USD per million tokens: `"IN,OUT"` or `[IN, OUT]`, or one of these for each model by name or pattern."""
    omit: list[str] = []
    """Fields that this server refuses: `seed`, `max_tokens`."""
    stream: bool = False
    """Read answers as they are made, and end those that loop."""


class BudgetTable(BaseModel):
    """`[budget]`: hard limits over all resumes."""

    model_config = _CONFIG

    requests: int | None = None
    tokens: int | None = None
    seconds: float | int | None = None
    usd: float | int | None = None


class TaskFile(BaseModel):
    """A whole task file."""

    model_config = _CONFIG

    task: TaskTable = TaskTable()
    endpoint: EndpointTable = EndpointTable()
    score: dict[str, Any] = {}
    """`use = "similarity"`, or a weight by scorer; and `pick`, what chooses among several answers."""
    search: dict[str, Any] = {}
    """Two numbers are a range, any other list are choices, a single value is fixed."""
    baseline: dict[str, JsonValue] = {}
    """The settings in use today."""
    budget: BudgetTable = BudgetTable()

    def scorer(self) -> str | dict[str, float] | None:
        """The scorer's name or weights; None where the file says nothing.

        Raises: TaskError for a weight that is no number.
        """
        score = {name: value for name, value in self.score.items() if name != _PICK}
        use = score.get("use", score) if score else None
        if use is None or isinstance(use, str):
            return use
        if "use" in score and len(score) > 1:
            raise TaskError(
                tr("[score] has 'use' and other keys"), mend=tr('write use = "NAME", or only NAME = WEIGHT')
            )
        if not isinstance(use, dict) or not all(is_number(w) for w in use.values()):
            raise TaskError(
                tr("[score] wants a scorer's name or weights"), found=repr(use), mend=tr('write use = "similarity"')
            )
        return {str(name): float(weight) for name, weight in use.items()}

    def pick(self) -> str | None:
        """What chooses among several answers; None where the file says nothing. Raises: TaskError."""
        pick = self.score.get(_PICK)
        if pick is not None and not isinstance(pick, str):
            raise TaskError(
                tr("[score] pick wants the name of a choice"), found=repr(pick), mend=tr('write pick = "medoid"')
            )
        return pick


def load_task_file(path: Path) -> TaskFile:
    """Read and check a task file; a data path in it is made relative to the working folder.

    Raises: TaskError for a missing file, broken TOML, an unknown key or a value of the wrong kind.
    """
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise TaskError(
            tr("there is no task file {path}", path=path), asked=str(path), mend=tr("check the path")
        ) from None
    except (OSError, UnicodeDecodeError) as error:
        raise TaskError(
            tr("cannot read {path}: {kind}", path=path, kind=type(error).__name__),
            asked=str(path),
            mend=tr("give a UTF-8 file"),
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise TaskError(
            tr("{path} is no valid TOML: {error}", path=path, error=error),
            asked=str(path),
            mend=tr("mend the line that is named"),
        ) from None
    try:
        parsed = TaskFile.model_validate(document)
    except ValidationError as error:
        raise _mistake(path, error) from None
    flat = parsed.model_copy(update={"search": _flat(parsed.search), "baseline": _flat(parsed.baseline)})
    return _beside(flat, path.parent)


def _flat(table: dict[str, Any]) -> dict[str, Any]:
    """TOML reads `extra.NAME = ...` as a table `extra`; here it is one name."""
    extra = table.get("extra")
    if not isinstance(extra, dict):
        return table
    rest = {name: value for name, value in table.items() if name != "extra"}
    return rest | {f"{EXTRA}{name}": value for name, value in extra.items()}


def _beside(parsed: TaskFile, folder: Path) -> TaskFile:
    data = parsed.task.data
    if data is None or Path(data).is_absolute():
        return parsed
    return parsed.model_copy(update={"task": parsed.task.model_copy(update={"data": str(folder / data)})})


def _mistake(path: Path, error: ValidationError) -> TaskError:
    first = error.errors()[0]
    # A value that may be of several types is told from each of them, its name at the end.
    where = ".".join(str(part) for part in first["loc"] if not _is_type(part))
    if first["type"] == "extra_forbidden":
        known = _known(first["loc"])
        nearest = difflib.get_close_matches(str(first["loc"][-1]), known, n=1, cutoff=0.6)
        return TaskError(
            tr("{path} has an unknown key '{where}'", path=path, where=where),
            asked=where,
            found=tr("known are ") + ", ".join(known),
            mend=tr("did you mean '{nearest}'?", nearest=nearest[0]) if nearest else tr("remove it"),
        )
    return TaskError(
        tr("{path}: '{where}' is wrong: {msg}", path=path, where=where, msg=_wanted(first)),
        asked=where,
        found=repr(first["input"])[:200],
        mend=tr("correct the value"),
    )


def _is_type(part: int | str) -> bool:
    return part in {"str", "int", "float"} or str(part).startswith(("list[", "dict["))


def _wanted(problem: ErrorDetails) -> str:
    """What should stand there, in the user's language."""
    said = {
        "int_type": tr("a whole number is wanted"),
        "float_type": tr("a number is wanted"),
        "bool_type": tr("true or false is wanted"),
        "string_type": tr("a text is wanted"),
        "list_type": tr("a list is wanted"),
        "dict_type": tr("a table is wanted"),
        "model_type": tr("a table is wanted"),
    }
    if problem["type"] == "greater_than_equal":
        return tr("a number of at least {least} is wanted", least=problem["ctx"]["ge"])
    return said.get(problem["type"], problem["msg"])


def _known(location: tuple[int | str, ...]) -> list[str]:
    tables: dict[int | str, type[BaseModel]] = {"task": TaskTable, "endpoint": EndpointTable, "budget": BudgetTable}
    model: type[BaseModel] = tables.get(location[0], TaskFile) if len(location) > 1 else TaskFile
    return list(model.model_fields)
