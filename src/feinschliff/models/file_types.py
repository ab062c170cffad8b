"""Quantisations by name: what a file tells of itself (`general.file_type`), and what its name says."""

from __future__ import annotations

import re

FILE_TYPES = {
    0: "F32", 1: "F16", 2: "Q4_0", 3: "Q4_1", 7: "Q8_0", 8: "Q5_0", 9: "Q5_1", 10: "Q2_K", 11: "Q3_K_S", 12: "Q3_K_M",
    13: "Q3_K_L", 14: "Q4_K_S", 15: "Q4_K_M", 16: "Q5_K_S", 17: "Q5_K_M", 18: "Q6_K", 19: "IQ2_XXS", 20: "IQ2_XS",
    21: "Q2_K_S", 22: "IQ3_XS", 23: "IQ3_XXS", 24: "IQ1_S", 25: "IQ4_NL", 26: "IQ3_S", 27: "IQ3_M", 28: "IQ2_S",
    29: "IQ2_M", 30: "IQ4_XS", 31: "IQ1_M", 32: "BF16", 36: "TQ1_0", 37: "TQ2_0", 38: "MXFP4",
}  # fmt: skip
"""llama.cpp's name by number."""

FILE_TYPE_NUMBERS = {name.lower(): number for number, name in FILE_TYPES.items()}
"""The same the other way round, the names in lower case."""

ALIASES = {"q4_k": "q4_k_m", "q5_k": "q5_k_m", "q3_k": "q3_k_m", "fp16": "f16", "int8": "q8_0", "q8": "q8_0"}
"""Names that are short for others, as in llama.cpp, or that people use."""

_IN_NAME = re.compile(r"(?<![A-Za-z0-9])((?:IQ|TQ|Q)[1-8](?:_[A-Z0-9]+)*|BF16|F16|F32|FP16|MXFP4)(?![A-Za-z0-9])", re.I)
_SHARD = re.compile(r"-(\d{5})-of-(\d{5})(?=\.(?:gguf|safetensors)$)")


def full_name(text: str) -> str:
    """The quantisation's name that a text means: any case, hyphens for underscores, short names; known or not."""
    name = text.strip().lower().replace("-", "_")
    return ALIASES.get(name, name)


def quantisation_in(name: str) -> str | None:
    """The quantisation that a file's name tells, the last one in it; None where it tells none."""
    found = _IN_NAME.findall(name)
    return found[-1].upper().replace("FP16", "F16") if found else None


def shard_of(name: str) -> tuple[str, int, int] | None:
    """(name without its number, number, how many there are) of a part of a model; None for a whole one."""
    found = _SHARD.search(name)
    return None if found is None else (_SHARD.sub("", name), int(found[1]), int(found[2]))
