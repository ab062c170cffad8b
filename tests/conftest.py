"""Settings of the whole test run."""

from __future__ import annotations

import signal
from collections.abc import Generator
from typing import Any

import pytest


def pytest_configure() -> None:
    """A shell starts what runs in its background with Ctrl-C ignored; the tests of Ctrl-C need it."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--strict-no-skip`: in the second suite a skip is a failure."""
    parser.addoption("--strict-no-skip", action="store_true", help="count a skipped test as failed")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[Any]) -> Generator[None, Any, Any]:
    """Turn skips into failures where that was asked for."""
    report = yield
    if report.skipped and item.config.getoption("--strict-no-skip"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which fails here: {report.longrepr}"
    return report


@pytest.fixture(autouse=True)
def _own_surroundings(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test sees the user's store, keys or endpoint."""
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("XDG_DATA_HOME", str(home))
    monkeypatch.setenv("FEIN_LANG", "en")
    for name in ("FEIN_STORE", "OPENAI_API_KEY", "OPENAI_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
