"""A subject line without a model: the most telling phrase of a text, copied word for word.

Each word gets a weight (nouns and numbers tell more than verbs, rare and long words more than common ones, words said
twice more than once), each clause is searched for the run of at most ten words with the highest weight after a toll per
word, and clauses that greet, thank or close count less. It knows nothing of any data set and takes any text.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

MAX_WORDS = 10

_CLAUSE = re.compile(r"(?<!\d)[.!?:;\n]+(?=\s|$)|[.!?]+(?=\s+[A-ZÄÖÜ])|\s[-–—]\s|,(?=\s)|[()]")
_WORD = re.compile(r"[\w€£$&+%]")
_EDGE = " \t\"'“”„«»…*_#>"
_TOLL = 1.15
"""What each further word costs: a phrase grows only while its words tell more than this."""


def _table(words: str) -> frozenset[str]:
    return frozenset(words.split())


_STOP = _table(
    """
    & + a about after again all also am an and any are as at be because been before being but by can could did do
    does doing down each even every few for from further get give go got had has have having he her here him his how
    i if in into is it its just know let like looking me mine more most my need no nor not now of off on once only
    or other our out over own please she should so some such than that the their them then there these they this
    those to too under up us very want was we were what when where which while who whom whose why will with would
    you your since last next one ones aber alle allem allen aller alles als also am an ander andere auch auf aus bei
    beim bin bis bist bitte da damit dann das dass dein deine dem den denn der des dich die dies diese diesem diesen
    dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen gerade
    gern gerne gibt hab habe haben hat hatte hatten hier hinter ich ihm ihn ihnen ihr ihre im in ins ist ja jede
    jeder jedes jetzt kann kein keine keinen können könnte man mal mehr mein meine meinem meinen meiner mich mir mit
    muss nach nicht nichts noch nun nur ob oder ohne schon sehr sei sein seine seit sich sie sind so soll sonst über
    um und uns unser unsere unserem unseren unserer unter viel vom von vor wann war waren warum was wegen weil
    weiter welche wenn wer werden wie wieder will wir wird wo wollen würde würden zu zum zur zuletzt zwischen
    """
)
_COURTESY = _table(
    """
    hi hello hallo dear liebe lieber moin servus hey guten good morning evening morgen abend tag danke dank thanks
    thank cheers grüße gruß wishes regards best melden anrufen klingeln nachricht message call ring telefon phone
    neighbours nachbarn zusammen everyone
    """
)
_DANGLING = _STOP - {"no", "not", "nicht", "kein", "keine", "keinen"}


def subject_line(text: str) -> str:
    """The most telling phrase of `text`, at most ten words, first letter in upper case; empty only if `text` is."""
    clauses = [words for part in _CLAUSE.split(text) if (words := _words(part))]
    if not clauses:
        return " ".join(text.split()[:MAX_WORDS])
    counts = Counter(_plain(word) for clause in clauses for word in clause)
    scored = [(_best_run(clause, counts), index) for index, clause in enumerate(clauses)]
    (_, phrase), _ = max(scored, key=lambda item: item[0][0] * _place_factor(item[1], len(clauses)))
    line = " ".join(phrase).strip(_EDGE + ",.;:!?")
    return line[:1].upper() + line[1:]


def _words(part: str) -> list[str]:
    return [word for raw in part.split() if _WORD.search(word := raw.strip(_EDGE))]


def _plain(word: str) -> str:
    return word.strip(",.;:!?").casefold()


def _place_factor(index: int, count: int) -> float:
    """The opening of a text tells a little more than its end."""
    return 1.0 - 0.3 * index / max(count - 1, 1)


def _best_run(clause: Sequence[str], counts: Counter[str]) -> tuple[float, list[str]]:
    """The contiguous words of `clause` with the highest weight after the toll, without stop words at either end."""
    weights = [_weight(word, position, counts) for position, word in enumerate(clause)]
    penalty = 0.4 if any(_plain(word) in _COURTESY for word in clause) else 1.0
    best, run = 0.0, list(clause[:MAX_WORDS])
    for start in range(len(clause)):
        total = 0.0
        for end in range(start, min(start + MAX_WORDS, len(clause))):
            total += weights[end] - _TOLL * 0.5
            if total > best and not {_plain(clause[start]), _plain(clause[end])} & _DANGLING:
                best, run = total, list(clause[start : end + 1])
    return best * penalty, run


def _weight(word: str, position: int, counts: Counter[str]) -> float:
    """How much one word tells about the text, 0 for a stop word."""
    plain = _plain(word)
    if plain in _STOP or not plain:
        return 0.0
    weight = 0.7 + min(len(plain), 14) / 10.0
    if word[:1].isupper() and position > 0:
        weight += 0.6
    if any(letter.isdigit() for letter in word):
        weight += 0.3 if len(plain) <= 5 else -0.6
    if counts[plain] > 1:
        weight += 0.4
    return weight
