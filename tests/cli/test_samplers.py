"""`fein tune --sampler NAME` on the house model, and what is said where that cannot be."""

from __future__ import annotations

import sys

import pytest

from feinschliff.tuning.samplers import SAMPLERS
from tests.cli.conftest import Fein

QUICK = ("-p", "temperature=0:1.5", "-p", "max_tokens=8", "--requests", "100")


@pytest.mark.parametrize("name", SAMPLERS)
def test_every_sampler_finds_settings_on_the_house_model(fein: Fein, name: str) -> None:
    numbers = ("--init-points", "3", "--n-iter", "2") if name in {"tpe", "bayes_opt", "random"} else ()
    done = fein("tune", *QUICK, "--sampler", name, *numbers, "--json")
    assert done.code == 0, done.err
    assert done.json["verdict"] in {"better", "no measurable gain", "worse"}
    assert 0 <= done.json["settings"]["temperature"] <= 1.5
    assert done.json["spent"]["requests"] <= 100
    assert not any("--n-iter" in warning for warning in done.json["warnings"])
    again = fein("tune", *QUICK, "--sampler", name, *numbers, "--json")
    assert again.json["settings"] == done.json["settings"]
    assert again.json["spent"] == done.json["spent"]


def test_a_budget_that_ends_before_the_settings_do_is_told(fein: Fein) -> None:
    done = fein("tune", *QUICK, "--sampler", "random", "--init-points", "3", "--n-iter", "50", "--json")
    assert done.code == 0
    tried = 53 - int(next(w for w in done.json["warnings"] if "--n-iter" in w).split()[0])
    assert 4 <= tried <= 46 // 4  # 46 answers are for the search, at least 4 for each setting


@pytest.mark.parametrize(("name", "package"), [("tpe", "optuna"), ("bayes_opt", "bayes_opt")])
def test_a_library_that_is_not_installed(fein: Fein, monkeypatch: pytest.MonkeyPatch, name: str, package: str) -> None:
    monkeypatch.setitem(sys.modules, package, None)
    done = fein("tune", *QUICK, "--sampler", name, "--json")
    assert done.code == 2
    assert package in done.json["error"]["message"]
    assert done.json["error"]["mend"] == "run: pip install 'feinschliff[samplers]'"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--sampler", "fein", "--n-iter", "5"), "takes no --n-iter"),
        (("--sampler", "gp", "--init-points", "5"), "takes no --init-points"),
        (("--sampler", "grid", "--init-points", "5"), "takes no --init-points"),
        (("--n-iter", "5"), "'fein' takes no --n-iter"),
        (("--sampler", "tpe", "--init-points", "0"), "--init-points 0 is below 1"),
        (("--sampler", "random", "--n-iter", "-1"), "--n-iter -1 is below 0"),
    ],
)
def test_numbers_that_a_sampler_has_no_use_for(fein: Fein, options: tuple[str, ...], said: str) -> None:
    done = fein("tune", *QUICK, *options, "--json")
    assert done.code == 2
    assert said in done.json["error"]["message"]
