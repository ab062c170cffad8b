"""Runs, their ids and their names."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from feinschliff.errors import InputError
from feinschliff.store import Store, get_run, open_store, start_run
from feinschliff.store.schema import runs


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(str(tmp_path / "s.db")) as store:
        yield store


@pytest.mark.parametrize("name", ["", "  ", "0123456789ab", "ABCDEF012345"])
def test_a_name_is_not_empty_and_no_id(store: Store, name: str) -> None:
    with pytest.raises(InputError, match="cannot be the name"):
        start_run(store, {"what": 1}, kind="tune", name=name)
    assert start_run(store, {"what": 1}, kind="tune", name="0123456789a").name == "0123456789a"


def test_a_name_that_is_another_runs_id_hides_neither(store: Store) -> None:
    """Older stores can hold such a name."""
    one, two = (start_run(store, {"what": n}, kind="tune") for n in (1, 2))
    with store.transaction() as connection:
        connection.execute(sa.update(runs).where(runs.c.id == one.id).values(name=two.id))
    assert get_run(store, two.id).id == two.id
    assert get_run(store, one.id).name == two.id


def test_a_name_goes_before_the_beginning_of_an_id(store: Store) -> None:
    one, two = (start_run(store, {"what": n}, kind="tune") for n in (1, 2))
    start_run(store, {"what": 2}, kind="tune", name=one.id[:6])
    assert get_run(store, one.id[:6]).id == two.id
    assert get_run(store, one.id[:7]).id == one.id
