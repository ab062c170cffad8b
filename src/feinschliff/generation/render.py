"""From a row and a task's templates to the messages of a request."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import jinja2
from jinja2 import meta, nodes
from jinja2.sandbox import SandboxedEnvironment

from feinschliff.errors import TaskError
from feinschliff.i18n import tr
from feinschliff.records import Example, Message, Settings, canonical_json

_ROW = "row"
"""In a template the whole row, for columns whose names are no variables: `{{ row["my column"] }}`."""


def _shown(value: object) -> object:
    """A missing value is nothing, not the word "None"."""
    return "" if value is None else value


_ENVIRONMENT = SandboxedEnvironment(
    undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False, finalize=_shown
)


def render_messages(example: Example, settings: Settings) -> tuple[Message, ...]:
    """The conversation that is sent: the system text, the row's own messages, and the prompt as the last user turn.

    Raises: TaskError where a template cannot be filled, or where nothing is left to send.
    """
    system, prompt = settings.values.get("system"), settings.values.get("prompt")
    turns = list(example.messages)
    if isinstance(system, str) and system:
        turns = [Message(role="system", content=_fill(system, example)), *[t for t in turns if t.role != "system"]]
    if isinstance(prompt, str) and prompt:
        turns.append(Message(role="user", content=_fill(prompt, example)))
    if not any(t.role != "system" for t in turns):
        raise TaskError(
            tr("there is nothing to send for example {id}", id=example.id),
            asked=tr("a prompt, or a column 'messages'"),
            mend=tr('give --prompt "... {{ column }} ..."'),
        )
    return tuple(turns)


def logged(messages: Sequence[Message]) -> str:
    """The messages as a log shows them, in JSON: a lone user's turn as its text, else all turns with their roles."""
    if len(messages) == 1 and messages[0].role == "user":
        return canonical_json(messages[0].content)
    return canonical_json([{message.role: message.content} for message in messages])


def check_template(template: str, columns: Sequence[str], *, what: str) -> None:
    """Say before the first request what is wrong with a template.

    Raises: TaskError for broken Jinja2, and for a variable that is no column.
    """
    unknown = sorted(variables(template, what=what) - set(columns))
    if unknown:
        names = ", ".join(f"'{name}'" for name in unknown)
        raise TaskError(
            tr("the {what} uses {names}, which is no column of the data", what=what, names=names),
            asked=f"{{{{ {unknown[0]} }}}}",
            found=tr("columns: {columns}", columns=", ".join(columns) or tr("none")),
            mend=tr("use one of the columns"),
        )


def check_rows(template: str, examples: Sequence[Example], *, what: str) -> None:
    """Say before the first request where a row lacks a column that the template needs. Raises: TaskError."""
    needed = variables(template, what=what)
    for example in examples:
        if not needed <= example.row.keys():
            _fill(template, example)


def variables(template: str, *, what: str = "template") -> set[str]:
    """The columns that a template names, as a variable or as `row["name"]`. Raises: TaskError for broken Jinja2."""
    try:
        parsed = _ENVIRONMENT.parse(template)
        names = meta.find_undeclared_variables(parsed)
        keys = {key for node in parsed.find_all(nodes.Getitem) if (key := _key(node)) is not None}
        return (names - {_ROW} if keys else names) | keys
    except jinja2.TemplateSyntaxError as error:
        raise TaskError(
            tr(
                "the {what} is no valid template: {message} (line {lineno})",
                what=what,
                message=error.message,
                lineno=error.lineno,
            ),
            asked=template[:200],
            mend=tr(
                "Jinja2 is expected, for example {{ post }} or {{ row['my column'] }}; write {{ '{{' }} for a literal "
                "brace pair"
            ),
        ) from None


def _key(node: nodes.Getitem) -> str | None:
    """`name` where it is `row["name"]`."""
    if isinstance(node.node, nodes.Name) and node.node.name == _ROW and isinstance(node.arg, nodes.Const):
        return node.arg.value if isinstance(node.arg.value, str) else None
    return None


def _fill(template: str, example: Example) -> str:
    try:
        return _compiled(template).render({_ROW: example.row, **example.row})
    except Exception as error:  # noqa: BLE001
        # A template is a program: {{ post + 1 }} fails with whatever Python raises.
        raise TaskError(
            tr("the template cannot be filled for example {id}: {error}", id=example.id, error=error),
            asked=template[:200],
            found=tr("columns: {columns}", columns=", ".join(example.row)),
            mend=tr("use the names of columns"),
        ) from None


@functools.lru_cache(maxsize=256)
def _compiled(template: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(template)
