"""What a post says: the facts from which somebody could write it, by name, in the order in which the post tells them.

Side stories (other things, second places and people) are no facts: they are left to the writer.
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
}
"""Slots of the templates that are facts, and what the facts are called."""

LABELS = {
    "de": {
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
    },
    "en": {
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


def list_facts(facts: Mapping[str, str], language: str) -> str:
    """One "Label: value" a line."""
    labels = LABELS[language]
    return "\n".join(f"{labels[name]}: {value}" for name, value in facts.items())


def carries_fact(text: str, name: str, value: str) -> bool:
    """Whether `text` tells the fact: its words in a row, whatever their case; a look may be inflected."""
    return holds_stem(text, value) if name == "look" else holds_phrase(text, value)
