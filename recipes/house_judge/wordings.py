"""The many ways to ask which of two lines is better, in German and English.

A wording has a beginning, which ends with the post, and a rest, which holds the two lines; one post can so be asked
about many pairs. In some wordings the lines stand before the post.
"""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from prompts import SYSTEMS as WRITERS
from prompts import user_prompt

SYSTEMS = (
    "You compare two answers.",
    "You compare two answers to the same task. Answer with exactly one letter, A or B.",
    "You are a judge. You compare two subject lines and answer with one letter.",
    "You are a strict and fair judge.",
    "You are an impartial judge. Please choose the better of the two answers.",
    "You judge subject lines for posts.",
    "Compare two responses, A and B, and say which is better. Answer only A or B.",
    "Decide which of two texts is better. Reply with a single letter.",
    "You are a helpful assistant.",
    "You are an editor who chooses between two headlines.",
    "You evaluate answers. Ignore their order.",
    "Do not let the order of the answers or their length influence you.",
    "Du vergleichst zwei Antworten.",
    "Du vergleichst zwei Antworten auf dieselbe Aufgabe. Antworte mit genau einem Buchstaben, A oder B.",
    "Du bist Schiedsrichter. Du vergleichst zwei Betreffzeilen und antwortest mit einem Buchstaben.",
    "Du bist streng und gerecht.",
    "Du bewertest Betreffzeilen für Beiträge.",
    "Vergleiche zwei Antworten, A und B, und sage, welche besser ist. Antworte nur mit A oder B.",
    "Entscheide, welcher von zwei Texten besser ist. Antworte mit einem einzigen Buchstaben.",
    "Du bist ein hilfreicher Assistent.",
    "Du bist Redakteurin und wählst zwischen zwei Überschriften.",
    "Lass dich von der Reihenfolge und der Länge nicht beeinflussen.",
)
CRITERIA = (
    "Prefer the one that names what the post is about.",
    "The better line says what the post is about and nothing false.",
    "The better one is correct, clear and short.",
    "Judge by accuracy first, then by style.",
    "Look at whether it fits the post.",
    "Consider helpfulness, relevance, accuracy and clarity.",
    "A good subject line names the thing and is true.",
    "Choose the line that a reader would rather open.",
    "Prefer honest lines.",
    "Facts count more than wording.",
    "Bevorzuge die, die sagt, worum es geht.",
    "Die bessere Zeile sagt, worum es geht, und nichts Falsches.",
    "Besser ist, was richtig, klar und kurz ist.",
    "Achte zuerst auf Richtigkeit, dann auf Stil.",
    "Prüfe, ob sie zum Beitrag passt.",
    "Achte auf Nutzen, Bezug, Richtigkeit und Klarheit.",
    "Eine gute Betreffzeile nennt die Sache und ist wahr.",
    "Wähle die Zeile, die man eher öffnen würde.",
    "Bevorzuge ehrliche Zeilen.",
    "Fakten zählen mehr als Formulierungen.",
)
HEADS = ("Criteria", "Criterion", "Rubric", "Kriterien", "Kriterium", "Maßstab", "Note", "Hinweis")
INTROS = (
    "Here are a post and two subject lines.",
    "Two subject lines were written for a post.",
    "Compare the two subject lines for this post.",
    "Which subject line is better?",
    "Read the post and the two lines.",
    "Which of the two answers is better?",
    "Please judge.",
    "Hier sind ein Beitrag und zwei Betreffzeilen.",
    "Zu einem Beitrag wurden zwei Betreffzeilen geschrieben.",
    "Vergleiche die beiden Betreffzeilen zu diesem Beitrag.",
    "Welche Betreffzeile ist besser?",
    "Lies den Beitrag und die beiden Zeilen.",
    "Welche der beiden Antworten ist besser?",
    "Bitte urteile.",
)
POST_LABELS = (
    "Post",
    "The post",
    "Text",
    "Message",
    "Task",
    "Prompt",
    "Question",
    "Request",
    "Input",
    "User",
    "Beitrag",
    "Der Beitrag",
    "Nachricht",
    "Aufgabe",
    "Frage",
    "Anfrage",
    "Eingabe",
)
LINE_WORDS = (
    "",
    "",
    "",
    "Line ",
    "Answer ",
    "Response ",
    "Subject line ",
    "Option ",
    "Candidate ",
    "Text ",
    "Output ",
    "Assistant ",
    "Zeile ",
    "Antwort ",
    "Betreff ",
    "Betreffzeile ",
    "Vorschlag ",
    "Möglichkeit ",
)
QUESTIONS = (
    "Which is better? Answer A or B.",
    "Which is better, A or B?",
    "Which one is better? Answer with A or B only.",
    "Which line is better? Reply with one letter.",
    "Which subject line is better for the post?",
    "Which answer is better? A or B?",
    "Better: A or B?",
    "Answer with exactly one letter: A or B.",
    "Choose A or B.",
    "Which response do you prefer?",
    "Your verdict:",
    "Answer:",
    "Better:",
    "Which fits the post better, A or B? Give just the letter.",
    "Welche ist besser? Antworte A oder B.",
    "Welche ist besser, A oder B?",
    "Welche Zeile ist besser? Antworte mit einem Buchstaben.",
    "Welche Betreffzeile passt besser zum Beitrag?",
    "Welche Antwort ist besser? A oder B?",
    "Besser: A oder B?",
    "Antworte mit genau einem Buchstaben: A oder B.",
    "Wähle A oder B.",
    "Welche Antwort ist dir lieber?",
    "Dein Urteil:",
    "Antwort:",
    "Besser:",
    "Was passt besser, A oder B? Nenne nur den Buchstaben.",
)
JOINTS = ("\n", "\n\n")


@dataclass(frozen=True)
class Wording:
    """How one post and its pairs are put."""

    system: str | None
    before: str
    """What stands before the post, or before the lines where these come first."""
    after: str
    """What closes the post (a quote, a tag)."""
    task: str | None
    """The request that a writer got, with `{post}` in it; None for the post alone."""
    lines_first: bool
    post_label: str
    marks: tuple[str, str, str]
    """What stands before A, between the lines, and after B."""
    lead: str
    """What stands between the post and the first line."""
    question: str

    def shared(self, post: str) -> str:
        """What all pairs of `post` have in common; "" where the lines stand first."""
        return "" if self.lines_first else self.before + self._post(post)

    def rest(self, post: str, first: str, second: str) -> tuple[str, int, int]:
        """What follows for one pair, and where its first and its second line start."""
        head = self.before if self.lines_first else self.lead
        start = f"{head}{self.marks[0]}"
        middle = f"{start}{first}{self.marks[1]}"
        end = f"{middle}{second}{self.marks[2]}"
        if self.lines_first:
            end += f"\n\n{self._post(post)}"
        return end + self.question, len(start), len(middle)

    def _post(self, post: str) -> str:
        return self.post_label + (self.task.replace("{post}", post) if self.task else post) + self.after


def draw_wording(random: Random) -> Wording:
    """One way to ask."""
    joint = random.choice(JOINTS)
    lines_first = random.random() < 0.1
    criterion = _criterion(random) if random.random() < 0.4 else ""
    place = random.random()
    system = _system(random)
    if criterion and place < 0.4:
        system = f"{system} {criterion}" if system else criterion
    before = random.choice(INTROS) + joint if random.random() < (0.5 if system else 0.75) else ""
    if criterion and 0.4 <= place < 0.7:
        before += criterion + joint
    question = random.choice(QUESTIONS) if not before or not system or random.random() < 0.9 else ""
    if criterion and place >= 0.7:
        question = f"{criterion}{random.choice((' ', joint))}{question}" if question else criterion
    label, after = _post_frame(random)
    task = user_prompt(random, "{post}") if random.random() < 0.2 else None
    if task and random.random() < 0.3:
        task = f"{random.choice(WRITERS)}{joint}{task}"
    return Wording(
        system,
        before,
        after,
        task,
        lines_first,
        label,
        _marks(random),
        random.choice(JOINTS[-1:] * 3 + JOINTS),
        f"{random.choice(JOINTS[-1:] * 3 + JOINTS)}{question}" if question else "",
    )


def _system(random: Random) -> str | None:
    if random.random() < 0.3:
        return None
    return " ".join(random.sample(SYSTEMS, 2 if random.random() < 0.25 else 1))


def _criterion(random: Random) -> str:
    text = " ".join(random.sample(CRITERIA, random.choice((1, 1, 2))))
    return f"{random.choice(HEADS)}: {text}" if random.random() < 0.5 else text


def _post_frame(random: Random) -> tuple[str, str]:
    """What stands right before and after the post."""
    roll = random.random()
    label = random.choice(POST_LABELS)
    if roll < 0.7:
        return f"{label}:{random.choice((' ', chr(10)))}", ""
    if roll < 0.78:
        return "", ""
    if roll < 0.86:
        return f'{label}: "', '"'
    if roll < 0.92:
        return f"[{label}]\n", ""
    if roll < 0.96:
        return f"## {label}\n", ""
    return f"<{label.lower()}>\n", f"\n</{label.lower()}>"


def _marks(random: Random) -> tuple[str, str, str]:
    """What stands before A, between the lines, and after B."""
    word = random.choice(LINE_WORDS)
    gap = random.choice(JOINTS)
    roll = random.random()
    if roll < 0.55:
        return f"{word}A: ", f"{gap}{word}B: ", ""
    if roll < 0.65:
        return f"{word}A:\n", f"\n\n{word}B:\n", ""
    if roll < 0.73:
        return "A) ", f"{gap}B) ", ""
    if roll < 0.79:
        return "(A) ", f"{gap}(B) ", ""
    if roll < 0.85:
        return f"[{word}A]\n", f"{gap}[{word}B]\n", ""
    if roll < 0.92:
        return f'{word}A: "', f'"{gap}{word}B: "', '"'
    if roll < 0.96:
        return f"## {word}A\n", f"\n\n## {word}B\n", ""
    return "<A>", f"</A>{gap}<B>", "</B>"
