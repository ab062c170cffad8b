"""From a row and a task's templates to the messages of a request."""

from __future__ import annotations

import functools
from collections.abc import Sequence

import jinja2
from jinja2 import meta
from jinja2.sandbox import SandboxedEnvironment

from feinschliff.errors import TaskError
from feinschliff.records import Example, Message, Settings

_ENVIRONMENT = SandboxedEnvironment(undefined=jinja2.StrictUndefined, keep_trailing_newline=True, autoescape=False)


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
            f"there is nothing to send for example {example.id}",
            asked="a prompt, or a column 'messages'",
            mend='give --prompt "... {{ column }} ..."',
        )
    return tuple(turns)


def check_template(template: str, columns: Sequence[str], *, what: str) -> None:
    """Say before the first request what is wrong with a template.

    Raises: TaskError for broken Jinja2, and for a variable that is no column.
    """
    unknown = sorted(variables(template, what=what) - set(columns))
    if unknown:
        names = ", ".join(f"'{name}'" for name in unknown)
        raise TaskError(
            f"the {what} uses {names}, which is no column of the data",
            asked=f"{{{{ {unknown[0]} }}}}",
            found="columns: " + (", ".join(columns) or "none"),
            mend="use one of the columns",
        )


def variables(template: str, *, what: str = "template") -> set[str]:
    """The variables that a template needs. Raises: TaskError for broken Jinja2."""
    try:
        return set(meta.find_undeclared_variables(_ENVIRONMENT.parse(template)))
    except jinja2.TemplateSyntaxError as error:
        raise TaskError(
            f"the {what} is no valid template: {error.message} (line {error.lineno})",
            asked=template[:200],
            mend="Jinja2 is expected, for example {{ post }}; write {{ '{{' }} for a literal brace pair",
        ) from None


def _fill(template: str, example: Example) -> str:
    try:
        return _compiled(template).render(**example.row)
    except Exception as error:  # noqa: BLE001
        # A template is a program: {{ post + 1 }} fails with whatever Python raises.
        raise TaskError(
            f"the template cannot be filled for example {example.id}: {error}",
            asked=template[:200],
            found="columns: " + ", ".join(example.row),
            mend="use the names of columns",
        ) from None


@functools.lru_cache(maxsize=256)
def _compiled(template: str) -> jinja2.Template:
    return _ENVIRONMENT.from_string(template)
