"""Samplers: given what is known, what to try next."""

from collections.abc import Callable
from importlib.util import find_spec

from feinschliff.errors import ParameterError
from feinschliff.i18n import tr
from feinschliff.i18n.stored import stored
from feinschliff.tuning.samplers.bayes import BayesSuggester
from feinschliff.tuning.samplers.fein import FeinSampler
from feinschliff.tuning.samplers.gp import GPSampler
from feinschliff.tuning.samplers.plain import GridSampler, RandomSampler
from feinschliff.tuning.samplers.protocol import Proposal, Sampler, Told
from feinschliff.tuning.samplers.tpe import TPESuggester
from feinschliff.tuning.samplers.trials import Suggester, Trials, TrialSampler
from feinschliff.tuning.state import State

_OURS: dict[str, Callable[..., Sampler]] = {"fein": FeinSampler, "gp": GPSampler, "grid": GridSampler}
"""They begin with the common first design."""
_THEIRS: dict[str, tuple[Callable[..., Suggester], str, int]] = {
    "tpe": (TPESuggester, "optuna", 10),
    "bayes_opt": (BayesSuggester, "bayes_opt", 5),
}
"""(suggester, the package that it needs, settings that the package draws at random by default)."""
_RANDOM_POINTS = 10

SAMPLERS = ("fein", "gp", "tpe", "bayes_opt", "random", "grid")
"""Samplers by name."""


def make_sampler(name: str, *, seed: int, init_points: int | None = None, n_iter: int | None = None) -> Sampler:
    """The sampler of this name.

    Args:
        seed: of all that it draws.
        init_points: settings that a classic sampler (tpe, bayes_opt, random) draws at random before its model has a
            say, at least 1; by default the library's own number.
        n_iter: further settings of a classic sampler, at least 0; by default as many as the budget pays for.

    Raises: ParameterError for an unknown one, one whose package is not installed, and numbers that it has no use for.
    """
    if name not in SAMPLERS:
        raise ParameterError(
            tr("unknown sampler '{name}'", name=name),
            asked=f"--sampler {name}",
            found=tr("there are ") + ", ".join(SAMPLERS),
            mend=tr("use one of these"),
        )
    if name in _OURS:
        _refuse_numbers(name, init_points=init_points, n_iter=n_iter)
        return _OURS[name](seed=seed)
    _check_number("--init-points", init_points, least=1)
    _check_number("--n-iter", n_iter, least=0)
    if name == "random":
        return RandomSampler(Trials(init_points or _RANDOM_POINTS, n_iter), seed)
    suggester, package, usual = _THEIRS[name]
    _require(name, package)
    trials = Trials(init_points or usual, n_iter)
    return TrialSampler(trials, seed, lambda space: suggester(space, seed=seed, init_points=trials.init_points))


def trials_of(sampler: Sampler) -> Trials | None:
    """How many settings a classic sampler tries; None for one that begins with the common first design."""
    return sampler.trials if isinstance(sampler, RandomSampler | TrialSampler) else None


def untried(sampler: Sampler, state: State) -> list[str]:
    """A sentence where fewer settings were tried than a classic sampler was told to."""
    trials = trials_of(sampler)
    left = None if trials is None else trials.left(state)
    if not left:
        return []
    return [
        stored(
            "{left} of the settings that --init-points and --n-iter ask for were not tried: the budget or the space "
            "had no more.",
            left=left,
        )
    ]


def _refuse_numbers(name: str, **numbers: int | None) -> None:
    for option, value in numbers.items():
        if value is not None:
            flag = "--" + option.replace("_", "-")
            raise ParameterError(
                tr("sampler '{name}' takes no {flag}", name=name, flag=flag),
                asked=f"--sampler {name} {flag} {value}",
                found=tr("it decides by itself how many settings are worth their answers")
                if name != "grid"
                else tr("its settings are those of the grid"),
                mend=tr("leave it out, or use --sampler tpe, bayes_opt or random; a budget limits every sampler"),
            )


def _check_number(flag: str, value: int | None, *, least: int) -> None:
    if value is not None and value < least:
        raise ParameterError(
            tr("{flag} {value} is below {least}", flag=flag, value=value, least=least),
            asked=f"{flag} {value}",
            mend=tr("give {least} or more", least=least),
        )


def _require(name: str, package: str) -> None:
    if find_spec(package) is None:
        raise ParameterError(
            tr("sampler '{name}' needs the package {package}", name=name, package=package),
            asked=f"--sampler {name}",
            found=tr("it is not installed"),
            mend=tr("run: pip install '{package}'", package="feinschliff[samplers]"),
        )


__all__ = ["SAMPLERS", "Proposal", "Sampler", "Told", "Trials", "make_sampler", "trials_of", "untried"]
