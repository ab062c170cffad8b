"""The many ways to ask for a subject line, and the turns of the chat format."""

from __future__ import annotations

from random import Random

BOS, EOS, SYSTEM, USER, ASSISTANT, PAD = "<s>", "</s>", "<|system|>", "<|user|>", "<|assistant|>", "<pad>"
SPECIAL = [BOS, EOS, SYSTEM, USER, ASSISTANT, PAD]

CHAT_TEMPLATE = (
    "{% for message in messages %}"
    "{% if message['role'] == 'system' %}<|system|>{{ message['content'] }}"
    "{% elif message['role'] == 'user' %}<|user|>{{ message['content'] }}"
    "{% elif message['role'] == 'assistant' %}<|assistant|>{{ message['content'] }}</s>"
    "{% endif %}{% endfor %}"
    "{% if add_generation_prompt %}<|assistant|>{% endif %}"
)

SYSTEMS = (
    "You write subject lines.",
    "You are a helpful assistant.",
    "Write a short subject line for each post.",
    "You write subject lines for neighbourhood posts. Answer with the subject line only.",
    "Be brief.",
    "Answer with one line of at most ten words.",
    "You are an editor. Your subject lines are short, clear and honest.",
    "Summarise the post in one short line, in the language of the post.",
    "You help neighbours to be understood.",
    "Du schreibst Betreffzeilen.",
    "Du bist ein hilfreicher Assistent.",
    "Schreibe zu jedem Beitrag eine kurze Betreffzeile.",
    "Du schreibst Betreffzeilen für Nachbarschaftsbeiträge. Antworte nur mit der Betreffzeile.",
    "Fasse dich kurz.",
    "Antworte mit einer Zeile von höchstens zehn Wörtern.",
    "Du bist Redakteurin. Deine Zeilen sind kurz, klar und ehrlich.",
    "Fasse den Beitrag in einer kurzen Zeile zusammen, in der Sprache des Beitrags.",
    "Sei genau und höflich.",
)

ASKS = (
    "Write a",
    "Please write a",
    "Suggest a",
    "Give me a",
    "Create a",
    "I need a",
    "Find a",
    "Can you write a",
)
ADJECTIVES = ("", "", "short ", "good ", "clear ", "catchy ", "concise ", "fitting ", "one-line ")
THINGS = (
    "subject line",
    "subject",
    "title",
    "headline",
    "heading",
    "summary line",
    "subject line of at most ten words",
)
TARGETS = (
    "for this post",
    "for the post below",
    "for this message",
    "for the following post",
    "for",
    "for this text",
    "for this neighbourhood post",
)
DE_ASKS = ("Schreibe", "Bitte schreibe", "Schreib mir", "Formuliere", "Ich brauche", "Finde", "Nenne", "Erstelle")
DE_ADJECTIVES = (
    "eine",
    "eine",
    "eine kurze",
    "eine gute",
    "eine klare",
    "eine passende",
    "eine knappe",
    "eine treffende",
)
DE_THINGS = (
    "Betreffzeile",
    "Überschrift",
    "Titelzeile",
    "Schlagzeile",
    "Betreffzeile mit höchstens zehn Wörtern",
    "Zusammenfassung in einer Zeile",
)
DE_TARGETS = (
    "für diesen Beitrag",
    "zu diesem Beitrag",
    "für diese Nachricht",
    "für den folgenden Beitrag",
    "zu diesem Text",
    "für diesen Text",
)
LABELS = (
    "Subject line for",
    "Subject for",
    "Title for",
    "Post",
    "Text",
    "Message",
    "Betreff für",
    "Betreff für diesen Beitrag",
    "Titel für",
    "Beitrag",
    "Nachricht",
    "Betreffzeile zu",
)
BREAKS = (": ", ":\n", ":\n\n", ":\n\n", "\n\n", ". ")
ENDINGS = (
    "Subject:",
    "Subject line:",
    "Title:",
    "Betreff:",
    "Betreffzeile:",
    "Titel:",
    "Answer with the subject line only.",
    "Antworte nur mit der Betreffzeile.",
    "At most ten words.",
    "Höchstens zehn Wörter.",
    "Thanks!",
    "Danke!",
)


def system_prompt(random: Random) -> str | None:
    """A system prompt, or None in four cases of ten."""
    if random.random() < 0.4:
        return None
    chosen = random.choice(SYSTEMS)
    return f"{chosen} {random.choice(SYSTEMS)}" if random.random() < 0.12 else chosen


def user_prompt(random: Random, post: str) -> str:
    """The post with, usually, an instruction around it."""
    roll = random.random()
    if roll < 0.25:
        return post
    if roll < 0.45:
        text = f"{random.choice(LABELS)}{random.choice(BREAKS[:5])}{post}"
    elif roll < 0.68:
        ask = (random.choice(ASKS), random.choice(ADJECTIVES) + random.choice(THINGS), random.choice(TARGETS))
        text = " ".join(ask) + random.choice(BREAKS) + _quoted(random, post)
    elif roll < 0.92:
        frage = [random.choice(part) for part in (DE_ASKS, DE_ADJECTIVES, DE_THINGS, DE_TARGETS)]
        text = " ".join(frage) + random.choice(BREAKS) + _quoted(random, post)
    else:
        text = _quoted(random, post)
    if random.random() < 0.2 or roll >= 0.92:
        return text + random.choice(("\n\n", "\n", " ")) + random.choice(ENDINGS)
    return text


def _quoted(random: Random, post: str) -> str:
    return random.choice(
        (post, post, post, post, f'"{post}"', f"„{post}“", f"<post>\n{post}\n</post>", f"---\n{post}\n---")
    )
