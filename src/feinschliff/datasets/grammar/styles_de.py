"""German subject lines by kind and style."""

from __future__ import annotations

FORMAL = (
    "Verlustanzeige",
    "Fundanzeige",
    "Verkaufsangebot",
    "Schenkungsangebot",
    "Kaufgesuch",
    "Leihgesuch",
    "Bekanntmachung",
    "Sicherheitshinweis",
    "Dienstleistungsgesuch",
    "Referenz",
    "Dienstleistungsangebot",
)
CHEERS = ("Juhu", "Hurra", "Kopf hoch", "Auf geht's", "Wie schön", "Toll", "Super")

Styles = dict[str, tuple[str, ...]]

TEMPLATES: dict[tuple[str, str], Styles] = {
    ("lost", "portable"): {
        "short": ("{k} verloren", "{k} vermisst", "{k} weg"),
        "question": ("Wer hat {mein.a.k} gefunden?", "Hat jemand {loc} {ein.a.k} gesehen?"),
        "place": ("{k} {loc} verloren", "{loc} verloren: {k}"),
        "formal": ("Verlustanzeige: {k}", "Verlustanzeige: {k}, verloren {loc}"),
        "cheerful": ("Kopf hoch, wir finden {mein.a.k}!", "Auf geht's, wir suchen {mein.a.k}!"),
    },
    ("lost", "pet"): {
        "short": ("{k} vermisst", "{k} {pet} vermisst", "{k} entlaufen"),
        "question": ("Wer hat {unser.a.k} {pet} gesehen?", "Hat jemand {loc} {unser.a.k} gesehen?"),
        "place": ("{k} {pet} {loc} vermisst", "{loc} entlaufen: {k} {pet}"),
        "formal": ("Verlustanzeige: {k}", "Verlustanzeige: {k} {pet}, vermisst {loc}"),
        "cheerful": ("Kopf hoch, wir finden {unser.a.k} {pet}!", "Auf geht's, wir suchen {unser.a.k}!"),
    },
    ("found", "portable"): {
        "short": ("{k} gefunden", "Gefunden: {k}"),
        "question": ("Wem gehört {dies.n.k}?", "Wer vermisst {ein.a.k}?"),
        "place": ("{k} {loc} gefunden", "{loc} gefunden: {k}"),
        "formal": ("Fundanzeige: {k}", "Fundanzeige: {k}, gefunden {loc}"),
        "cheerful": ("Hurra, {k} gefunden!", "Juhu, {ein.n.k} ist wieder da!"),
    },
    ("found", "pet"): {
        "short": ("{k} zugelaufen", "{k} gefunden"),
        "question": ("Wem gehört {dies.n.k}?", "Wer vermisst {ein.a.k}?"),
        "place": ("{k} {loc} zugelaufen", "{loc} gefunden: {k}"),
        "formal": ("Fundanzeige: {k}", "Fundanzeige: {k}, zugelaufen {loc}"),
        "cheerful": ("Hurra, {ein.n.k} zu Gast!", "Wie schön, {ein.n.k} ist uns zugelaufen!"),
    },
    ("sale", "thing"): {
        "short": ("Verkaufe {k}", "{k} abzugeben", "Zu verkaufen: {k}"),
        "question": ("Wer kauft {mein.a.k}?", "Wer braucht {ein.a.k} für {price}?"),
        "place": ("Verkaufe {k} {loc}", "{k} {loc} abzugeben"),
        "formal": ("Verkaufsangebot: {k}", "Verkaufsangebot: {k}, {price}"),
        "cheerful": ("Juhu, {k} für nur {price}!", "Super, {k} sucht ein Zuhause!"),
    },
    ("gift", "thing"): {
        "short": ("Verschenke {k}", "{k} gratis"),
        "question": ("Wer möchte {ein.a.k}?", "Wer holt {ein.a.k} ab?"),
        "place": ("Verschenke {k} {loc}", "{k} {loc} abzuholen"),
        "formal": ("Schenkungsangebot: {k}", "Schenkungsangebot: {k}, abzuholen {loc}"),
        "cheerful": ("Hurra, {k} geschenkt!", "Super, {ein.n.k} ganz umsonst!"),
    },
    ("wanted", "thing"): {
        "short": ("{k} gesucht", "Suche {k}"),
        "question": ("Wer hat {ein.a.k} übrig?", "Wer verkauft {ein.a.k}?"),
        "place": ("Suche {k} {loc}", "{k} {loc} gesucht"),
        "formal": ("Kaufgesuch: {k}", "Kaufgesuch: {k} bis {price}"),
        "cheerful": ("Juhu, bald habe ich {ein.a.k}!", "Auf geht's, ich suche {ein.a.k}!"),
    },
    ("borrow", "thing"): {
        "short": ("{k} leihweise", "Leihe {k}"),
        "question": ("Wer leiht mir {ein.a.k}?", "Wer leiht mir {day} {ein.a.k}?"),
        "place": ("Leihe {k} {loc}", "{k} {loc} leihweise gesucht"),
        "formal": ("Leihgesuch: {k}", "Leihgesuch: {k} {day}"),
        "cheerful": ("Auf geht's, leiht mir {ein.a.k}!", "Super wäre {ein.n.k} {day}!"),
    },
    ("event", "event"): {
        "short": ("{k} {day}", "Einladung: {k}"),
        "question": ("Wer kommt mit: {k} {day}?", "Kommt ihr auch: {k} {loc}?"),
        "place": ("{k} {loc}", "{loc}: {k} {day}"),
        "formal": ("Bekanntmachung: {k} {day}", "Bekanntmachung: {k} {day} {time}"),
        "cheerful": ("Juhu, {k} {day}!", "Hurra, bald ist {k}!"),
    },
    ("warning", "hazard"): {
        "short": ("Achtung, {k}", "{k} gemeldet"),
        "question": ("Wer weiß mehr: {k} {loc}?", "Wer hat {der.a.k} bemerkt?"),
        "place": ("{k} {loc}", "{loc}: {k}"),
        "formal": ("Sicherheitshinweis: {k}", "Sicherheitshinweis: {k} {loc}"),
        "cheerful": ("Kopf hoch, nur {ein.n.k}!", "Kopf hoch trotz allem: {k} {loc}!"),
    },
    ("service", "profession"): {
        "short": ("Suche {k}", "{k} gesucht"),
        "question": ("Wer kennt {ein.a.k}?", "Wer empfiehlt mir {ein.a.k}?"),
        "place": ("{k} {loc} gesucht", "Suche {k} {loc}"),
        "formal": ("Dienstleistungsgesuch: {k}", "Dienstleistungsgesuch: {k} {loc}"),
        "cheerful": ("Auf geht's, wir suchen {ein.a.k}!", "Juhu, bald kommt {ein.n.k}!"),
    },
    ("recommendation", "profession"): {
        "short": ("Empfehlung: {k}", "Guter Tipp: {k}"),
        "question": ("Kennt ihr {der.a.k} {brand}?", "Sucht ihr {ein.a.k}?"),
        "place": ("{k} {loc} empfohlen", "Guter Tipp {loc}: {k}"),
        "formal": ("Referenz: {k}", "Referenz: {k} {brand}"),
        "cheerful": ("Hurra, {k} {brand} ist spitze!", "Toll gemacht, {k} {brand}!"),
    },
    ("offer", "service"): {
        "short": ("Biete {k}", "{k} frei"),
        "question": ("Wer braucht {k}?", "Interesse an {k} für {rate}?"),
        "place": ("Biete {k} {loc}", "{k} {loc}"),
        "formal": ("Dienstleistungsangebot: {k}", "Dienstleistungsangebot: {k}, {rate} je Stunde"),
        "cheerful": ("Juhu, {k} ab sofort!", "Super, {k} für nur {rate}!"),
    },
}
