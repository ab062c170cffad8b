"""Bits per weight of quantised models: what files of a name really weigh, mixtures and larger embeddings included.

Source: sizes of Llama-3.1-8B (8.03 B parameters) in llama.cpp's `tools/quantize/README.md`; q4_0, q4_1, q5_0 and q5_1
from the sizes of the same model as published. Small models take more: see `typical_weights`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from feinschliff.errors import InputError
from feinschliff.i18n import tr
from feinschliff.models.file_types import full_name
from feinschliff.models.sizes import parse_count
from feinschliff.models.typical import is_mixed_size

BITS: Mapping[str, float] = MappingProxyType(
    {
        "f32": 32.0,
        "f16": 16.0,
        "bf16": 16.0,
        "q8_0": 8.50,
        "q6_k": 6.56,
        "q5_1": 6.04,
        "q5_k_m": 5.70,
        "q5_k_s": 5.57,
        "q5_0": 5.57,
        "q4_1": 5.10,
        "q4_k_m": 4.89,
        "iq4_nl": 4.68,
        "q4_k_s": 4.67,
        "q4_0": 4.64,
        "iq4_xs": 4.46,
        "mxfp4": 4.40,
        "q3_k_l": 4.30,
        "q3_k_m": 4.00,
        "q3_k_s": 3.64,
        "q2_k": 3.16,
    }
)
"""By name, the largest first."""

COMMON = ("f16", "q8_0", "q6_k", "q5_k_m", "q4_k_m", "q4_0", "q3_k_m", "q2_k")
"""Those that a shortlist names."""


def quant_name(text: str) -> str:
    """The name in `BITS` that a text means. Raises: InputError for an unknown one."""
    name = full_name(text)
    if name not in BITS:
        raise InputError(
            tr("no quantisation '{name}' is known", name=text),
            asked=f"--quant {text}",
            found=", ".join(BITS),
            mend=tr("give one of these"),
        )
    return name


def size_and_quant(text: str) -> tuple[str, str | None] | None:
    """("8B", "Q4_K_M") of "8B at Q4_K_M" or "8B Q4_K_M", ("8B", None) of "8B"; None for what begins with no size."""
    found = re.fullmatch(r"\s*(\d\S*?(?:\s*[bm])?)(?:\s+(?:at\s+|@\s*)?([a-z]\S*))?\s*", text, re.IGNORECASE)
    if found is None:
        return None
    size, quant = found[1], found[2]
    if is_mixed_size(size) or (parse_count(size) is not None and size[-1].isalpha()):
        return size, quant
    return None
