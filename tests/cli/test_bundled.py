"""The bundled tasks by name, on the real engine."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.build import Endpoint
from feinschliff.cli.inputs import read_source, read_space
from feinschliff.cli.options import make_endpoint
from feinschliff.datasets.bundled import BUNDLED
from feinschliff.models.house import house_path
from tests.cli.conftest import Fein


def test_the_posts_task_is_tuned_by_its_name(fein: Fein) -> None:
    short = ("-p", "max_tokens=12", "-p", "temperature=0:1.5")
    done = fein("tune", "posts", "--requests", "100", *short, "--json")
    assert done.code == 0, done.err
    document = done.json
    assert document["verdict"] is not None
    assert document["settings"]["max_tokens"] == 12
    assert document["spent"]["requests"] <= 100
    texts = BUNDLED["posts"].task().settings().values
    assert {name: document["settings"][name] for name in texts} == texts


def test_a_bundled_task_brings_its_score_and_the_length_of_its_answers() -> None:
    for name, bundled in BUNDLED.items():
        source = read_source(name, prompt=None, system=None, target=None)
        assert source.task == BUNDLED[name].task()
        assert source.scorer() == bundled.scorer
        assert read_space(source, None, None, Endpoint())["max_tokens"] == bundled.max_tokens
        assert read_space(source, ["max_tokens=7"], None, Endpoint())["max_tokens"] == 7
    assert read_source(None, prompt=None, system=None, target=None).task == BUNDLED["subjects"].task()


def test_posts_go_to_the_model_that_can_write_them_unless_another_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    chosen = {name: read_source(name, prompt=None, system=None, target=None).house for name in BUNDLED}
    assert chosen == {"subjects": None, "posts": "house-2"}
    assert make_endpoint(url=None, model=None, house="house-2").file == house_path("house-2")
    assert make_endpoint(url=None, model="house-1", house="house-2").file == house_path("house-1")
    assert make_endpoint(url="http://localhost:1/v1", model=None, house="house-2").model is None


def test_texts_and_target_of_a_bundled_task_can_be_others() -> None:
    source = read_source("posts", prompt="{{ notes }}!", system="Be brief.", target="language")
    assert source.task.prompt == "{{ notes }}!"
    assert source.task.system == "Be brief."
    assert set(source.task.targets) == {"de", "en"}


def test_a_folder_of_that_name_is_meant_where_there_is_one(fein: Fein, tmp_path: Path) -> None:
    (tmp_path / "posts").mkdir()
    (tmp_path / "posts" / "a.csv").write_text("id,text,mine\n1,Rad,blau\n2,Hut,rot\n", encoding="utf-8")
    source = read_source("posts", prompt="{{ text }}", system=None, target="mine")
    assert source.task.targets == ("blau", "rot")
    assert source.scorer() is None
