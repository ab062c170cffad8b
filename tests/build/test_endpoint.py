"""The public endpoint: what it is given holds, for the embedded engine as well."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

import pytest

from feinschliff.build import Endpoint
from feinschliff.errors import InputError
from feinschliff.models.house import house_path
from tests.contracts.endpoint_contract import Collector, CountingGate, make_requests


class HurriedGate(CountingGate):
    """One that has little time."""

    def __init__(self, seconds: float, cap: int | None = None) -> None:
        super().__init__(cap)
        self._until = time.monotonic() + seconds

    def time_left_s(self) -> float | None:
        return self._until - time.monotonic()

    def admit(self, request: object) -> bool:
        return time.monotonic() < self._until and super().admit(request)  # type: ignore[arg-type]


@pytest.mark.parametrize("limit", [{"rpm": 3}, {"tpm": 100}])
def test_limits_per_minute_hold_for_the_embedded_engine(limit: dict[str, int]) -> None:
    with Endpoint(**limit).open() as engine:  # type: ignore[arg-type]
        (name,) = [info.name for info in engine.models()]
        report = engine.send(make_requests(12, name), gate=HurriedGate(1.0), sink=Collector())
    assert 1 <= report.sent <= 3
    assert report.sent + len(report.unsent) == 12


def test_limits_per_minute_are_those_of_all_model_files_together(tmp_path: Path) -> None:
    second = shutil.copy(house_path(), tmp_path / "second.gguf")
    endpoint = Endpoint(rpm=3).open(models=["house-1", str(second)])
    try:
        names = [info.name for info in endpoint.models()]
        assert len(names) == 2
        requests = [request for name in names for request in make_requests(3, name)]
        report = endpoint.send(requests, gate=HurriedGate(1.5), sink=Collector())
    finally:
        endpoint.close()
    assert report.sent == 3


def test_the_embedded_engine_is_given_so_long_for_one_answer() -> None:
    with Endpoint(timeout_s=0.002).open() as engine:
        (name,) = [info.name for info in engine.models()]
        report = engine.send(make_requests(1, name, max_tokens=64), gate=CountingGate(1), sink=Collector())
    assert sum(report.failed_attempts.values()) == 1


def test_a_key_or_a_header_needs_an_endpoint(tmp_path: Path) -> None:
    for model in (None, "house-1", str(tmp_path / "a.gguf")):
        with pytest.raises(InputError, match="needs an endpoint") as caught:
            Endpoint(model=model, api_key_env="MY_KEY")
        assert "--endpoint" in str(caught.value.mend)
        with pytest.raises(InputError, match="needs an endpoint"):
            Endpoint(model=model, headers={"X-Team": "secret"})
