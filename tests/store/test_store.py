"""The store: durable, shared, versioned. The same suite runs on SQLite here and on PostgreSQL in the second suite."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from feinschliff.errors import InputError, StoreError, StoreUnusable
from feinschliff.records import Answer, Message, Score, TokenLogprob, TopLogprob
from feinschliff.store import (
    Paid,
    Store,
    find_run,
    get_run,
    list_runs,
    open_store,
    remove_run,
    run_id,
    run_lock,
    schema,
    start_run,
    update_run,
)
from tests.fakes.postgres import postgres_server


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.second)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield str(tmp_path / "deep" / "store.db")
    else:
        with postgres_server() as address:
            yield address


def answer(key: str, text: str = "hällo 안녕", **more: object) -> Answer:
    return Answer(key=key, example="e", repeat=0, text=text, prompt_tokens=5, completion_tokens=3, **more)


def paid(a: Answer) -> Paid:
    return Paid(answer=a, endpoint="here", model="m", prompt_hash="p", fields={"temperature": 0.5})


def put(store: Store, a: Answer, run: str = "r") -> None:
    store.put_answer(paid(a), run=run, usd=0.25, done=lambda: None)


def test_an_answer_comes_back_as_it_went_in(url: str) -> None:
    logprobs = (TokenLogprob(token="ä", logprob=-0.5, top=(TopLogprob(token="b", logprob=None),)),)
    before = answer("k", reasoning="hm", flags=("truncated",), logprobs=logprobs, applied={"top_k": 4}, attempts=3)
    with open_store(url) as store:
        put(store, before)
        store.flush()
    with open_store(url) as store:
        assert store.get_answers(["k", "other"]) == {"k": before}
        spent = store.spent("r")
        assert (spent.requests, spent.prompt_tokens, spent.completion_tokens, spent.usd) == (3, 5, 3, 0.25)


def test_done_is_called_only_after_the_commit(url: str) -> None:
    seen: list[bool] = []
    called = threading.Event()
    with open_store(url) as store, open_store(url) as other:

        def done() -> None:
            seen.append("k" in other.get_answers(["k"]))
            called.set()

        store.put_answer(paid(answer("k")), run="r", usd=None, done=done)
        assert called.wait(10)
    assert seen == [True]


def test_the_first_answer_of_a_key_stays(url: str) -> None:
    with open_store(url) as store:
        put(store, answer("k", "first"))
        put(store, answer("k", "second"))
        store.flush()
        assert store.get_answers(["k"])["k"].text == "first"


def test_scores_none_stays_none(url: str) -> None:
    with open_store(url) as store:
        store.put_scores("s" * 300, [("k", "e", Score(value=None, reason="why")), ("k2", "e", Score(value=0.5))])
        found = store.get_scores("s" * 300, ["k", "k2"])
        assert found[("k", "e")].value is None
        assert found[("k", "e")].reason == "why"
        assert found[("k2", "e")].value == 0.5
        assert store.get_scores("other", ["k"]) == {}


def test_runs_are_found_by_id_beginning_and_name(url: str) -> None:
    with open_store(url) as store:
        run = start_run(store, {"a": 1}, kind="tune", name="mine")
        assert run.id == run_id({"a": 1})
        assert get_run(store, run.id[:6]).id == get_run(store, "mine").id == run.id
        assert start_run(store, {"a": 1}, kind="tune").name == "mine"
        with pytest.raises(InputError, match="belongs to run"):
            start_run(store, {"a": 2}, kind="tune", name="mine")
        with pytest.raises(InputError, match="no run"):
            get_run(store, "nothing")


def test_a_fresh_run_has_its_own_id_and_the_next_call_resumes_it(url: str) -> None:
    with open_store(url) as store:
        first = start_run(store, {"a": 1}, kind="tune")
        second = start_run(store, {"a": 1}, kind="tune", fresh=True)
        assert first.id != second.id
        assert start_run(store, {"a": 1}, kind="tune").id == second.id
        found = find_run(store, {"a": 1})
        assert found is not None
        assert found.salt == second.salt != ""


def test_progress_and_result_of_a_run(url: str) -> None:
    with open_store(url) as store:
        run = start_run(store, {"a": 1}, kind="tune")
        update_run(store, run.id, add_seconds=1.5)
        update_run(store, run.id, add_seconds=2.0, status="done", result={"verdict": "better", "x": None})
        after = get_run(store, run.id)
        assert after.seconds == 3.5
        assert after.result == {"verdict": "better", "x": None}
        put(store, answer("k"), run=run.id)
        store.flush()
        remove_run(store, run.id)
        assert list_runs(store) == []
        assert store.spent(run.id).requests == 0
        assert "k" in store.get_answers(["k"])


def test_prompts_are_kept_once(url: str) -> None:
    with open_store(url) as store:
        store.put_prompts({"p": [Message(role="user", content="ß")]})
        store.put_prompts({"p": [Message(role="user", content="ß")]})
        with store.transaction() as connection:
            assert connection.execute(sa.select(sa.func.count()).select_from(schema.prompts)).scalar_one() == 1


def test_a_thousand_answers_in_many_commits(url: str) -> None:
    released: list[int] = []
    with open_store(url) as store:
        for i in range(1000):
            store.put_answer(paid(answer(f"k{i}")), run="r", usd=None, done=lambda i=i: released.append(i))
        store.flush()
        assert len(store.get_answers(f"k{i}" for i in range(1000))) == 1000
        assert store.spent("r").requests == 1000
    assert sorted(released) == list(range(1000))


def test_a_store_of_another_version_is_refused(tmp_path: Path) -> None:
    open_store(str(tmp_path / "s.db")).close()
    connection = sqlite3.connect(tmp_path / "s.db")
    connection.execute("UPDATE meta SET value='99'")
    connection.commit()
    connection.close()
    with pytest.raises(StoreUnusable, match="another version"):
        open_store(str(tmp_path / "s.db"))


def test_a_file_that_is_no_store_is_refused(tmp_path: Path) -> None:
    (tmp_path / "s.db").write_bytes(b"this is no database, but long enough to be looked at" * 50)
    with pytest.raises(StoreUnusable, match="cannot open the store"):
        open_store(str(tmp_path / "s.db"))


def test_the_password_of_a_store_is_not_shown() -> None:
    with pytest.raises(StoreUnusable) as caught:
        open_store("postgresql+nodriver://me:geheim@127.0.0.1:1/x")
    assert "geheim" not in str(caught.value.to_dict())


@pytest.mark.parametrize(
    "url",
    [
        "postgresql+psycopg://127.0.0.1:1/x?user=me&password=geheim",
        "postgresql://me:geheim@host:port/x",
        "nonsense://me:geheim@@@",
    ],
)
def test_no_form_of_a_password_is_shown(url: str) -> None:
    with pytest.raises(StoreUnusable) as caught:
        open_store(url)
    assert "geheim" not in str(caught.value.to_dict())


def test_fresh_runs_have_salts_of_their_own_even_the_first_and_after_rm(url: str) -> None:
    with open_store(url) as store:
        first = start_run(store, {"a": 1}, kind="tune", fresh=True)
        remove_run(store, first.id)
        second = start_run(store, {"a": 1}, kind="tune", fresh=True)
        assert "" != first.salt != second.salt != ""
        assert first.id != second.id


def test_a_name_is_no_pattern(url: str) -> None:
    with open_store(url) as store:
        start_run(store, {"a": 1}, kind="tune")
        with pytest.raises(InputError, match="no run"):
            remove_run(store, "____")


def test_two_processes_may_start_the_same_run(url: str) -> None:
    with open_store(url) as one, open_store(url) as two:
        assert start_run(one, {"a": 1}, kind="tune").id == start_run(two, {"a": 1}, kind="tune").id
        assert len(list_runs(one)) == 1


def test_a_callback_that_breaks_does_not_lose_what_comes_after(tmp_path: Path) -> None:
    def breaks() -> None:
        raise ZeroDivisionError

    with open_store(str(tmp_path / "s.db")) as store:
        store.put_answer(paid(answer("k")), run="r", usd=None, done=breaks)
        with pytest.raises(StoreError):
            store.flush()


def test_a_store_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    store = open_store(str(tmp_path / "s.db"))
    with store.engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE answers")
    put(store, answer("k"))
    with pytest.raises(StoreError, match="cannot be written"):
        store.flush()
    with pytest.raises(StoreError):
        put(store, answer("k2"))
    store.close()


def test_a_run_is_carried_out_by_one_process_at_a_time(url: str) -> None:
    with open_store(url) as one, open_store(url) as two:
        run = start_run(one, {"a": 1}, kind="tune")
        with run_lock(one, run.id), pytest.raises(InputError, match="another process"), run_lock(two, run.id):
            pass
        with run_lock(two, run.id):
            assert get_run(two, run.id).id == run.id


def test_a_store_that_must_be_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreUnusable, match="no store"):
        open_store(str(tmp_path / "typo.db"), create=False)
    assert list(tmp_path.iterdir()) == []
