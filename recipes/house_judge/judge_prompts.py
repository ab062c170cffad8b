"""How the judge is asked when it is measured: one plain wording, and some that training has never seen."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

import house  # noqa: F401
from wordings import Wording, draw_wording


@dataclass(frozen=True)
class Ask:
    """A system prompt, and a user prompt with `{post}`, `{a}` and `{b}`; or a drawn wording."""

    system: str | None
    template: str = ""
    wording: Wording | None = None

    def user(self, post: str, first: str, second: str) -> str:
        """The user prompt for one pair."""
        if self.wording is not None:
            return self.wording.shared(post) + self.wording.rest(post, first, second)[0]
        return self.template.replace("{a}", first).replace("{b}", second).replace("{post}", post)


def drawn_ask(random: Random) -> Ask:
    """One of the wordings that training draws from, combined anew."""
    wording = draw_wording(random)
    return Ask(wording.system, wording=wording)


ASKS = {
    "plain": Ask(
        "You compare two answers. Answer with exactly one letter, A or B.",
        "Post:\n{post}\n\nA: {a}\n\nB: {b}\n\nWhich is better? Answer A or B.",
    ),
    "long_english": Ask(
        "You are shown a request and the replies of two assistants. Decide which reply serves the person better. "
        "The order in which the replies are shown carries no meaning. Output one letter and nothing else.",
        "### Request\nSubject line for this post:\n{post}\n\n"
        "### Reply A\n{a}\n\n### Reply B\n{b}\n\n### Verdict (A or B)",
    ),
    "long_german": Ask(
        "Du siehst eine Bitte und die Erwiderungen von zwei Programmen. Entscheide, welche dem Menschen mehr nützt. "
        "Gib einen Buchstaben aus und sonst nichts.",
        "### Bitte\nBetreff für diesen Beitrag:\n{post}\n\n"
        "### Erwiderung A\n{a}\n\n### Erwiderung B\n{b}\n\n### Urteil (A oder B)",
    ),
    "criteria_last": Ask(
        None,
        "{post}\n\nA: {a}\nB: {b}\n\nGive the letter of the stronger headline. A strong headline is specific, and "
        "every detail of it can be found in the text above.",
    ),
    "bare": Ask(None, "{post}\n\nA: {a}\n\nB: {b}\n\nA or B?"),
}
