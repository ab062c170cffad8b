"""How a model cuts a text: its tokens, and characters and words per token against the rules of thumb."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from feinschliff.models.loaded import Piece

THUMB_CHARACTERS = 4.0
"""Characters per token, as everybody says."""
THUMB_WORDS = 0.75
"""Words per token, as everybody says."""

SAMPLES = {
    "en": (
        "The library on Mill Street will stay open until nine from next week. Anyone who would like to read aloud to "
        "children on Saturday mornings can simply come to the front desk. We are also looking for somebody who can "
        "repair the old wooden chairs in the reading room. Coffee and cake are free, and the dog may come along too."
    ),
    "de": (
        "Die Bücherei in der Mühlenstraße hat ab nächster Woche bis neun Uhr geöffnet. Wer Kindern am Samstagvormittag "
        "gern etwas vorlesen möchte, kommt einfach zum Empfang. Außerdem suchen wir jemanden, der die alten Holzstühle "
        "im Lesesaal reparieren kann. Kaffee und Kuchen sind umsonst, und der Hund darf auch mitkommen."
    ),
    "ko": (
        "물레방아길에 있는 도서관은 다음 주부터 밤 아홉 시까지 문을 엽니다. "
        "토요일 아침에 아이들에게 책을 읽어 주고 싶은 분은 안내 데스크로 오시면 됩니다. "
        "또한 열람실의 낡은 나무 의자를 고쳐 주실 분도 찾고 있습니다. "
        "커피와 케이크는 무료이며 강아지도 함께 와도 됩니다."
    ),
}
"""One text in three languages."""


@dataclass(frozen=True)
class Counted:
    """A text's tokens and what they come to."""

    tokens: int
    characters: int
    words: int
    """Runs of characters between spaces and line breaks."""

    @property
    def characters_per_token(self) -> float | None:
        """None for a text without tokens."""
        return self.characters / self.tokens if self.tokens else None

    @property
    def words_per_token(self) -> float | None:
        """None for a text without tokens."""
        return self.words / self.tokens if self.tokens else None

    @property
    def by_characters(self) -> float:
        """Tokens that the rule of 4 characters expects."""
        return self.characters / THUMB_CHARACTERS

    @property
    def by_words(self) -> float:
        """Tokens that the rule of 3/4 word expects."""
        return self.words / THUMB_WORDS

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {
            "tokens": self.tokens,
            "characters": self.characters,
            "words": self.words,
            "characters_per_token": _rounded(self.characters_per_token),
            "words_per_token": _rounded(self.words_per_token),
            "rule_of_thumb": {"by_characters": round(self.by_characters), "by_words": round(self.by_words)},
        }


def counted(text: str, pieces: Sequence[Piece]) -> Counted:
    """A text and its tokens, in figures."""
    return Counted(len(pieces), len(text), len(text.split()))


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 3)


def shown_pieces(pieces: Sequence[Piece]) -> list[str]:
    """Tokens as they can be shown: spaces and line breaks to be seen, parts of a character as their bytes."""
    return [_visible(piece) for piece in pieces]


def _visible(piece: Piece) -> str:
    try:
        text = piece.data.decode("utf-8")
    except UnicodeDecodeError:
        text = "".join(chr(byte) if 32 <= byte < 127 else f"<{byte:02X}>" for byte in piece.data)
    text = text.replace("\r", "␍").replace("\n", "⏎").replace("\t", "→").replace(" ", "·")
    return "".join(letter if letter.isprintable() else f"<{ord(letter):X}>" for letter in text)
