"""The cache's size by our formula, and what the real engine says that it allocates."""

from __future__ import annotations

from pathlib import Path

import pytest

from feinschliff.errors import ModelError
from feinschliff.models.fit import read_candidate
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.house import house_models, house_path
from feinschliff.models.kv_cache import check_kv, padded, state_bytes
from feinschliff.models.measuring import Measured, measure
from feinschliff.models.memory import kv_by_layer
from feinschliff.models.plan import Plan
from feinschliff.models.shape import shape_of
from tests.fakes.model_files import Sizes, write_model

_PRINTED = 0.005 * (1 << 20)
"""llama.cpp prints MiB with two decimals."""

SHAPES = {
    "grouped": Sizes(layers=3, width=256, heads=8, heads_kv=2),
    "long heads": Sizes(layers=2, width=128, heads=4, heads_kv=1, head=96),
    "window": Sizes(
        architecture="gemma3", layers=7, width=128, heads=4, heads_kv=2, head=64, more={"attention.sliding_window": 512}
    ),
    "every other with a window": Sizes(
        architecture="gemma2", layers=4, heads_kv=2, head=64, more={"attention.sliding_window": 300}
    ),
    "windows as the file says": Sizes(
        architecture="gemma3",
        layers=4,
        head=64,
        more={"attention.sliding_window": 256, "attention.sliding_window_pattern": [True, False, True, True]},
    ),
    "a window that llama.cpp does not use": Sizes(more={"attention.sliding_window": 256}),
    "half with a state": Sizes(architecture="lfm2", layers=4, heads_kv=[0, 2, 0, 2], more={"shortconv.l_cache": 3}),
    "by layer": Sizes(
        architecture="deci",
        layers=4,
        width=256,
        heads=8,
        heads_kv=[8, 0, 2, 4],
        more={"attention.head_count": [8, 0, 8, 8]},
    ),
    "experts": Sizes(architecture="qwen3moe", layers=2, heads_kv=2, experts=4, experts_used=2),
}
PLANS = [Plan(2000, 1, "f16"), Plan(2048, 3, "q8_0"), Plan(700, 2, "q4_0")]


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A file of each shape."""
    folder = tmp_path_factory.mktemp("shapes")
    return {name: write_model(folder / f"{n}.gguf", sizes) for n, (name, sizes) in enumerate(SHAPES.items())}


def told(file: Path, plan: Plan) -> Measured:
    return measure(file, slots=plan.slots, context_tokens=plan.context_tokens, kv=plan.kv, fill_s=0.0)


@pytest.mark.parametrize("plan", PLANS, ids=lambda plan: f"{plan.slots}x{plan.context_tokens}-{plan.kv}")
@pytest.mark.parametrize("name", SHAPES)
def test_the_cache_is_what_llama_cpp_allocates(files: dict[str, Path], name: str, plan: Plan) -> None:
    ours = sum(kv_by_layer(read_candidate(files[name]).shape, plan))
    assert told(files[name], plan).told["kv"] == pytest.approx(ours, abs=_PRINTED * 2)


@pytest.mark.parametrize("model", [name for name in house_models() if "judge" not in name])
def test_the_house_models_cache(model: str) -> None:
    plan = Plan(2048, 4, "f16")
    ours = sum(kv_by_layer(read_candidate(house_path(model)).shape, plan))
    assert told(house_path(model), plan).told["kv"] == pytest.approx(ours, abs=_PRINTED)
    assert ours == 4 * 2048 * 4 * (256 + 256) * 2


def test_a_recurrent_model_has_a_state_that_does_not_grow(tmp_path: Path) -> None:
    more = {"ssm.state_size": 16, "ssm.conv_kernel": 4, "ssm.time_step_rank": 8, "ssm.inner_size": 256}
    file = write_model(tmp_path / "m.gguf", Sizes(architecture="mamba", layers=3, heads_kv=0, more=more))
    shape = shape_of(read_gguf(file))
    for tokens in (512, 2048):
        plan = Plan(tokens, 2, "f16")
        assert sum(kv_by_layer(shape, plan)) == 0
        assert told(file, plan).told["state"] == pytest.approx(state_bytes(shape, slots=2), abs=_PRINTED)


def test_llama_3_1_8b_by_hand() -> None:
    from feinschliff.models.typical import typical, typical_shape

    shape = typical_shape(typical(8_000_000_000))
    assert sum(kv_by_layer(shape, Plan(8192))) == 1 << 30
    assert sum(kv_by_layer(shape, Plan(131072))) == 16 << 30
    assert sum(kv_by_layer(shape, Plan(8192, 1, "q8_0"))) == (1 << 30) * 34 // 64


def test_a_quantised_cache_wants_heads_of_whole_blocks(tmp_path: Path) -> None:
    file = write_model(tmp_path / "odd.gguf", Sizes(width=64, heads=4, heads_kv=4, head=16))
    shape = shape_of(read_gguf(file))
    check_kv(shape, "f16")
    with pytest.raises(ModelError, match="does not work") as raised:
        check_kv(shape, "q8_0")
    assert "16" in str(raised.value.found)
    with pytest.raises(ModelError):
        told(file, Plan(256, 1, "q8_0"))


def test_contexts_are_padded() -> None:
    assert [padded(n) for n in (1, 256, 257, 2000)] == [256, 256, 512, 2048]
