"""Samplers: given what is known, what to try next."""

from collections.abc import Callable

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.tuning.samplers.fein import FeinSampler
from feinschliff.tuning.samplers.gp import GPSampler
from feinschliff.tuning.samplers.plain import GridSampler, RandomSampler
from feinschliff.tuning.samplers.protocol import Proposal, Sampler, Told

SAMPLERS: dict[str, Callable[..., Sampler]] = {"fein": FeinSampler, "gp": GPSampler, "random": RandomSampler, "grid": GridSampler}
"""Samplers by name."""


def make_sampler(name: str, *, seed: int) -> Sampler:
    """The sampler of this name. Raises: ParameterError for an unknown one."""
    if name not in SAMPLERS:
        raise ParameterError(
            tr("unknown sampler '{name}'", name=name),
            asked=f"--sampler {name}",
            found=tr("there are ") + ", ".join(SAMPLERS),
            mend=tr("use one of these"),
        )
    return SAMPLERS[name](seed=seed)


__all__ = ["SAMPLERS", "Proposal", "Sampler", "Told", "make_sampler"]
