"""A smaller model file from whatever the user has: a GGUF file, a folder, or the name of a shipped model."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from feinschliff.errors import OutputError
from feinschliff.i18n import tr
from feinschliff.models.convert import convert
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.quantise import Quantised, check_out, check_space, mixture_name, quantise
from feinschliff.models.safetensors import read_safetensors


@contextmanager
def made_smaller(
    source: Path,
    out: Path,
    mixture: str,
    *,
    threads: int | None = None,
    watch: Callable[[int, int], None] | None = None,
) -> Iterator[tuple[Quantised, Path]]:
    """Quantise; gives what came of it, and a GGUF file of the source that lives as long as the block.

    Raises: as `quantise`; ModelError for a folder that cannot be converted.
    """
    mixture = mixture_name(mixture)
    if out.suffix != ".gguf":
        raise OutputError(
            tr("{out} does not end in .gguf", out=out), asked=str(out), mend=tr("call it {name}", name=f"{out}.gguf")
        )
    if not source.is_dir():
        yield quantise(source, out, mixture, threads=threads, watch=watch), source
        return
    check_out(source, out)
    weights = read_safetensors(source)
    check_space(out, sum(tensor.bytes for tensor in weights.values()))
    whole = out.with_name(f".{out.stem}.whole.gguf")
    kinds = {tensor.kind.name for tensor in weights.values()}
    plain = "f32" if "f32" in kinds else "bf16" if "bf16" in kinds else "f16"
    try:
        convert(source, whole, name=plain)
        if plain == mixture:
            whole.rename(out)
            yield _unchanged(source, out, mixture), out
        else:
            done = quantise(whole, out, mixture, threads=threads, watch=watch)
            size = sum(tensor.bytes for tensor in weights.values())
            yield replace(done, source=source, bytes_before=size), whole
    finally:
        whole.unlink(missing_ok=True)


def _unchanged(source: Path, out: Path, mixture: str) -> Quantised:
    """A conversion that lost nothing."""
    tensors = read_gguf(out).tensors
    weights, size = sum(t.weights for t in tensors), sum(t.bytes for t in tensors)
    return Quantised(source, out, mixture, size, out.stat().st_size, weights, round(8 * size / weights, 4), ())
