"""The Python interface: its names, its shapes, and what it loads."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from difflib import SequenceMatcher
from pathlib import Path

import pytest

import feinschliff as fein
from feinschliff.cli.main import run
from tests.fakes.openai_server import FakeServer

ROWS = "id,post,subject\n" + "\n".join(f"r{i},Frage {i} ANSWER: rot blau grün {i},rot blau grün {i}" for i in range(30))


@pytest.fixture
def task(tmp_path: Path) -> fein.Task:
    (tmp_path / "posts.csv").write_text(ROWS, encoding="utf-8")
    return fein.Task.from_csv(tmp_path / "posts.csv", prompt="{{ post }}", target="subject", system="kurz")


def test_public_names_are_all_there_and_documented() -> None:
    for name in fein.__all__:
        assert inspect.getdoc(getattr(fein, name)), name
    with pytest.raises(AttributeError, match="no attribute 'tuen'"):
        _ = fein.tuen


def test_keyword_arguments_after_the_first_two() -> None:
    for function in (fein.tune, fein.compare, fein.generate, fein.score):
        kinds = [p.kind for p in inspect.signature(function).parameters.values()]
        assert all(kind is inspect.Parameter.KEYWORD_ONLY for kind in kinds[2:]), function


def test_tune_compare_generate_score(task: fein.Task, tmp_path: Path) -> None:
    store = str(tmp_path / "s.db")
    with FakeServer() as server:
        local = fein.Endpoint(server.url, model="fake-1", concurrency=8)
        result = fein.tune(
            task, local, score="similarity", space={"temperature": (0, 1.5), "top_p": [0.5, 0.9, 1.0]},
            baseline={"temperature": 1.3}, budget={"requests": 200}, store=store,
        )  # fmt: skip
        assert result.verdict == "better"
        assert result.recommended == result.settings
        assert result.held_out.difference.low is not None
        assert result.held_out.difference.low > 0
        assert result.to_dict()["run"] == result.run
        compared = fein.compare(task, local, a=result.settings, b={"temperature": 1.4}, store=store)
        assert compared.verdict == "better"
        assert compared.held_out.n == 30
        answers = fein.generate(task, local, settings={"temperature": 0.7}, n=2, store=store)
    assert [a.repeat for a in answers[:4]] == [0, 1, 0, 1]
    scores = fein.score(task.examples, answers, score={"similarity": 0.5, "length": 0.5})
    assert len(scores) == 60
    assert set(scores[0].parts) == {"similarity", "length"}
    plain = fein.score(task.examples, answers[::2], score="similarity")
    for example, answer, made in zip(task.examples, answers[::2], plain, strict=True):
        assert made.value == SequenceMatcher(None, answer.text, example.target, autojunk=False).ratio()


def test_the_landscape_is_the_command_lines(
    task: fein.Task, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store, page = str(tmp_path / "s.db"), tmp_path / "land.html"
    with FakeServer() as server:
        local = fein.Endpoint(server.url)
        space = {"temperature": (0, 1.5), "top_p": (0.1, 1.0)}
        result = fein.tune(task, local, space=space, budget={"requests": 120}, store=store, name="mine")
        asked = server.counts["POST"]
        land = fein.landscape(result.run, store=store, report=page)
        assert server.counts["POST"] == asked
    assert land.settings == {name: result.settings[name] for name in ("temperature", "top_p")}
    assert [m["x"] + "/" + m["y"] for m in land.maps] in (["temperature/top_p"], ["top_p/temperature"])
    assert land.points == sorted(land.points, key=lambda point: -point["mean"])
    assert "<svg" in page.read_text(encoding="utf-8")
    assert run(["landscape", "mine", "--store", store, "--out", str(page), "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == json.loads(json.dumps(land.to_dict()))
    with pytest.raises(fein.InputError, match="no run"):
        fein.landscape("nowhere", store=store)


def test_a_callable_is_a_scorer(task: fein.Task, tmp_path: Path) -> None:
    def short(answer: str, target: str | None, row: dict[str, object]) -> float | None:
        return None if "r3" in str(row["id"]) else 1 / (1 + len(answer))

    with FakeServer() as server:
        local = fein.Endpoint(server.url)
        answers = fein.generate(task, local, store=str(tmp_path / "s.db"))
    scores = fein.score(task.examples, answers, score=short)
    assert scores[3].value is None
    assert scores[3].reason
    assert scores[4].value == pytest.approx(1 / (1 + len(answers[4].text)))


def test_mistakes_are_one_tree(task: fein.Task) -> None:
    with pytest.raises(fein.InputError, match="unknown limit"):
        fein.tune(task, fein.Endpoint("http://127.0.0.1:9/v1"), budget={"request": 5})
    with pytest.raises(fein.FeinschliffError, match="cannot reach"):
        fein.tune(task, fein.Endpoint("http://127.0.0.1:9/v1", model="m"))
    assert "secret" not in repr(fein.Endpoint("http://me:secret@127.0.0.1:9/v1", headers={"X": "secret"}))


def test_the_base_install_loads_no_torch_and_importing_is_cheap(tmp_path: Path) -> None:
    heavy = "{'torch', 'transformers', 'sklearn', 'scipy', 'plotly', 'sqlalchemy', 'xllamacpp'}"
    code = f"import sys, feinschliff; print(sorted({heavy} & set(sys.modules)))"
    assert _python(code, tmp_path) == "[]"
    tuned = (
        "import sys\n"
        "from feinschliff.cli.main import run\n"
        "assert run(['tune', '--json', '--requests', '80', '--store', 's.db']) == 0\n"
        "unused = {'torch', 'transformers', 'trl', 'peft', 'sentence_transformers', 'sacrebleu', 'py3langid'}\n"
        "print(sorted(unused & set(sys.modules)))"
    )
    assert _python(tuned, tmp_path).splitlines()[-1] == "[]"


def _python(code: str, folder: Path) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=folder, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
