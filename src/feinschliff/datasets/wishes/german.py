"""Wishes in German."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SYSTEM = "Du schreibst Beiträge für das Online-Brett einer Nachbarschaft, so wie die Leute dort schreiben."

TEMPLATE = """\
Schreib einen Beitrag für ein Nachbarschaftsbrett.
{% if topic %}Es geht um: {{ topic }}
Es ist {{ form }}.
{% else %}Es geht um: {{ kind }}
{% endif %}Wer schreibt: {{ person }}
Ort: {{ place }}
Ton: {{ tone }}
Länge: {{ length }}
Irgendwo darin: {{ detail }}
Antworte mit dem Text des Beitrags auf Deutsch und mit nichts anderem: ohne Überschrift, ohne Anführungszeichen, ohne \
Kommentar."""

LISTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kind": (
            "ein entlaufenes Haustier",
            "etwas, das jemand unterwegs gefunden hat",
            "etwas, das jemand verloren hat",
            "Möbel, die verkauft werden",
            "Kleidung oder Spielzeug zu verschenken",
            "ein Werkzeug, das sich jemand leihen möchte",
            "einen Handwerker, den man empfehlen kann oder gerade nicht",
            "eine Frage nach einer Ärztin oder einer Schule",
            "ein Straßenfest oder einen Flohmarkt",
            "einen Kurs, einen Chor oder eine Sportgruppe, die neue Leute sucht",
            "Lärm zur falschen Zeit",
            "Müll, den niemand wegräumt",
            "einen Einbruch oder jemanden, der sich seltsam benommen hat",
            "eine Baustelle oder eine gesperrte Straße",
            "einen Stromausfall oder Ärger mit dem Wasser",
            "ein Paket, das an der falschen Tür gelandet ist",
            "Hilfe beim Einkaufen, beim Umzug oder mit Papieren",
            "jemanden, der auf Kinder oder einen Hund aufpasst",
            "ein Zimmer oder eine Wohnung",
            "eine Mitfahrgelegenheit oder einen Stellplatz",
            "einen neuen Laden oder ein Café, das zumacht",
            "Fahrräder, Roller und die, die darauf fahren",
            "einen Garten, einen Baum oder eine Hecke",
            "einen Dank an jemand Unbekannten",
            "ein Tier, das gesehen wurde",
            "eine Unterschriftenliste oder eine Sitzung des Ortsbeirats",
            "einen Sprachtausch oder Nachhilfe",
            "übriges Essen zum Teilen",
        ),
        "form": (
            "eine Frage",
            "ein Angebot",
            "eine Beschwerde",
            "eine Warnung",
            "eine Einladung",
            "eine Bitte um Hilfe",
            "ein Bericht darüber, was geschehen ist",
            "ein Dank",
            "eine Empfehlung",
            "ein Vorschlag",
            "eine Ankündigung",
        ),
        "person": (
            "eine Lehrerin im Ruhestand",
            "ein Student, der gerade hergezogen ist",
            "ein Vater von drei Kindern",
            "eine Krankenschwester im Nachtdienst",
            "ein Jugendlicher",
            "eine alleinerziehende Mutter",
            "der Inhaber des Ladens an der Ecke",
            "ein alter Witwer",
            "jemand, der noch Deutsch lernt",
            "eine Hausmeisterin",
            "ein Hobbygärtner",
            "ein junges Paar",
            "eine Busfahrerin",
            "jemand, der zu Hause arbeitet",
            "der Trainer eines Fußballvereins",
            "eine Großmutter, die die Enkel hütet",
            "eine Musikerin",
            "ein Koch",
            "jemand im Rollstuhl",
            "eine Hundebesitzerin",
            "ein Tischler",
            "eine Ehrenamtliche aus der Bücherei",
            "ein Pendler",
        ),
        "place": (
            "an der Bushaltestelle",
            "im Treppenhaus",
            "im Park am Fluss",
            "in einer Seitenstraße",
            "auf dem Spielplatz",
            "auf dem Parkplatz des Supermarkts",
            "im Hinterhof",
            "in den Schrebergärten",
            "auf dem Kirchplatz",
            "an der Grundschule",
            "in der Waschküche",
            "in der Bahnunterführung",
            "auf dem Marktplatz",
            "am Waldrand",
            "im vierten Stock",
            "beim Bäcker",
            "auf dem Radweg",
            "im Gemeindezentrum",
            "in der Tiefgarage",
            "im Freibad",
            "auf der Brücke",
        ),
        "tone": (
            "freundlich",
            "verärgert, aber höflich",
            "in Eile",
            "sachlich",
            "lustig",
            "besorgt",
            "förmlich",
            "redselig",
            "schüchtern",
            "begeistert",
            "trocken",
            "dankbar",
            "ein wenig verwirrt",
        ),
        "length": (
            "ein oder zwei Sätze",
            "drei Sätze",
            "vier oder fünf Sätze",
            "etwa 60 Wörter",
            "etwa 100 Wörter",
            "zwei kurze Absätze",
            "so kurz wie ein Zettel an der Tür",
        ),
        "detail": (
            "eine Uhrzeit",
            "ein Vorname",
            "eine Farbe",
            "ein Preis",
            "ein Wochentag",
            "wie man sich melden kann",
            "wie das Wetter war",
            "eine Hausnummer",
            "wie alt etwas oder jemand ist",
            "eine Marke",
            "wie viele Leute es waren",
            "ein Geruch oder ein Geräusch",
            "ein kleiner Fehler, der passiert ist",
            "eine Frage am Ende",
            "ein Grund, warum es wichtig ist",
            "ein Datum",
            "etwas, das letztes Jahr geschehen ist",
        ),
    }
)
