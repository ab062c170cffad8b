"""Servers of another make, whose texts turn in circles or have no words."""

from __future__ import annotations

from pathlib import Path

import pytest
from benchmarks.probe.plain import one_server


@pytest.mark.parametrize("seed", [2, 17, 32, 59])
def test_every_knob_of_a_plain_server_with_a_seed(seed: int, tmp_path: Path) -> None:
    row = one_server(seed, tmp_path)
    assert row["seeded"]
    wrong = {name: told for name, told in row["knobs"].items() if told[0] != told[1]}
    assert not wrong
