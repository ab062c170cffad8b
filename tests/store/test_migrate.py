"""Stores of older versions: nothing in them is lost, and they are used as if they were new."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from feinschliff.errors import StoreUnusable
from feinschliff.records import Score
from feinschliff.store import Store, get_run, open_store, schema
from tests.store.test_store import answer, put
from tests.store.test_store import url as url  # the fixture: SQLite, and PostgreSQL in the second suite

FORMAT_1 = Path(__file__).with_name("format_1.sql")
"""A store as the first version wrote it: a run with three answers and a score."""
KEYS = [f"{i:064d}" for i in range(3)]


def version(store: Store) -> str:
    with store.transaction() as connection:
        return str(connection.execute(sa.select(schema.meta.c.value)).scalar_one())


@pytest.fixture
def old(tmp_path: Path) -> str:
    connection = sqlite3.connect(tmp_path / "old.db")
    connection.executescript(FORMAT_1.read_text(encoding="utf-8"))
    connection.close()
    return str(tmp_path / "old.db")


def check(store: Store) -> None:
    found = store.get_answers(KEYS)
    assert [found[key].text for key in KEYS] == ["Hällo 0", "Hällo 1", "Hällo 2"]
    assert found[KEYS[1]].logprobs is not None
    assert found[KEYS[2]].flags == ("truncated",)
    assert all(a.first_token_s is None and a.tokens_per_s is None and a.latency_s == 0.25 for a in found.values())
    assert store.get_scores("similarity", KEYS) == {(KEYS[0], "x"): Score(value=0.5)}
    run = get_run(store, "old")
    assert run.details == {"out": "o.csv"}
    assert (store.spent(run.id).requests, store.spent(run.id).usd) == (3, 0.75)
    assert version(store) == str(schema.VERSION)


def test_an_old_store_goes_on(old: str) -> None:
    with open_store(old) as store:
        check(store)
        put(store, answer("new", first_token_s=0.125, latency_s=0.625, flags=("looping", "stopped_early")))
    with open_store(old) as store:
        check(store)
        (new,) = store.get_answers(["new"]).values()
    assert (new.first_token_s, new.tokens_per_s) == (0.125, 4.0)
    assert new.flags == ("looping", "stopped_early")


def test_what_an_interrupted_update_left_is_taken_up(old: str) -> None:
    connection = sqlite3.connect(old)
    connection.execute("ALTER TABLE answers ADD COLUMN first_token_s FLOAT")
    connection.commit()
    connection.close()
    with open_store(old) as store:
        check(store)


def test_several_processes_open_an_old_store_at_once(old: str) -> None:
    errors: list[Exception] = []

    def use() -> None:
        try:
            with open_store(old) as store:
                check(store)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=use) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []


def test_on_every_database(url: str) -> None:
    with open_store(url) as store:
        put(store, answer("k"))
        store.flush()
        with store.transaction() as connection:
            connection.execute(sa.text("ALTER TABLE answers DROP COLUMN first_token_s"))
            connection.execute(sa.text("ALTER TABLE ledger DROP COLUMN model"))
            connection.execute(sa.text("UPDATE meta SET value = '1'"))
    with open_store(url) as store:
        assert store.get_answers(["k"]) == {"k": answer("k")}
        put(store, answer("m", first_token_s=0.5))
        store.flush()
        assert store.get_answers(["m"]) == {"m": answer("m", first_token_s=0.5)}
        assert version(store) == str(schema.VERSION)


def test_a_newer_store_is_left_as_it_is(old: str) -> None:
    connection = sqlite3.connect(old)
    connection.execute("UPDATE meta SET value = '99'")
    connection.commit()
    before = list(connection.iterdump())
    with pytest.raises(StoreUnusable, match="another version"):
        open_store(old)
    assert list(connection.iterdump()) == before
    connection.close()
