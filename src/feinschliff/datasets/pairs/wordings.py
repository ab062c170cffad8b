"""Plain subject lines by kind of post, lines that say nothing, and which kinds contradict each other."""

from __future__ import annotations

PLAIN: dict[str, dict[str, tuple[str, ...]]] = {
    "de": {
        "lost": ("Verloren: {k}", "{k} verloren"),
        "found": ("Gefunden: {k}", "{k} gefunden"),
        "sale": ("{k} zu verkaufen", "Zum Verkauf: {k}", "Verkaufe {k}"),
        "gift": ("{k} zu verschenken", "Zu verschenken: {k}", "Verschenke {k}"),
        "wanted": ("Möchte kaufen: {k}", "Kaufe {k}"),
        "borrow": ("{k} zum Ausleihen gesucht", "Möchte leihen: {k}"),
        "event": ("Einladung: {k}", "Herzliche Einladung: {k}"),
        "warning": ("Vorsicht: {k}", "Warnung: {k}"),
        "service": ("Brauche Hilfe: {k} gesucht", "Suche: {k}"),
        "recommendation": ("{k} sehr zu empfehlen", "Empfehlung: {k}"),
        "offer": ("Biete {k}", "Biete an: {k}"),
    },
    "en": {
        "lost": ("Lost: {k}", "{k} lost"),
        "found": ("Found: {k}", "{k} found"),
        "sale": ("{k} for sale", "For sale: {k}", "Selling {k}"),
        "gift": ("{k} to give away", "Giving away: {k}", "{k} for free"),
        "wanted": ("Want to buy: {k}", "Buying {k}"),
        "borrow": ("Want to borrow: {k}", "{k} wanted on loan"),
        "event": ("Invitation: {k}", "You are invited: {k}"),
        "warning": ("Beware: {k}", "Warning: {k}"),
        "service": ("Help needed: {k} wanted", "In need of: {k}"),
        "recommendation": ("{k}, highly recommended", "Recommendation: {k}"),
        "offer": ("Offering {k}", "On offer: {k}"),
    },
}
"""Lines that name the kind beyond doubt; `{k}` is the key fact."""

CONTRARY: dict[str, tuple[str, ...]] = {
    "lost": ("found", "sale", "gift", "borrow"),
    "found": ("lost", "sale", "wanted", "borrow"),
    "sale": ("lost", "found", "wanted", "borrow", "gift"),
    "gift": ("lost", "found", "wanted", "borrow", "sale"),
    "wanted": ("found", "sale", "gift", "lost"),
    "borrow": ("found", "sale", "gift", "lost"),
    "event": ("warning", "lost", "sale"),
    "warning": ("event", "sale", "recommendation"),
    "service": ("recommendation", "offer", "warning"),
    "recommendation": ("service", "warning", "offer"),
    "offer": ("service", "warning", "event"),
}
"""For each kind of post, kinds of line that are false of it."""

VAGUE: dict[str, dict[str, tuple[str, ...]]] = {
    "de": {
        "lost": ("Etwas verloren", "Wir suchen etwas", "Verlust"),
        "found": ("Etwas gefunden", "Wem gehört das?", "Fundsache"),
        "sale": ("Etwas zu verkaufen", "Verkaufe etwas", "Wer hat Interesse?"),
        "gift": ("Etwas zu verschenken", "Verschenke etwas", "Wer möchte das haben?"),
        "wanted": ("Suche etwas", "Gesucht", "Wer kann mir das verkaufen?"),
        "borrow": ("Wer leiht mir etwas?", "Möchte etwas leihen", "Leihgesuch"),
        "event": ("Einladung", "Es ist etwas los", "Wer kommt mit?"),
        "warning": ("Achtung", "Vorsicht, bitte lesen", "Eine Warnung"),
        "service": ("Wer kann helfen?", "Suche Hilfe", "Wen könnt ihr empfehlen?"),
        "recommendation": ("Ein guter Tipp", "Empfehlung", "Das kann ich empfehlen"),
        "offer": ("Biete etwas an", "Ein Angebot", "Wer hat Lust?"),
        "any": (
            "Kurze Frage",
            "Hallo zusammen",
            "Bitte lesen",
            "Eine Bitte an alle",
            "Info für die Nachbarschaft",
            "Wichtige Nachricht",
            "Neuer Beitrag",
            "Guten Tag, liebe Nachbarn",
            "Eine Nachricht aus der Nachbarschaft",
        ),
    },
    "en": {
        "lost": ("Something lost", "We are looking for something", "Loss"),
        "found": ("Something found", "Whose is this?", "Lost property"),
        "sale": ("Something for sale", "Selling something", "Who is interested?"),
        "gift": ("Something to give away", "Free to a good home", "Who would like this?"),
        "wanted": ("Looking for something", "Wanted", "Who can sell me one?"),
        "borrow": ("Who can lend me something?", "Want to borrow something", "Loan wanted"),
        "event": ("Invitation", "Something is on", "Who is coming?"),
        "warning": ("Warning", "Beware, please read", "Take care"),
        "service": ("Who can help?", "Help wanted", "Whom can you recommend?"),
        "recommendation": ("A good tip", "Recommendation", "I can recommend this"),
        "offer": ("Something on offer", "An offer", "Who would like to?"),
        "any": (
            "Quick question",
            "Hello everyone",
            "Please read",
            "A favour to ask",
            "News for the neighbourhood",
            "Important message",
            "New post",
            "Good morning, dear neighbours",
            "A message from the neighbourhood",
        ),
    },
}
"""Lines that fit many posts and tell nothing; "any" fits every kind."""
