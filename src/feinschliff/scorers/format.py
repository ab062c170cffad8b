"""Whether an answer has the form that was asked for: reasoning in tags, then the answer; other tags; a pattern."""

from __future__ import annotations

import functools
import re
from collections.abc import Sequence

from feinschliff.errors import ScorerError
from feinschliff.i18n import tr
from feinschliff.records import Answer, Example, Score
from feinschliff.scorers.protocol import PairScorer
from feinschliff.text.normal import nfc

_TAG = re.compile(r"[\w-]+")


class Tags(PairScorer):
    """Share of format rules that the answer keeps, 0 to 1. Needs no target.

    With one tag, `think` unless another is named (`<think>...</think>`, then the answer), there are three rules: the
    tag is closed; what it holds is not empty; and after it comes an answer that is not empty and has none of the tag
    any more. Text before the tag breaks the first rule. The opening tag is optional, since many chat templates write
    it themselves; a second opening tag is not.

    With several tags (`format:think+answer`) there are two rules for each: it is opened and closed, after the tags
    before it and with nothing but white space between; and what it holds is not empty. The opening tag of the first
    is optional here as well. One more rule is that nothing follows the last.

    Servers and Feinschliff itself take reasoning out of an answer and keep it apart (`Answer.reasoning`). It counts as
    if it stood before the text, in the first tag; as closed where the text is not empty, since an answer that was cut
    within its reasoning leaves no text.
    """

    needs_target = False

    def __init__(self, tags: Sequence[str] = ("think",)) -> None:
        """`tags`: names without brackets. Raises: ScorerError for one that is no name, or stands there twice."""
        for tag in tags:
            if not _TAG.fullmatch(tag) or list(tags).count(tag) > 1:
                raise ScorerError(
                    tr("'{tag}' is no tag, or stands there twice", tag=tag),
                    asked=f"format:{'+'.join(tags)}",
                    mend=tr("write {example}", example="format:think, format:think+answer, format:/REGEX/"),
                )
        self._tags = tuple(tags)

    @property
    def name(self) -> str:
        """`format:think`, `format:think+answer`, ..."""
        return f"format:{'+'.join(self._tags)}"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """The share of rules."""
        text = _whole(answer, self._tags[0])
        kept = _one_tag(text, self._tags[0]) if len(self._tags) == 1 else _several_tags(text, self._tags)
        return Score(value=sum(kept) / len(kept))


class Pattern(PairScorer):
    """1 where a regular expression (Python's) matches the whole answer, white space at its ends aside, else 0.

    `.` matches line breaks as well. Needs no target.
    """

    needs_target = False

    def __init__(self, pattern: str) -> None:
        """Raises: ScorerError for what is no regular expression."""
        self._pattern = nfc(pattern)
        try:
            self._compiled = re.compile(self._pattern, re.DOTALL)
        except re.error as error:
            raise ScorerError(
                tr("'{pattern}' is no regular expression", pattern=pattern),
                asked=f"format:/{pattern}/",
                found=str(error),
                mend=tr("correct it; brackets and dots of its own are written with a backslash"),
            ) from None

    @property
    def name(self) -> str:
        """`format:/REGEX/`."""
        return f"format:/{self._pattern}/"

    def score_pair(self, example: Example, answer: Answer) -> Score:
        """1 or 0."""
        return Score(value=float(self._compiled.fullmatch(nfc(_whole(answer, "think")).strip()) is not None))


def make_format(option: str) -> PairScorer:
    """The scorer behind `format`, `format:TAG`, `format:TAG+TAG` or `format:/REGEX/`. Raises: ScorerError."""
    if option.startswith("/") and option.endswith("/") and len(option) > 2:
        return Pattern(option[1:-1])
    return Tags(option.split("+")) if option else Tags()


def _whole(answer: Answer, tag: str) -> str:
    """The answer as the model wrote it, as far as that is known."""
    if answer.reasoning is None:
        return answer.text
    end = f"</{tag}>" if answer.text.strip() else ""
    return f"<{tag}>{answer.reasoning}{end}{answer.text}"


def _one_tag(text: str, tag: str) -> list[bool]:
    match = _begins(tag).match(text)
    if match is None:
        return [False, False, False]
    rest = text[match.end() :]
    return [True, bool(match["inside"].strip()), bool(rest.strip()) and not _any(tag).search(rest)]


def _several_tags(text: str, tags: Sequence[str]) -> list[bool]:
    kept = []
    for i, tag in enumerate(tags):
        match = (_begins(tag) if i == 0 else _stands(tag)).match(text)
        kept += [match is not None, match is not None and bool(match["inside"].strip())]
        text = text if match is None else text[match.end() :]
    return [*kept, all(kept) and not text.strip()]


@functools.cache
def _begins(tag: str) -> re.Pattern[str]:
    """The opening tag or none, then text without that tag, then the closing one.

    Without an opening tag all text before the closing one is inside: nothing tells it from text before the tag.
    """
    inside = rf"(?P<inside>(?:(?!</?{tag}>).)*)"
    return re.compile(rf"\s*(?:<{tag}>)?{inside}</{tag}>", re.DOTALL | re.IGNORECASE)


@functools.cache
def _stands(tag: str) -> re.Pattern[str]:
    return re.compile(rf"\s*<{tag}>(?P<inside>(?:(?!</?{tag}>).)*)</{tag}>", re.DOTALL | re.IGNORECASE)


@functools.cache
def _any(tag: str) -> re.Pattern[str]:
    return re.compile(rf"</?{tag}>", re.IGNORECASE)
