"""The JSON document of `fein models fit`; what people are shown is made from it too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from feinschliff.i18n import tr

if TYPE_CHECKING:
    from feinschliff.models.fit import Fit
    from feinschliff.models.hardware import Machine
    from feinschliff.models.measuring import Measured
    from feinschliff.models.memory import Range
    from feinschliff.models.speed import Speed


def fit_document(
    found: Fit, machine: Machine, speed: Speed | None, measured: Measured | None, rows: list[tuple[str, int, Fit]]
) -> dict[str, Any]:
    """The whole estimate; sizes in bytes."""
    from feinschliff.models.fit import sentence
    from feinschliff.models.residuals import known_residuals

    candidate, placed, memory = found.candidate, found.placement, found.placement.memory
    return {
        "verdict": found.words,
        "sentence": sentence(found),
        "model": {
            "name": candidate.name,
            "architecture": candidate.shape.architecture,
            "parameters": candidate.weights.parameters,
            "active_parameters": candidate.active,
            "quantisation": candidate.quant,
            "bits_per_weight": round(candidate.bits, 3),
            "like": candidate.like,
            "layers": len(candidate.shape.layers),
            "context": candidate.shape.context,
        },
        "context": found.plan.context_tokens,
        "slots": found.plan.slots,
        "kv": found.plan.kv,
        "memory": {
            "weights_bytes": memory.weights,
            "kv_cache_bytes": memory.kv,
            "state_bytes": memory.state,
            "buffers_bytes": memory.buffers,
            "process_bytes": memory.process,
            "requests_bytes": memory.requests,
            **_range(memory.full),
            "full_context_bytes": memory.total,
            "answered": _range(memory.answered),
        },
        "gpu": _gpu_part(found),
        "main_memory": {"low_bytes": placed.main_low, "high_bytes": placed.main_high, "free_bytes": found.room},
        "quantisations": [
            {"name": name, "weights_bytes": size, "verdict": other.words, "fits": other.verdict.startswith("fits")}
            for name, size, other in rows
        ],
        "speed": None
        if speed is None
        else {
            "tokens_per_s_low": round(speed.low, 2),
            "tokens_per_s_high": round(speed.high, 2),
            "ceiling_tokens_per_s": round(speed.ceiling, 2),
            "main_bandwidth_bytes_per_s": None if speed.main_bandwidth is None else round(speed.main_bandwidth),
            "gpu_bandwidth_bytes_per_s": None if speed.card_bandwidth is None else round(speed.card_bandwidth),
        },
        "machine": {
            "processor": machine.processor,
            "processors": machine.processors,
            "memory_bytes": machine.memory_bytes,
            "memory_free_bytes": machine.memory_free_bytes,
            "gpus": [
                {"name": g.name, "memory_bytes": g.memory_bytes, "free_bytes": g.free_bytes} for g in machine.gpus
            ],
            "disk_free_bytes": machine.disk_free_bytes,
        },
        "disk_fits": candidate.file is not None or candidate.weights.total < machine.disk_free_bytes,
        "measured": None if measured is None else _measured_part(found, measured),
        "residuals": [round(value, 4) for value in known_residuals()],
        "warnings": _warnings(found),
    }


def _range(found: Range) -> dict[str, int]:
    return {"low_bytes": found.low, "high_bytes": found.high, "expected_bytes": found.middle}


def _gpu_part(found: Fit) -> dict[str, Any] | None:
    if found.gpu is None:
        return None
    placed = found.placement
    return {
        "name": found.gpu.name,
        "memory_bytes": found.gpu.memory_bytes,
        "room_bytes": found.gpu.room_bytes,
        "source": found.gpu.source,
        "layers_on_gpu": placed.on_card,
        "layers": placed.layers,
        "low_bytes": placed.card_low,
        "high_bytes": placed.card_high,
        "all_layers_low_bytes": placed.all_low,
        "all_layers_high_bytes": placed.all_high,
    }


def _measured_part(found: Fit, measured: Measured) -> dict[str, Any]:
    from feinschliff.models.residuals import from_middle, off, residual

    memory = found.placement.memory
    answered, full = off(memory, measured)
    return {
        "loaded_bytes": measured.loaded,
        "answered_bytes": measured.answered,
        "full_bytes": measured.full,
        "kv_cache_bytes": measured.told.get("kv"),
        "compute_bytes": measured.told.get("compute"),
        "inside": residual(memory, measured) == 0,
        "answered_residual": round(answered, 4),
        "full_residual": None if full is None else round(full, 4),
        "residual": round(residual(memory, measured), 4),
        "from_middle": round(from_middle(memory, measured), 4),
    }


def _warnings(found: Fit) -> list[str]:
    shape, plan, notes = found.candidate.shape, found.plan, []
    if "architecture" in shape.notes:
        notes.append(tr("{name} keeps more than is counted here: it will need more", name=shape.architecture))
    if shape.context is not None and plan.context_tokens > shape.context:
        notes.append(
            tr(
                "the model was trained for {own} tokens of context, and {n} are wanted",
                own=shape.context,
                n=plan.context_tokens,
            )
        )
    if found.candidate.like is not None:
        notes.append(
            tr(
                "without a file the shape of {like} stands in: the cache can be several times smaller or larger",
                like=found.candidate.like,
            )
        )
    if found.gpu is not None and _engine_without_gpu():
        notes.append(
            tr("the embedded engine that is installed here computes on processors only; on the GPU another server does")
        )
    return notes


def _engine_without_gpu() -> bool:
    from feinschliff.endpoints.engine import on_processors
    from feinschliff.errors import ModelError

    try:
        return on_processors()
    except ModelError:
        return True
