"""Memory as a range, layers on a card, verdicts and speeds."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feinschliff.errors import InputError, ModelError
from feinschliff.models.fit import Fit, fit, fit_quantised, read_candidate, sentence, typical_candidate
from feinschliff.models.gpus import Gpu, parse_gpu
from feinschliff.models.house import house_path, house_training_folder
from feinschliff.models.measuring import allocations, measure
from feinschliff.models.memory import Memory, Range, vocabulary_bytes
from feinschliff.models.plan import Plan
from feinschliff.models.quants import BITS, quant_name
from feinschliff.models.residuals import keep_residual, known_residuals, off, residual
from feinschliff.models.sizes import GIB, MIB
from feinschliff.models.speed import Speed, speed_of
from feinschliff.models.typical import mixed_size
from tests.fakes.model_files import Sizes, write_model

LLAMA = 8_030_000_000


def fitted(size: int, quant: str, gpu: str | None = None, *, room: int | None = 64 * GIB, **plan: object) -> Fit:
    card = None if gpu is None else parse_gpu(gpu)
    return fit(typical_candidate(size, quant), Plan(**{"context_tokens": 4096, **plan}), gpu=card, room=room)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("quant", "gib"),
    [("f16", 14.96), ("q8_0", 7.95), ("q6_k", 6.14), ("q5_k_m", 5.33), ("q4_k_m", 4.58), ("q2_k", 2.95)],
)
def test_weights_as_llama_cpp_publishes_them(quant: str, gib: float) -> None:
    assert typical_candidate(LLAMA, quant).weights.total / GIB == pytest.approx(gib, rel=0.01)


@pytest.mark.parametrize(
    ("size", "quant", "gib"),
    [
        (494_000_000, "q4_k_m", 0.37),
        (494_000_000, "q8_0", 0.49),
        (494_000_000, "q2_k", 0.315),
        (494_000_000, "f16", 0.92),
    ],
)
def test_small_models_take_more_bits(size: int, quant: str, gib: float) -> None:
    assert typical_candidate(size, quant).weights.total / GIB == pytest.approx(gib, rel=0.03)
    assert typical_candidate(size, quant).weights.parameters == size
    rows = {name: size for name, size, _ in fit_quantised(fitted(size, "f16"))}
    assert rows[quant] == typical_candidate(size, quant).weights.total


@pytest.mark.parametrize(("size", "quant", "gib"), [("8x7B", "q4_k_m", 26.49), ("8x22B", "f16", 281.2 / 1.0737)])
def test_a_size_in_experts(size: str, quant: str, gib: float) -> None:
    told = mixed_size(size)
    assert told is not None
    found = typical_candidate(told[0], quant, active=told[1])
    assert found.weights.total / GIB == pytest.approx(gib, rel=0.03)
    assert found.shape.experts == 8
    read = found.weights.read_per_token(2 / 8) / found.weights.total
    assert read == pytest.approx(told[1] / told[0], rel=0.05)
    assert mixed_size("4x3B") is None


@given(
    weights=st.integers(0, 1 << 40),
    kv=st.integers(0, 1 << 36),
    buffers=st.integers(0, 1 << 36),
    process=st.integers(1 << 20, 1 << 28),
)
@settings(max_examples=200, deadline=None)
def test_no_range_is_wider_than_15_percent(weights: int, kv: int, buffers: int, process: int) -> None:
    memory = Memory(weights, kv, 0, buffers, buffers // 2, process, 0)
    for found, size in ((memory.full, memory.total), (memory.answered, memory.total - buffers + buffers // 2)):
        assert 0 < found.low <= size <= found.high
        assert (found.high - found.low) / (found.high + found.low) <= 0.1501
        assert found.off(size) == 0.0


def test_how_far_a_size_lies_outside_a_range() -> None:
    found = Range(90, 110)
    assert [found.off(size) for size in (45, 90, 100, 110, 121)] == [-0.5, 0.0, 0.0, 0.0, pytest.approx(0.1)]


def test_a_vocabulary_takes_memory_by_its_tokenizer(tmp_path: Path) -> None:
    shape = read_candidate(write_model(tmp_path / "m.gguf", Sizes(vocabulary=2000))).shape
    assert shape.merges == 2000 - 2 - 256
    letters = 2 * (sys.maxunicode + 1)
    assert vocabulary_bytes(shape) == letters + 222 * 2000 + 195 * 1742
    assert vocabulary_bytes(replace(shape, tokenizer="llama")) == 222 * 2000
    assert vocabulary_bytes(replace(shape, merges=None)) == letters + (222 + 195) * 2000


def test_verdicts_in_words() -> None:
    assert fitted(LLAMA, "q4_k_m", "RTX 4090").words == "fits on the GPU"
    part = fitted(70_000_000_000, "q4_k_m", "24GiB")
    assert part.words == f"fits with {part.placement.on_card} of 81 layers on the GPU"
    assert 30 < part.placement.on_card < 55
    assert part.placement.card_high <= 24 * GIB
    none = fitted(70_000_000_000, "q4_k_m", "24GiB", room=8 * GIB)
    assert none.words == "does not fit"
    assert "24.0 GiB" in sentence(none)
    assert "8.00 GiB" in sentence(none)
    assert fitted(LLAMA, "q4_k_m").words == "fits"
    assert fitted(LLAMA, "q4_k_m", room=4 * GIB).words == "does not fit"
    assert fitted(LLAMA, "q4_k_m", room=None).words == "may fit"
    close = fitted(LLAMA, "q4_k_m")
    assert fitted(LLAMA, "q4_k_m", room=close.placement.memory.full.low + MIB).words == "may fit"
    assert fitted(LLAMA, "q4_k_m", "512MiB").words == "fits"


def test_more_room_never_takes_fewer_layers() -> None:
    counts = [fitted(LLAMA, "q4_k_m", f"{gib}GiB").placement.on_card for gib in range(1, 10)]
    assert counts == sorted(counts)
    assert counts[0] == 0
    assert counts[-1] == 33


def test_shared_memory_holds_both_parts() -> None:
    mac = replace(parse_gpu("M2 Max 32GB"), memory_bytes=32 * GIB)
    found = fit(typical_candidate(70_000_000_000, "q4_k_m"), Plan(4096), gpu=mac, room=32 * GIB)
    assert found.words == "does not fit"
    assert fit(typical_candidate(LLAMA, "q4_k_m"), Plan(4096), gpu=mac, room=32 * GIB).words == "fits on the GPU"


def test_which_quantisations_fit() -> None:
    rows = {name: other.words for name, _, other in fit_quantised(fitted(LLAMA, "q4_k_m", "8GiB", room=2 * GIB))}
    assert rows["f16"] == "does not fit"
    assert rows["q4_k_m"] == "fits on the GPU"
    sizes = [size for _, size, _ in fit_quantised(fitted(LLAMA, "q4_k_m"))]
    assert sizes == sorted(sizes, reverse=True)


def test_quantisations_of_a_file_are_none_larger_than_it() -> None:
    candidate = read_candidate(house_path())
    found = fit(candidate, Plan(2048), gpu=None, room=GIB)
    rows = {name: size for name, size, _ in fit_quantised(found)}
    assert "f16" not in rows
    assert rows["q8_0"] == pytest.approx(candidate.weights.total, rel=0.01)
    assert rows["q4_0"] < rows["q6_k"] < rows["q8_0"]


def test_all_experts_take_memory_and_few_take_time(tmp_path: Path) -> None:
    sizes = Sizes(architecture="qwen3moe", layers=2, width=256, heads_kv=2, hidden=512, experts=8, experts_used=2)
    candidate = read_candidate(write_model(tmp_path / "m.gguf", sizes))
    experts = sum(candidate.weights.experts)
    assert experts == 2 * 8 * 3 * 256 * 512 * 34 // 32
    assert candidate.weights.total > experts
    whole = candidate.weights.read_per_token(1.0)
    assert whole - candidate.weights.read_per_token(2 / 8) == experts * 6 // 8


def test_speed_is_bound_by_what_a_token_reads() -> None:
    found = fitted(LLAMA, "q4_k_m", "RTX 4090")
    speed = speed_of(found.placement, GIB, card_bandwidth=1008e9, main_bandwidth=None)
    assert speed is not None
    assert 180 < speed.ceiling < 240
    assert speed.low < speed.high < speed.ceiling
    part = fitted(70_000_000_000, "q4_k_m", "RTX 4090")
    assert speed_of(part.placement, GIB, card_bandwidth=1008e9, main_bandwidth=None) is None
    slow = speed_of(part.placement, GIB, card_bandwidth=1008e9, main_bandwidth=50e9)
    assert slow is not None
    assert slow.ceiling < 5
    assert speed_of(found.placement, 0, card_bandwidth=None, main_bandwidth=50e9) is None


def test_speed_is_bound_by_what_processors_compute_too() -> None:
    small = fit(typical_candidate(1_000_000_000, "q4_0"), Plan(4096), gpu=None, room=64 * GIB).placement

    def speed(bits: float, threads: int, rate: float = 1e12) -> Speed:
        found = speed_of(small, 0, card_bandwidth=None, main_bandwidth=rate, bits=bits, threads=threads)
        assert found is not None
        return found

    # Memory without end: a billion weights take one thread 10 to 67 ms, four of them a quarter.
    weights = small.main_read * 8 / 4.5
    assert speed(4.5, 1, 1e15).high == pytest.approx(100e9 / weights, rel=0.01)
    assert speed(4.5, 4, 1e15).high == pytest.approx(400e9 / weights, rel=0.01)
    assert speed(4.5, 1, 1e15).low == pytest.approx(15e9 / weights, rel=0.01)
    # Where memory is slow, threads change little.
    assert speed(4.5, 16, 5e9).high == pytest.approx(speed(4.5, 16, 5e9).ceiling, rel=0.02)


def test_fast_cards_lose_time_at_each_layer() -> None:
    found = fitted(LLAMA, "q4_k_m", "H200").placement
    slow, fast = (speed_of(found, 0, card_bandwidth=rate, main_bandwidth=None) for rate in (1e12, 1e13))
    assert slow is not None
    assert fast is not None
    assert fast.ceiling == pytest.approx(10 * slow.ceiling)
    assert fast.low < 3 * slow.low
    assert fast.low < 1 / (33 * 0.15e-3)


def test_a_card_that_is_partly_taken() -> None:
    card = Gpu("x", 24 * GIB, 1e12, free_bytes=3 * GIB)
    assert 0 < fit(typical_candidate(LLAMA, "q4_k_m"), Plan(4096), gpu=card, room=64 * GIB).placement.on_card < 33


def test_a_folder_of_safetensors() -> None:
    folder, file = read_candidate(house_training_folder()), read_candidate(house_path("house-2"))
    assert folder.shape.layers == file.shape.layers
    assert folder.weights.total == 2 * folder.weights.parameters
    assert sum(folder.weights.layers) == pytest.approx(sum(file.weights.layers) * 32 / 17, rel=0.01)
    names = [name for name, _, _ in fit_quantised(fit(folder, Plan(512), gpu=None, room=GIB))]
    assert names[0] == "f16"


def test_names_of_quantisations() -> None:
    assert quant_name("Q4_K") == quant_name("q4-k-m") == "q4_k_m"
    assert list(BITS.values()) == sorted(BITS.values(), reverse=True)
    with pytest.raises(InputError, match="no quantisation 'q9'"):
        quant_name("q9")


def test_a_file_without_layers(tmp_path: Path) -> None:
    file = write_model(tmp_path / "none.gguf", Sizes(more={"block_count": 0}))
    with pytest.raises(ModelError, match="tells nothing of a model's layers"):
        read_candidate(file)


@pytest.mark.parametrize("plan", [Plan(1024, 2, "f16"), Plan(1024, 1, "q8_0")], ids=["f16", "q8_0"])
def test_the_house_models_process_lies_inside_the_range(plan: Plan) -> None:
    memory = fit(read_candidate(house_path()), plan, gpu=None, room=None).placement.memory
    done = measure(house_path(), slots=plan.slots, context_tokens=plan.context_tokens, kv=plan.kv)
    assert done.full is not None
    assert off(memory, done) == (0.0, 0.0)
    assert residual(memory, done) == 0.0
    assert known_residuals() == []
    keep_residual("house", plan, memory, done)
    keep_residual("house", plan, memory, replace(done, full=round(memory.full.high * 1.1)))
    assert known_residuals() == [pytest.approx(0.1, abs=0.001)]


def test_what_llama_cpp_tells_is_read() -> None:
    log = (
        "0.00.1 I llama_kv_cache:        CPU KV buffer size =     1.50 MiB\n"
        "0.00.2 I llama_kv_cache:        CPU KV buffer size =     0.50 MiB\n"
        "0.00.3 I sched_reserve:        CPU compute buffer size =    22.01 MiB\n"
    )
    assert allocations(log) == {"kv": 2 * MIB, "compute": round(22.01 * MIB)}
