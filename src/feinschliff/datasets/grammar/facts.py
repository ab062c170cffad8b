"""What a post says: the facts from which somebody could write it, by name, in the order in which the post tells them.

Side stories count: other things that are mentioned are "also", "also2" and so on.
"""

from __future__ import annotations

from collections.abc import Mapping

from feinschliff.datasets.grammar.phrases import holds_phrase, holds_stem

FACT_SLOTS = {
    "k": "about",
    "adj": "look",
    "loc": "place",
    "past": "when",
    "day": "day",
    "date": "date",
    "time": "time",
    "price": "price",
    "rate": "rate",
    "pet": "pet",
    "brand": "maker",
    "phone": "phone",
    "name": "signed",
    "fam": "contact",
    "house": "house",
    "o": "also",
    "q": "also",
    "num": "number",
    "loc2": "elsewhere",
    "name2": "person",
    "fam2": "neighbour",
    "price2": "new_price",
    "time2": "call",
}
"""Slots of the templates that are facts, and what the facts are called."""

LABELS = {
    "de": {
        "subject": "Betreff",
        "kind": "Art",
        "about": "Worum",
        "look": "Merkmal",
        "place": "Ort",
        "when": "Wann",
        "day": "Tag",
        "date": "Datum",
        "time": "Uhrzeit",
        "price": "Betrag",
        "rate": "Stundenpreis",
        "pet": "Tiername",
        "maker": "Marke",
        "phone": "Telefon",
        "signed": "Gruß von",
        "contact": "Ansprechpartner",
        "house": "Hausnummer",
        "also": "Auch",
        "number": "Zahl",
        "elsewhere": "Anderswo",
        "person": "Person",
        "neighbour": "Bekannte",
        "new_price": "Neupreis",
        "call": "Anruf",
    },
    "en": {
        "subject": "Subject",
        "kind": "Kind",
        "about": "About",
        "look": "Look",
        "place": "Place",
        "when": "When",
        "day": "Day",
        "date": "Date",
        "time": "Time",
        "price": "Amount",
        "rate": "Rate per hour",
        "pet": "Name of the pet",
        "maker": "Make",
        "phone": "Phone",
        "signed": "Signed by",
        "contact": "Contact",
        "house": "House number",
        "also": "Also",
        "number": "Number",
        "elsewhere": "Elsewhere",
        "person": "Person",
        "neighbour": "Neighbour",
        "new_price": "New price",
        "call": "Call",
    },
}
"""How a list of facts names them, by language."""

KIND_WORDS = {
    "de": {
        "lost": "Verlust",
        "found": "Fund",
        "sale": "Verkauf",
        "gift": "Geschenk",
        "wanted": "Gesuch",
        "borrow": "Ausleihe",
        "event": "Veranstaltung",
        "warning": "Warnung",
        "service": "Suche nach Hilfe",
        "recommendation": "Empfehlung",
        "offer": "Angebot",
    },
    "en": {
        "lost": "lost",
        "found": "found",
        "sale": "for sale",
        "gift": "giveaway",
        "wanted": "wanted",
        "borrow": "to borrow",
        "event": "event",
        "warning": "warning",
        "service": "help needed",
        "recommendation": "recommendation",
        "offer": "offer",
    },
}


def label(name: str, language: str) -> str:
    """What a list of facts calls the fact `name`."""
    return LABELS[language][name.rstrip("0123456789")]


def list_facts(facts: Mapping[str, str], language: str) -> str:
    """One "Label: value" a line."""
    return "\n".join(f"{label(name, language)}: {value}" for name, value in facts.items())


def named_facts(shown: Mapping[str, str]) -> dict[str, str]:
    """The facts among what the slots have shown; a slot that was filled anew ("o2", "o3") counts on."""
    facts: dict[str, str] = {}
    for slot, value in shown.items():
        name = FACT_SLOTS.get(slot, FACT_SLOTS.get(slot.rstrip("0123456789"), ""))
        number = 1 + sum(other.rstrip("0123456789") == name for other in facts)
        facts[name if number == 1 else f"{name}{number}"] = value
    return facts


def carries_fact(text: str, name: str, value: str) -> bool:
    """Whether `text` tells the fact: its words in a row, whatever their case; a look may be inflected."""
    return holds_stem(text, value) if name == "look" else holds_phrase(text, value)
