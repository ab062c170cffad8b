"""A chat from its first line to its last: what is typed is said or done, and errors end nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from feinschliff._api.chat import Chat, Said, Side
from feinschliff.cli.chat_screen import Pipe
from feinschliff.errors import InputError, ParameterError
from feinschliff.i18n import tr
from feinschliff.i18n.stored import retold
from feinschliff.parameters.parse import parse_assignments
from feinschliff.parameters.space import make_space
from feinschliff.records import canonical_json


class Session:
    """Takes lines; keeps what came of them."""

    def __init__(self, chat: Chat, screen: Pipe) -> None:
        self.failures: list[str] = []
        """Why turns had no answer."""
        self._chat = chat
        self._screen = screen
        self._turns: list[dict[str, Any]] = []
        self._ended = False
        self._commands: dict[str, tuple[Callable[[str], None], str]] = {
            "/help": (self._help, tr("this list")),
            "/settings": (self._settings, tr("show the settings")),
            "/set": (
                self._set,
                tr("NAME=VALUE: change a setting; with two sides also: a NAME=VALUE; no value removes it"),
            ),
            "/reset": (self._reset, tr("forget all that was said")),
            "/save": (self._save, tr("FILE.jsonl: keep the conversation as data")),
            "/quit": (self._quit, tr("end")),
        }

    def run(self, lines: Iterable[str]) -> None:
        """Take lines until there are no more, or until `/quit`."""
        for line in lines:
            try:
                self._take(line.strip())
            except InputError as error:
                self._screen.note(str(error))
            except KeyboardInterrupt:
                self._screen.note(tr("interrupted"))
            if self._ended:
                return

    def to_dict(self) -> dict[str, Any]:
        """The chat as `--json` shows it."""
        sides = [
            {"side": side.name or None, "model": self._chat.model_of(side), "settings": side.settings.values}
            for side in self._chat.sides
        ]
        return {"endpoint": self._chat.link.endpoint.identity, "sides": sides, "turns": self._turns}

    def _take(self, line: str) -> None:
        word, _, rest = line.partition(" ")
        if not line:
            return
        if not line.startswith("/") or line.startswith("//"):
            self._say(line.removeprefix("/") if line.startswith("//") else line)
        elif word in self._commands:
            self._commands[word][0](rest.strip())
        else:
            self._screen.note(
                tr("there is no {word}; /help lists the commands, and // begins a message with /", word=word)
            )

    def _say(self, text: str) -> None:
        with self._screen.listening(self._chat.sides) as listeners:
            said = self._chat.say(text, listeners)
        self._screen.show(said)
        self._turns.append({"user": text, "answers": [_document(one) for one in said]})
        self.failures += [str(one.failure) for one in said if one.answer is None and not one.stopped]

    def _help(self, _rest: str) -> None:
        for word, (_, text) in self._commands.items():
            self._screen.note(f"{word:<10} {text}")
        self._screen.note(tr("Ctrl-C stops an answer, Ctrl-D ends the chat."))

    def _settings(self, _rest: str) -> None:
        for side in self._chat.sides:
            label = f"{side.name}: " if side.name else ""
            shown = [f"model={self._chat.model_of(side)}"]
            shown += [f"{name}={_shown(value)}" for name, value in side.settings.values.items() if name != "model"]
            self._screen.note(label + ", ".join(shown))

    def _set(self, rest: str) -> None:
        named = {side.name: side for side in self._chat.sides if side.name}
        first, _, others = rest.partition(" ")
        sides = [named[first]] if first in named else self._chat.sides
        text = others.strip() if first in named else rest
        name, sign, value = text.partition("=")
        if not sign:
            raise ParameterError(
                tr("'{text}' is no NAME=VALUE", text=text), mend=tr("write for example /set temperature=0.2")
            )
        self._assign(sides, name.strip(), value.strip())
        self._settings("")

    def _assign(self, sides: list[Side], name: str, text: str) -> None:
        if name in ("prompt", "model"):
            raise ParameterError(tr("'{name}' cannot be changed in a chat", name=name))
        space = make_space(parse_assignments([f"{name}={text}"] if text else []))
        if space.knobs:
            raise ParameterError(tr("'{name}' has more than one value", name=name), mend=tr("give one value"))
        notes = [note for side in sides for note in self._chat.set(side, name, space.fixed.get(name))]
        for note in dict.fromkeys(notes):
            self._screen.note(retold(note))

    def _reset(self, _rest: str) -> None:
        self._chat.reset()
        self._screen.note(tr("all that was said is forgotten"))

    def _save(self, rest: str) -> None:
        if not rest:
            raise InputError(tr("/save needs the name of a file"), mend=tr("write for example /save chat.jsonl"))
        self._chat.save(Path(rest).expanduser())
        self._screen.note(tr("saved to {path}", path=rest))

    def _quit(self, _rest: str) -> None:
        self._ended = True


def _document(said: Said) -> dict[str, Any]:
    answer = said.answer
    return {
        "side": said.side.name or None,
        "text": None if answer is None else answer.text,
        "reasoning": None if answer is None else answer.reasoning,
        "finish_reason": None if answer is None else answer.finish_reason,
        "flags": [] if answer is None else list(answer.flags),
        "prompt_tokens": None if answer is None else answer.prompt_tokens,
        "completion_tokens": None if answer is None else answer.completion_tokens,
        "first_token_s": None if answer is None else answer.first_token_s,
        "tokens_per_s": None if answer is None else answer.tokens_per_s,
        "latency_s": None if answer is None else answer.latency_s,
        "failure": said.failure,
        "dropped": said.dropped,
    }


def _shown(value: Any) -> str:
    return value if isinstance(value, str) else canonical_json(value)
