"""How a chat is shown: one answer as it flows, two in columns, plain text into a pipe."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from feinschliff.cli.output import say, stdout, writing
from feinschliff.i18n import tr, trn

if TYPE_CHECKING:
    from rich.containers import Lines
    from rich.table import Table
    from rich.text import Text

    from feinschliff._api.chat import Said, Side
    from feinschliff.endpoints.protocol import Listener
    from feinschliff.records import Answer

_LEAST_WIDTH = 100
"""Columns of a terminal from which on two answers stand side by side."""
_FRAMES_PER_S = 12


class Pipe:
    """Answers as plain text on stdout once they are whole; all else on stderr."""

    @contextmanager
    def listening(self, sides: Sequence[Side]) -> Iterator[Sequence[Listener]]:
        """Around a turn: who hears the answers of these sides while they are made."""
        yield [Deaf() for _ in sides]

    def show(self, said: Sequence[Said]) -> None:
        """The outcome of a turn."""
        for one in said:
            if one.answer is not None:
                with writing():
                    label = f"{one.side.name}: " if one.side.name else ""
                    stdout().print(label + one.answer.text, markup=False, soft_wrap=True)
            _complain(self, one)

    def note(self, text: str) -> None:
        """A line from us."""
        say(text)


class Quiet(Pipe):
    """For `--json`: the document holds the answers."""

    def show(self, said: Sequence[Said]) -> None:
        """Only what went wrong."""
        for one in said:
            _complain(self, one)


class Flow(Pipe):
    """A terminal: the first side flows, a second one follows when it is whole."""

    def __init__(self) -> None:
        self._console = stdout()

    @contextmanager
    def listening(self, sides: Sequence[Side]) -> Iterator[Sequence[Listener]]:
        """As above; what the first side says appears at once."""
        self._label(sides[0])
        self._flowing = _Flowing(self)
        yield [self._flowing, *(Deaf() for _ in sides[1:])]
        self._console.print()

    def show(self, said: Sequence[Said]) -> None:
        """The rest of the turn: figures, what went wrong, the other side."""
        for number, one in enumerate(said):
            if number > 0:
                self._label(one.side)
                if one.answer is not None:
                    self.write(one.answer.text)
                self._console.print()
            if one.answer is not None:
                self.note(figures(one.answer))
            _complain(self, one)

    def write(self, text: str, *, dim: bool = False) -> None:
        """Some text of a model, as it comes."""
        self._console.print(printable(text), end="", markup=False, soft_wrap=True, style="dim" if dim else None)
        self._console.file.flush()

    def note(self, text: str) -> None:
        """A line from us."""
        self._console.print(text, style="dim", markup=False, soft_wrap=True)

    def _label(self, side: Side) -> None:
        if side.name:
            self._console.print(f"{side.name}:", style="bold")


class Columns(Flow):
    """A wide terminal: both sides grow beside each other."""

    @contextmanager
    def listening(self, sides: Sequence[Side]) -> Iterator[Sequence[Listener]]:
        """As above; the last lines of both are shown while they grow."""
        from rich.live import Live

        growing = [_Growing() for _ in sides]

        names = [side.name for side in sides]

        def draw() -> Table:
            # Only the ends fit: a picture that is higher than the terminal cannot be drawn over.
            room, width = max(3, self._console.height - 4), self._console.width // len(sides) - 2
            return _table([_end(one.text.wrap(self._console, width), room) for one in growing], names=names)

        with Live(get_renderable=draw, console=self._console, transient=True, refresh_per_second=_FRAMES_PER_S):
            yield growing
        self._console.print(_table([one.text for one in growing], names=names))

    def show(self, said: Sequence[Said]) -> None:
        """Figures and what went wrong."""
        for one in said:
            if one.answer is not None:
                self.note(f"{one.side.name}: {figures(one.answer)}")
            _complain(self, one)


class Deaf:
    """Hears nothing."""

    def piece(self, text: str, thought: str) -> None:
        """Some text."""

    def broken(self, why: str) -> None:
        """A failed attempt."""


class _Flowing:
    """Prints what it hears, reasoning dim."""

    def __init__(self, screen: Flow) -> None:
        self._screen = screen
        self._thinking = False
        self._begun = False

    def piece(self, text: str, thought: str) -> None:
        if thought:
            self._screen.write(thought, dim=True)
            self._thinking = True
        if text:
            self._screen.write(f"\n{text}" if self._thinking else text)
            self._thinking = False
        self._begun = True

    def broken(self, why: str) -> None:
        self._screen.write("\n" if self._begun else "")
        self._screen.note(tr("(no answer: {why}; trying again)", why=why))
        self._begun = self._thinking = False


class _Growing:
    """Keeps what it hears as text to be drawn."""

    def __init__(self) -> None:
        self.text: Text = _text()

    def piece(self, text: str, thought: str) -> None:
        self.text.append(printable(thought), style="dim")
        self.text.append(printable(text))

    def broken(self, why: str) -> None:
        self.text = _text(tr("(no answer: {why}; trying again)", why=why) + "\n")


def make_screen(*, as_json: bool, on_terminal: bool, sides: int) -> Pipe:
    """The screen for where stdout goes, and for so many sides."""
    if as_json:
        return Quiet()
    if not on_terminal:
        return Pipe()
    return Columns() if sides == 2 and stdout().width >= _LEAST_WIDTH else Flow()


def figures(answer: Answer) -> str:
    """Length and speed of an answer, and what is odd about it."""
    parts = [trn("{n} token", "{n} tokens", answer.completion_tokens)]
    if answer.first_token_s is not None:
        parts.append(tr("first after {seconds} s", seconds=f"{answer.first_token_s:.2f}"))
    if answer.tokens_per_s is not None:
        parts.append(tr("{rate} tokens/s", rate=f"{answer.tokens_per_s:.0f}"))
    if "truncated" in answer.flags:
        parts.append(tr("cut at max_tokens"))
    if "stopped_early" in answer.flags:
        parts.append(tr("ended because it looped"))
    if "empty" in answer.flags:
        parts.append(tr("empty"))
    return "(" + ", ".join(parts) + ")"


def printable(text: str) -> str:
    """The text without what a terminal would obey: control characters, and halves of surrogate pairs."""
    return "".join(
        character if character in "\n\t" or unicodedata.category(character) not in ("Cc", "Cs") else "\ufffd"
        for character in text.replace("\r\n", "\n")
    )


def _complain(screen: Pipe, said: Said) -> None:
    """Say why there is no answer, or not all of it, and what was left out."""
    label = f"{said.side.name}: " if said.side.name else ""
    if said.dropped:
        screen.note(
            label
            + tr(
                "the {n} oldest messages were left out: the conversation is longer than the model takes", n=said.dropped
            )
        )
    if said.stopped:
        screen.note(label + tr("stopped; what there is of the answer stays in the conversation"))
    elif said.answer is None:
        screen.note(label + tr("no answer: {why}; your message is not in the conversation", why=said.failure))


def _table(texts: Sequence[Text], *, names: Sequence[str]) -> Table:
    from rich.table import Table

    table = Table(box=None, expand=True, pad_edge=False, padding=(0, 2, 0, 0))
    for name in names:
        table.add_column(name, ratio=1, header_style="bold", overflow="fold")
    table.add_row(*texts)
    return table


def _end(lines: Lines, room: int) -> Text:
    return _text("\n").join(lines[-room:])


def _text(words: str = "") -> Text:
    from rich.text import Text

    return Text(words, style="")
