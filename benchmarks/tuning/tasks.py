"""The tasks, as plain data, and their hashes. Frozen before the search that they judge was written.

    python -m benchmarks.tuning.tasks --hash

Each hash covers all that makes a task: the model's file, every example, the templates, the score's source, the space,
the baseline. FROZEN.json keeps the hashes; nothing runs where they differ.
"""

from __future__ import annotations

import argparse
import functools
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any

from benchmarks.tuning import examples as made
from benchmarks.tuning import scores
from feinschliff.datasets.split import split
from feinschliff.models.house import house_path
from feinschliff.parameters.space import Space, make_space
from feinschliff.records import Example, Settings, digest

FROZEN = Path(__file__).parent / "FROZEN.json"

HOUSE_1 = "9a6061d24f46f1c8dd730a238b8048633b878fcfbe942ea458e39cdd2dae81b4"
HOUSE_2 = "61c86e970d42f8335bfba41867124b702add0b9ce83f69d6370d84b66eabd0df"

LINE_SYSTEM = "You write subject lines. Answer with one subject line in the language of the post."
LINE_PROMPT = "Subject line for this post:\n{{ post }}"
POST_SYSTEM = "You write posts for a neighbourhood board. Write the whole post in the language of the request."
POST_PROMPT = "Write the whole post.\n{{ notes }}"


@dataclass(frozen=True)
class TuningTask:
    """A task: what is asked, what moves, and what counts."""

    name: str
    title: str
    model: str
    """Name of a shipped model."""
    sha256: str
    """Of its file."""
    system: str
    """The baseline's system text."""
    prompt: str
    max_tokens: int
    score: scores.ScoreFunction
    space: Mapping[str, Any]
    """Knobs by catalogue name: `[low, high]`, or `{"choices": [...]}`. `n` is the number of answers of a unit."""
    baseline: Mapping[str, Any]
    """What is sent where nothing is searched."""
    make: Callable[[], list[Example]]
    seeds: int = 20
    answers: int = 1
    """Answers of a unit, where `n` is no knob."""

    @functools.cached_property
    def examples(self) -> list[Example]:
        """All of them, as `make` writes them."""
        return self.make()

    @property
    def pool(self) -> list[Example]:
        """What a search may see."""
        return self.examples[: made.POOL]

    @property
    def search(self) -> list[Example]:
        """The part of the pool that is not held out for a confirmation."""
        return list(split(self.pool).search)

    @property
    def unseen(self) -> list[Example]:
        """What TRUE is measured on."""
        return self.examples[made.POOL :]

    @property
    def decoding(self) -> Space:
        """The space without `n`, and what is fixed in every request."""
        fixed = {"system": self.system, "prompt": self.prompt, "max_tokens": self.max_tokens, "top_k": 0}
        knobs = {name: wanted for name, wanted in self.space.items() if name != "n"}
        return make_space({**{k: v for k, v in fixed.items() if k not in knobs}, **knobs})

    @property
    def start(self) -> Settings:
        """The baseline as settings, without `n`."""
        values = {"system": self.system, "prompt": self.prompt, "max_tokens": self.max_tokens, **self.baseline}
        values.pop("n", None)
        return Settings(values=values)

    @property
    def most_answers(self) -> int:
        """The largest unit."""
        return int(self.space["n"][1]) if "n" in self.space else self.answers

    def document(self) -> dict[str, Any]:
        """All that the hash covers."""
        return {
            "name": self.name,
            "model": {"name": self.model, "sha256": self.sha256},
            "messages": {"system": self.system, "prompt": self.prompt},
            "max_tokens": self.max_tokens,
            "score": {"function": self.score.__name__, "source": _source_digest(), "words": scores.words_digest()},
            "space": self.space,
            "baseline": self.baseline,
            "answers": self.answers,
            "seeds": self.seeds,
            "search": [example.id for example in self.search],
            "pool": [example.model_dump() for example in self.pool],
            "unseen": [example.model_dump() for example in self.unseen],
        }


_OPEN = {"temperature": 1.0, "top_p": 1.0, "top_k": 0, "min_p": 0.0}
"""The model's own distribution."""
_NO_PENALTY = {"frequency_penalty": 0.0, "presence_penalty": 0.0}
_DECODING = {
    "temperature": [0.0, 1.6],
    "top_p": [0.1, 1.0],
    "min_p": [0.0, 0.5],
    "frequency_penalty": [-0.5, 1.5],
    "presence_penalty": [-0.5, 1.5],
}
_WIDE = {"temperature": [0.0, 2.0], "top_p": [0.1, 1.0], "min_p": [0.0, 0.5], "frequency_penalty": [-0.5, 1.5]}
_DIVERSE = {"temperature": [0.0, 2.0], "top_p": [0.5, 1.0], "min_p": [0.0, 0.5], "frequency_penalty": [0.0, 1.0]}
"""llama.cpp cuts off the unlikely tokens before the temperature, so that hot and sane go together."""

SYSTEM_TEXTS = (
    LINE_SYSTEM,
    "You write subject lines for neighbourhood posts.",
    "You write subject lines. Be cheerful!",
    "You write subject lines. Write the subject line as a question.",
    "You write subject lines. Use an official, formal tone.",
    "You write subject lines. Always say where.",
    "You write subject lines. Use at most four words.",
    "You write subject lines. Mention the street or the place.",
)


def hashes() -> dict[str, str]:
    """SHA-256 by task."""
    return {name: digest(task.document()) for name, task in TASKS.items()}


def check_frozen() -> None:
    """Raises: RuntimeError where a task or a model's file is not the one that was frozen."""
    frozen, found = json.loads(FROZEN.read_text(encoding="utf-8")), hashes()
    other = sorted(name for name in {*frozen, *found} if frozen.get(name) != found.get(name))
    if other:
        raise RuntimeError(f"these tasks are not the frozen ones: {', '.join(other)}")
    for model, wanted in {(task.model, task.sha256) for task in TASKS.values()}:
        if hashlib.sha256(house_path(model).read_bytes()).hexdigest() != wanted:
            raise RuntimeError(f"{model} is another file than when the tasks were frozen")


_TASKS = (
    TuningTask(
        name="subjects",
        title="subject lines by similarity",
        model="house-1",
        sha256=HOUSE_1,
        system=LINE_SYSTEM,
        prompt=LINE_PROMPT,
        max_tokens=32,
        score=scores.similarity,
        space=_DECODING,
        baseline={**_OPEN, **_NO_PENALTY},
        make=functools.partial(made.lines, 5001),
    ),
    TuningTask(
        name="words",
        title="short subject lines by TF-IDF and length",
        model="house-1",
        sha256=HOUSE_1,
        system=LINE_SYSTEM,
        prompt=LINE_PROMPT,
        max_tokens=32,
        score=scores.words_and_length,
        space={**_WIDE, "max_tokens": [4, 32]},
        baseline={**_OPEN, "frequency_penalty": 0.0},
        make=functools.partial(made.styled_lines, 5002, "short"),
    ),
    TuningTask(
        name="posts",
        title="long posts in which repetition hurts",
        model="house-2",
        sha256=HOUSE_2,
        system=POST_SYSTEM,
        prompt=POST_PROMPT,
        max_tokens=200,
        score=scores.unrepeated,
        space={**_DECODING, "temperature": [0.0, 2.5]},
        baseline={**_OPEN, **_NO_PENALTY},
        make=functools.partial(made.posts, 5003),
        seeds=10,
    ),
    TuningTask(
        name="four",
        title="four different good subject lines of one post",
        model="house-1",
        sha256=HOUSE_1,
        system=LINE_SYSTEM,
        prompt=LINE_PROMPT,
        max_tokens=32,
        score=scores.different_good,
        space=_DIVERSE,
        baseline={**_OPEN, "frequency_penalty": 0.0},
        make=functools.partial(made.lines, 5004),
        answers=4,
    ),
    TuningTask(
        name="medoid",
        title="openings of posts, the medoid of n",
        model="house-2",
        sha256=HOUSE_2,
        system=POST_SYSTEM,
        prompt=POST_PROMPT,
        max_tokens=32,
        score=scores.medoid_chrf,
        space={"n": [1, 8], **_WIDE},
        baseline={**_OPEN, "frequency_penalty": 0.0, "n": 1},
        make=functools.partial(made.openings, 5005),
    ),
    TuningTask(
        name="joint",
        title="system text and decoding of subject lines that say where",
        model="house-2",
        sha256=HOUSE_2,
        system=LINE_SYSTEM,
        prompt=LINE_PROMPT,
        max_tokens=32,
        score=scores.words_and_length,
        space={"system": {"choices": list(SYSTEM_TEXTS)}, **_WIDE},
        baseline={**_OPEN, "frequency_penalty": 0.0},
        make=functools.partial(made.styled_lines, 5006, "place"),
    ),
    TuningTask(
        name="null",
        title="noise",
        model="house-1",
        sha256=HOUSE_1,
        system=LINE_SYSTEM,
        prompt=LINE_PROMPT,
        max_tokens=32,
        score=scores.null,
        space=_DECODING,
        baseline={**_OPEN, **_NO_PENALTY},
        make=functools.partial(made.lines, 5007),
        seeds=200,
    ),
)

TASKS: Mapping[str, TuningTask] = MappingProxyType({task.name: task for task in _TASKS})


@functools.lru_cache(maxsize=1)
def _source_digest() -> str:
    return hashlib.sha256(Path(scores.__file__).read_bytes()).hexdigest()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hash", action="store_true", help="print each task's hash, and whether it is the frozen one")
    parser.add_argument("--freeze", action="store_true", help="write FROZEN.json; refused where there is one")
    options = parser.parse_args()
    if options.freeze:
        with FROZEN.open("x", encoding="utf-8") as file:
            json.dump(hashes(), file, indent=2)
            file.write("\n")
    if options.hash:
        for name, found in hashes().items():
            print(name, found)
        check_frozen()


if __name__ == "__main__":
    main()
