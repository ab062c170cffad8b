"""Wordings of the second version: a style for the subject line, and requests for whole posts."""

from __future__ import annotations

from random import Random

from prompts import SYSTEMS, user_prompt

from feinschliff.datasets.grammar import Draft
from feinschliff.datasets.grammar.facts import KIND_WORDS, LABELS, label

WISHES: dict[str, tuple[str, ...]] = {
    "short": (
        "Use at most four words.",
        "At most four words, please.",
        "Write very short subject lines.",
        "As short as possible: four words or fewer.",
        "Style: short.",
        "Keep each line extremely short.",
        "Only two to four words.",
        "Benutze höchstens vier Wörter.",
        "Höchstens vier Wörter, bitte.",
        "Schreibe sehr kurze Betreffzeilen.",
        "So kurz wie möglich: vier Wörter oder weniger.",
        "Stil: kurz.",
        "Nur zwei bis vier Wörter.",
    ),
    "question": (
        "Write the subject line as a question.",
        "Every subject line is a question.",
        "Ask a question.",
        "Style: question.",
        "End with a question mark.",
        "Phrase it as a question to the neighbours.",
        "Schreibe die Betreffzeile als Frage.",
        "Jede Betreffzeile ist eine Frage.",
        "Stelle eine Frage.",
        "Stil: Frage.",
        "Ende mit einem Fragezeichen.",
        "Formuliere es als Frage an die Nachbarn.",
    ),
    "place": (
        "Name the place in the subject line.",
        "Always say where.",
        "The line must hold the place.",
        "Style: with place.",
        "Mention the street or the place.",
        "Say where it is.",
        "Nenne den Ort in der Betreffzeile.",
        "Sag immer, wo.",
        "Die Zeile muss den Ort enthalten.",
        "Stil: mit Ort.",
        "Erwähne die Straße oder den Ort.",
        "Gib an, wo es ist.",
    ),
    "formal": (
        "Write formal subject lines.",
        "Use an official, formal tone.",
        "Be formal.",
        "Style: formal.",
        "Write it like an official notice.",
        "Sound like an authority.",
        "Schreibe förmliche Betreffzeilen.",
        "Benutze einen amtlichen, förmlichen Ton.",
        "Sei förmlich.",
        "Stil: förmlich.",
        "Schreib wie eine amtliche Mitteilung.",
        "Klinge wie eine Behörde.",
        "Stil: formell.",
    ),
    "cheerful": (
        "Write cheerful subject lines.",
        "Be cheerful!",
        "Use a happy, cheerful tone.",
        "Style: cheerful.",
        "Sound happy and excited.",
        "Cheer the neighbours up.",
        "Schreibe fröhliche Betreffzeilen.",
        "Sei fröhlich!",
        "Benutze einen fröhlichen, heiteren Ton.",
        "Stil: fröhlich.",
        "Klinge froh und begeistert.",
        "Muntere die Nachbarn auf.",
    ),
}

STYLED_ASKS: dict[str, tuple[str, ...]] = {
    "short": ("a very short subject line", "a subject line of at most four words", "eine sehr kurze Betreffzeile"),
    "question": ("a subject line as a question", "a question as subject line", "eine Frage als Betreffzeile"),
    "place": ("a subject line with the place", "a title that says where", "eine Betreffzeile mit Ort"),
    "formal": ("a formal subject line", "an official title", "eine förmliche Betreffzeile"),
    "cheerful": ("a cheerful subject line", "a happy title", "eine fröhliche Betreffzeile"),
}

LINE_SYSTEMS = (
    "You write subject lines.",
    "You write subject lines for neighbourhood posts.",
    "You write subject lines. Answer with one subject line in the language of the post.",
    "Answer with the subject line only.",
    "Du schreibst Betreffzeilen.",
    "Du schreibst Betreffzeilen für Nachbarschaftsbeiträge.",
    "Du schreibst Betreffzeilen. Antworte in der Sprache des Beitrags.",
    "Antworte nur mit der Betreffzeile.",
)

POST_SYSTEMS = (
    "You write posts for a neighbourhood board.",
    "You write posts for a neighbourhood board. Write the whole post in the language of the request.",
    "You help neighbours to write posts.",
    "Write the whole post; use all the facts.",
    "Write posts from notes. Leave nothing out and make nothing up.",
    "You are a helpful assistant.",
    "Du schreibst Beiträge für ein Nachbarschaftsforum.",
    "Du schreibst Beiträge für ein Nachbarschaftsforum. Schreibe den ganzen Beitrag in der Sprache der Anfrage.",
    "Du hilfst Nachbarn beim Schreiben von Beiträgen.",
    "Schreibe den ganzen Beitrag; verwende alle Angaben.",
    "Schreibe Beiträge aus Stichworten. Lass nichts weg.",
    "Du bist ein hilfreicher Assistent.",
)
POST_ASKS = (
    "Write the whole post.",
    "Write a post.",
    "Please write the post for me.",
    "Write a neighbourhood post from these facts.",
    "Turn these notes into a post.",
    "Write the post that belongs to this subject line.",
    "Can you write this post?",
    "Post:",
    "Schreibe den ganzen Beitrag.",
    "Schreibe einen Beitrag.",
    "Bitte schreib den Beitrag für mich.",
    "Schreibe einen Nachbarschaftsbeitrag aus diesen Angaben.",
    "Mach aus diesen Stichworten einen Beitrag.",
    "Schreibe den Beitrag, der zu dieser Betreffzeile gehört.",
    "Kannst du diesen Beitrag schreiben?",
    "Beitrag:",
)
SUBJECT_LABELS = {"de": ("Betreff", "Betreffzeile", "Titel", "Überschrift"), "en": ("Subject", "Subject line", "Title")}
FACT_HEADS = {"de": ("Angaben", "Stichworte", "Fakten"), "en": ("Facts", "Notes", "Details")}


def styled_request(random: Random, style: str, post: str) -> tuple[str | None, str]:
    """(System prompt or None, user prompt) that ask for a subject line in `style`, in the system prompt mostly."""
    wish = random.choice(WISHES[style])
    if random.random() < 0.75:
        base = random.choice(LINE_SYSTEMS + SYSTEMS) if random.random() < 0.75 else ""
        system = f"{base} {wish}" if random.random() < 0.85 else f"{wish} {base}"
        return system.strip(), user_prompt(random, post)
    system_or_none = random.choice(LINE_SYSTEMS + SYSTEMS) if random.random() < 0.6 else None
    roll = random.random()
    if roll < 0.4:
        return system_or_none, f"{wish}{random.choice((' ', chr(10), chr(10) * 2))}{user_prompt(random, post)}"
    if roll < 0.6:
        return system_or_none, f"{user_prompt(random, post)}{random.choice((chr(10), chr(10) * 2))}{wish}"
    asked = random.choice(STYLED_ASKS[style])
    verb, end = ("Schreibe", "für diesen Beitrag") if asked.startswith("eine ") else ("Write", "for this post")
    return system_or_none, f"{verb} {asked} {end}:{random.choice((' ', chr(10), chr(10) * 2))}{post}"


def post_request(random: Random, draft: Draft) -> tuple[str | None, str]:
    """(System prompt or None, user prompt) that ask for the whole post of `draft`."""
    language = draft.post.language
    system = random.choice(POST_SYSTEMS) if random.random() < 0.65 else None
    roll = random.random()
    facts = [] if roll < 0.12 else _facts(random, draft)
    parts = []
    subject = random.choice([draft.post.subject, draft.post.subject, *draft.styles.values()])
    if roll < 0.75:
        parts.append(f"{random.choice(SUBJECT_LABELS[language])}: {subject}")
    if facts and (roll >= 0.75 or random.random() < 0.15):
        parts.append(f"{LABELS[language]['kind']}: {KIND_WORDS[language][draft.post.kind]}")
    if facts:
        parts.append(_listed(random, facts, language))
    asks_last = random.random() < 0.15
    ask = "" if system in POST_SYSTEMS[:5] + POST_SYSTEMS[6:11] and random.random() < 0.3 else random.choice(POST_ASKS)
    ordered = [*parts, ask] if asks_last else [ask, *parts]
    return system, random.choice(("\n", "\n", "\n\n")).join(part for part in ordered if part)


def _facts(random: Random, draft: Draft) -> list[tuple[str, str]]:
    """The facts as (name, value): mostly all in the post's order, sometimes shuffled, sometimes some left out."""
    facts = list(draft.facts.items())
    roll = random.random()
    if roll < 0.12:
        random.shuffle(facts)
    elif roll < 0.24:
        facts = [fact for fact in facts if random.random() < 0.7 or fact[0] == "about"]
    return facts


def _listed(random: Random, facts: list[tuple[str, str]], language: str) -> str:
    roll = random.random()
    lines = [f"{label(name, language)}: {value}" for name, value in facts]
    if roll < 0.6:
        text = "\n".join(lines)
    elif roll < 0.72:
        text = "\n".join(f"- {line}" for line in lines)
    elif roll < 0.86:
        text = "; ".join(lines)
    else:
        text = ", ".join(value for _, value in facts)
    if random.random() < 0.25:
        return f"{random.choice(FACT_HEADS[language])}:{chr(10) if roll < 0.72 else ' '}{text}"
    return text
