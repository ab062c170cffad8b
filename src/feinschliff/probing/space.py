"""The probe before a search: only what is searched or fixed, with a few requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pydantic import JsonValue

from feinschliff.generation import Payer
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import parameter
from feinschliff.parameters.dialects import Dialect
from feinschliff.parameters.space import Choices, Range, Space
from feinschliff.probing.controls import Controls, find_controls
from feinschliff.probing.echo import ECHO_REQUESTS, echo_of_space
from feinschliff.probing.finding import Finding, shown
from feinschliff.probing.lab import Lab
from feinschliff.probing.limits import ACTING, Limits, first_limits, no_such_fields, not_rejected, with_limits
from feinschliff.probing.penalties import PUSHES
from feinschliff.probing.probe import find
from feinschliff.probing.quick import quick_findings
from feinschliff.probing.searched import ends_of, open_ends, try_ends
from feinschliff.probing.truncation import LONG
from feinschliff.records import Answer

SPACE_REQUESTS = 12
"""What the probe before a search takes at most."""

LEAST_REQUESTS = ECHO_REQUESTS
"""What is always left to it."""

_SHARE = 0.1
_LEAST = 6
"""Requests below which the controls leave nothing for the knobs."""

_SEVERAL = 2

_SMALL = 40
"""Answers of a run that can spare so many."""

_ATTEMPTS = 12
"""At one request: what a server's faults leave of an answer must not decide what is searched."""


def requests_for(answers_planned: int) -> int:
    """How many requests the probe may take of a run that plans so many answers: a tenth, at most 12.

    At least 6 of 40 answers: what is searched in vain costs more. Below that 2, which is what an echo takes.
    """
    most = min(SPACE_REQUESTS, int(_SHARE * answers_planned))
    return max(most, _LEAST) if answers_planned >= _SMALL else LEAST_REQUESTS


def probe_space(space: Space, payer: Payer, *, dialect: Dialect, most: int) -> tuple[dict[str, Finding], list[Answer]]:
    """(finding of each knob and fixed value, the answers that it took).

    What is in the store costs nothing: the questions are the same for every task, so a second run on the same model
    finds them there.

    Raises: EndpointGone, RequestRefused, Interrupted, StoreError.
    """
    names = [name for name in (*space.knobs, *space.fixed) if _is_probed(name)]
    unknown = Finding("unknown", tr("The requests that were allowed did not reach for it."))
    lab = Lab(payer, dialect=dialect, most=most, attempts=_ATTEMPTS)
    echoed = echo_of_space(lab, space) if names and dialect == "llama.cpp" else {}
    findings = dict.fromkeys(names, unknown) | echoed
    rest = [name for name in names if name not in echoed]
    if not echoed and _LEAST <= most < SPACE_REQUESTS:
        findings |= quick_findings(lab, [name for name in rest if name in space.knobs])
        rest = [name for name in rest if findings[name] is unknown]
    ends = ends_of(space, names)
    # What is fixed is asked about only where the controls are there anyway.
    wanted = any(name in space.knobs for name in rest) or bool(echoed and open_ends(lab, ends))
    controls = find_controls(lab) if wanted and lab.left >= _LEAST else None
    limits = Limits({})
    if controls is not None:
        limits = first_limits(lab, controls, ends)
        findings |= no_such_fields(limits)
        rest = [name for name in rest if findings[name].status != "rejected"]
        findings |= find(lab, controls, rest, bounds=False, values=_searched(space, rest))
        findings |= not_rejected(findings, lab)
        others = [end for end in ends if end not in limits.refused and findings[end.name].status in ACTING]
        limits = replace(limits, refused={**limits.refused, **try_ends(lab, controls, others)})
        short = _short(rest, findings, unknown)
        findings |= _nothing_of_all(lab, controls, short)
        short = _short(short, findings, unknown)
        findings |= find(lab, controls, short, bounds=False, values=_searched(space, short))
        short = _short(short, findings, unknown)
        findings |= {
            name: _once(lab, controls, name) or _in_circles(lab, controls, name) or findings[name] for name in short
        }
    made = with_limits(lab, limits, ends, findings, told=echoed)
    return {name: replace(found, tested=name in lab.sent) for name, found in made.items()}, lab.answers


def _short(names: Sequence[str], findings: Mapping[str, Finding], unknown: Finding) -> list[str]:
    """Knobs for which there were no requests left."""
    return [name for name in names if findings[name].evidence == unknown.evidence]


def _nothing_of_all(lab: Lab, c: Controls, names: Sequence[str]) -> dict[str, Finding]:
    """Penalties for which requests do not reach, all at once: where nothing changes none of them acts."""
    pushes = {name: PUSHES[name].values for name in names if name in PUSHES and name in lab.sent}
    if len(pushes) < _SEVERAL or c.still is None or not c.repeats or not c.varies:
        return {}
    still = c.still_wish({name: values[0] for name, values in pushes.items()})
    hot = c.hot_wish(c.seed, {name: values[1] for name, values in pushes.items()})
    for wish, plain in ((still, c.still), (hot, c.plain)):
        heard = lab.ask([wish])
        if heard is None or heard[0].text != plain.text:
            return {}
    label = ", ".join(f"{name}={shown(values[1])}" for name, values in pushes.items())
    same = tr("With {label} at once it says word for word what it says without.", label=label)
    return dict.fromkeys(pushes, Finding("inert", same))


def _once(lab: Lab, c: Controls, name: str) -> Finding | None:
    """A penalty that has changed the text of a server without noise, where no request was left to see it twice."""
    push = PUSHES.get(name)
    if push is None or c.still is None or not c.constant or not c.repeats or lab.noisy:
        return None
    wish = c.still_wish({name: push.values[0]})
    heard = None if lab.cost([wish]) else lab.ask([wish])
    if heard is None or heard[0].refused or heard[0].text == c.still.text:
        return None
    label = f"{name}={shown(push.values[0])}"
    return Finding("honoured", tr("With {label} it says something else; no answer showed any noise.", label=label))


def _in_circles(lab: Lab, c: Controls, name: str) -> Finding | None:
    """What is taken off words that come back again and again has changed nothing, and no request was left for more."""
    push = PUSHES.get(name)
    if push is None or push.reach is None or push.reach.of_all or c.still is None or c.greedy_text is None:
        return None
    wish = c.still_wish({name: push.values[0]})
    heard = None if lab.cost([wish]) else lab.ask([wish])
    words = c.still.words
    if heard is None or heard[0].text != c.still.text or len(words) < LONG or 2 * len(set(words)) > len(words):
        return None
    return Finding("inert", tr("It changes nothing where the same words come back again and again."))


def _is_probed(name: str) -> bool:
    return parameter(name).role in {"sampling", "request"} and name not in {"logprobs", "top_logprobs"}


def _searched(space: Space, names: Sequence[str]) -> Mapping[str, Sequence[JsonValue]]:
    """The ends of what is searched, for fields whose effect cannot be foreseen."""
    values: dict[str, Sequence[JsonValue]] = {}
    for name in names:
        knob = space.knobs.get(name)
        if isinstance(knob, Choices):
            values[name] = [knob.values[0], knob.values[-1]]
        elif isinstance(knob, Range):
            values[name] = [int(v) if knob.integer else v for v in (knob.high, knob.low)]
    return values
