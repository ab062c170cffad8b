from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from feinschliff.report.chart import Chart, Scale, labelled, log_ticks, nice_ticks, step_points


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (0.0, 1.0, [0, 0.2, 0.4, 0.6, 0.8, 1.0]),
        (0.41, 0.62, [0.45, 0.5, 0.55, 0.6]),
        (-1.0, 1.0, [-1, -0.5, 0, 0.5, 1]),
    ],
)
def test_ticks_are_round_numbers_inside(low: float, high: float, ticks: list[float]):
    assert nice_ticks(low, high) == pytest.approx(ticks)


def test_an_empty_range_has_one_tick():
    assert nice_ticks(3.0, 3.0) == [3.0]


def test_log_ticks():
    assert log_ticks(1, 100) == [1, 2, 5, 10, 20, 50, 100]


def test_scales_clip_and_keep_the_order():
    scale = Scale(1, 100, 0, 200, log=True)
    assert [scale(v) for v in (0, 1, 10, 100, 1000)] == [0, 0, 100, 200, 200]


def test_labels_share_their_decimals():
    assert [text for _, text in labelled([-0.5, 0.0, 0.25])] == ["\N{MINUS SIGN}0.50", "0.00", "0.25"]


def test_a_staircase_holds_each_value():
    assert step_points([0, 1], [5, 7], lambda x, y: (x, y)) == [(0, 5), (1, 5), (1, 7)]


def test_text_of_any_kind_stays_well_formed():
    chart = Chart(100, 50, 'a <b> & "c" \x00')
    chart.text(1, 1, "</svg><script>\x1b\ud800", "tick")
    chart.circle(1, 1, 2, "trial", "<&>")
    root = ET.fromstring(chart.svg())
    assert root[0].text == "</svg><script>\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}"
