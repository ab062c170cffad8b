from __future__ import annotations

from feinschliff.i18n import using
from feinschliff.report import format
from feinschliff.report.ascii import ascii_text


def test_german_numbers_have_a_comma_and_settings_keep_the_point():
    with using("de"):
        assert format.score(0.6123) == "0,612"
        assert format.signed(-0.056) == "-0,056"
        assert format.count(1234567) == "1.234.567"
        assert format.duration(2.34) == "2,3 s"
        assert format.money(0.0162) == "0,0162\N{NO-BREAK SPACE}$"
        assert format.moment(1_780_000_000) == "28.05.2026, 20:26 UTC"
        assert format.setting(0.2099731) == "0.21"
        assert format.exact(0.2099731) == "0.2099731"


def test_english_numbers():
    assert format.score(0.6123) == "0.612"
    assert format.count(1234567) == "1,234,567"
    assert format.money(0.0162) == "$0.0162"
    assert format.money(12) == "$12.00"
    assert format.moment(1_780_000_000) == "2026-05-28 20:26 UTC"
    assert [format.duration(s) for s in (0.04, 2.34, 59.6, 3720)] == ["40 ms", "2.3 s", "1 min 0 s", "1 h 2 min"]


def test_lines_do_not_break_inside_an_interval():
    assert format.typeset("95 % interval -0.1") == "95\N{NO-BREAK SPACE}% interval \N{MINUS SIGN}0.1"
    assert "95-" not in format.typeset("95-%-Intervall")


def test_ascii():
    assert (
        ascii_text("„Größe“ – 5 €, Łódź, 한 🎉, naïve, 1\N{NO-BREAK SPACE}%")
        == '"Groesse" - 5 EUR, ?odz, ? ?, naive, 1 %'
    )
