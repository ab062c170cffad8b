"""The probe: which test belongs to which knob, and what all of them found."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import JsonValue

from feinschliff.generation import Payer
from feinschliff.i18n import tr
from feinschliff.parameters.catalogue import CATALOGUE, EXTRA, row_of
from feinschliff.parameters.dialects import Dialect
from feinschliff.probing import any_field, conditions, requests
from feinschliff.probing.controls import Controls, find_controls
from feinschliff.probing.echo import echo_findings
from feinschliff.probing.edges import find_edges
from feinschliff.probing.ends import cooler, find_ends, hotter
from feinschliff.probing.finding import Finding, Test
from feinschliff.probing.groups import find_groups
from feinschliff.probing.lab import PROMPT, Lab, run_tests
from feinschliff.probing.length import limit
from feinschliff.probing.penalties import COOLED, PUSHES, STIRS, cooled_again, penalty, stir
from feinschliff.probing.reach import above, below, reach
from feinschliff.probing.sight import Sight, find_sight, seen_again, seen_cut, seen_end, seen_heat, seen_stir
from feinschliff.probing.temperature import seed, temperature
from feinschliff.probing.truncation import CUTS, truncation
from feinschliff.probing.window import window
from feinschliff.store import prompt_hash

FULL_REQUESTS = 40
"""What a full probe takes at most."""

FULL: tuple[str, ...] = (
    *("temperature", "top_p", "top_k", "min_p", "frequency_penalty", "presence_penalty", "seed", "max_tokens", "stop"),
    *("repeat_penalty", "repetition_penalty", "n", "logprobs", "typical_p", "top_n_sigma", "top_logprobs"),
    *("logit_bias", "max_completion_tokens", "response_format", "repeat_last_n", "dry_multiplier", "xtc_probability"),
    *("mirostat", "dynatemp_range", "extra.tfs_z", "extra.top_a", "tools", "reasoning_effort", "tool_choice"),
)
"""Knobs of a full probe, the most important first; those that the catalogue has no row for are left out."""

_FIRST = 12
"""So many of them come before all others."""


@dataclass(frozen=True)
class ProbeResult:
    """What the probe of one model at one endpoint found."""

    endpoint: str
    model: str
    backend: str
    dialect: str
    knobs: Mapping[str, Finding]
    requests: int
    """HTTP attempts that were made; answers found in the store are not among them."""
    determinism: Mapping[str, Any] = field(default_factory=dict)
    logprobs: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """The document of `fein probe --json`."""
        return {
            "endpoint": self.endpoint,
            "model": self.model,
            "backend": self.backend,
            "dialect": self.dialect,
            "knobs": {name: finding.to_dict() for name, finding in self.knobs.items()},
            "requests": self.requests,
            "determinism": dict(self.determinism),
            "logprobs": dict(self.logprobs),
            "context": dict(self.context),
            "warnings": list(self.warnings),
        }


def full_names(wanted: Sequence[str] = ()) -> list[str]:
    """The knobs of a full probe: those that are wanted, else all that the catalogue has a row for."""
    if wanted:
        return list(dict.fromkeys(wanted))
    rows = (n for n, row in CATALOGUE.items() if row.role in ("sampling", "request") and n not in FULL)
    return [n for n in FULL if n.startswith(EXTRA) or row_of(n) is not None] + list(rows)


def probe_prompts(told_context: int | None) -> list[str]:
    """Hashes, in the store, of the conversations that a probe asks with."""
    return [prompt_hash(PROMPT), prompt_hash((conditions.long_prompt(told_context)[0],))]


def probe(
    payer: Payer,
    *,
    dialect: Dialect,
    names: Iterable[str] = (),
    most: int = FULL_REQUESTS,
    told_context: int | None = None,
    attempts: int = 3,
) -> ProbeResult:
    """Everything that can be found out with at most `most` requests.

    `told_context`: tokens of the context, as the server tells them; `attempts`: at one request, where it fails.

    Raises: EndpointGone, RequestRefused, Interrupted, StoreError.
    """
    before = payer.budget.requests
    wanted = list(names)
    lab = Lab(payer, dialect=dialect, most=most, attempts=attempts)
    controls = find_controls(lab)
    beside: dict[str, Any] = {}
    if controls is None:
        reason = (
            tr("The server refused every request that the tests could start from.")
            if all(answer.failure is not None for answer in lab.answers)
            else tr("The limit of requests does not reach for the answers that all tests start from.")
        )
        findings = {name: Finding("unknown", reason) for name in full_names(wanted)}
    else:
        if not wanted:
            beside = {
                "determinism": conditions.determinism(controls),
                "logprobs": conditions.logprobs(lab, controls),
                "context": conditions.context(lab, controls, told=told_context),
            }
        findings = find(lab, controls, full_names(wanted), bounds=True)
    return ProbeResult(
        payer.endpoint.identity,
        payer.model,
        payer.endpoint.backend,
        dialect,
        findings,
        payer.budget.requests - before,
        **beside,
    )


def find(
    lab: Lab,
    c: Controls,
    names: Sequence[str],
    *,
    bounds: bool,
    values: Mapping[str, Sequence[JsonValue]] | None = None,
) -> dict[str, Finding]:
    """The findings of these knobs: by echo where the server has one, by groups where a group does nothing, else each.

    `bounds`: also look for ranges that values are moved into; `values`: what is searched, for knobs of no known kind.
    """
    findings: dict[str, Finding] = {}
    if lab.dialect == "llama.cpp":
        findings |= echo_findings(lab, names, bounds=bounds)
    seed_told = findings.pop("seed", None)  # that it was taken over is not yet that it repeats a text
    rest = [n for n in names if n not in findings]
    findings |= find_groups(lab, c, rest)
    sight = None if c.repeats or not bounds else find_sight(lab, c)
    rest = [n for n in names if n not in findings]
    # The first ones to their end before the others; what has been asked is not asked again, so looking for bounds
    # later costs what it adds.
    for part in ([n for n in rest if n in FULL[:_FIRST]], [n for n in rest if n not in FULL[:_FIRST]]):
        tests = {n: t for n in part if (t := _first(n, c, sight, bounds=bounds)) is not None}
        findings |= run_tests(tests, lab)
    if bounds:
        acting = {n: findings[n] for n in rest if n in findings and findings[n].status == "honoured"}
        if sight is not None:
            findings |= _seen_ranges(lab, c, sight, findings, acting)
            acting = {n: finding for n, finding in acting.items() if n != "temperature" and _plain(n) not in CUTS}
        further = _ranges(lab, c, acting)
        findings |= {name: finding for name, finding in further.items() if finding.status != "unknown"}
    if bounds and not c.repeats:
        stirs = {n: findings[n] for n in rest if _plain(n) in STIRS and findings[n].status == "honoured"}
        if c.cools:
            findings |= run_tests({n: cooled_again(n, c, f) for n, f in stirs.items() if n in COOLED}, lab)
        elif sight is not None:
            findings |= run_tests({n: seen_again(n, c, sight, f) for n, f in stirs.items()}, lab)
    if seed_told is not None and findings["seed"].status == "honoured":
        findings["seed"] = Finding(seed_told.status, f"{findings['seed'].evidence} {seed_told.evidence}")
    others = [n for n in names if n not in findings]
    echoed = any(answer.applied is not None for answer in lab.answers)
    if not values:
        findings |= any_field.together(lab, c, others, echoed=echoed)
        others = [n for n in others if n not in findings]
    unforeseen = {n: any_field.field(n, c, values=(values or {}).get(n, ()), echoed=echoed) for n in others}
    findings |= run_tests(unforeseen, lab)
    if bounds and lab.dialect == "llama.cpp":
        findings |= find_edges(lab, findings)
    untold = Finding("unknown", tr("It was not asked for: no effect of it could be foreseen."), tested=False)
    return {name: replace(findings.get(name, untold), taken=lab.taken(name)) for name in names}


def _ranges(lab: Lab, c: Controls, acting: Mapping[str, Finding]) -> dict[str, Finding]:
    """The same findings after a look for ranges that values are moved into, the commonest first."""
    cuts = {n: finding for n, finding in acting.items() if _plain(n) in CUTS}
    pushes = {n: finding for n, finding in acting.items() if _plain(n) in PUSHES}
    alone = [n for n in acting if n not in cuts and n not in pushes]
    found = run_tests({n: t for n in alone if (t := _test(n, c, bounds=True)) is not None}, lab)
    found |= find_ends(lab, c, cuts)
    found |= run_tests({n: truncation(n, c, bounds=True) for n in cuts if n not in found}, lab)
    acts = {n: finding for n in cuts if (finding := found[n]).status == "honoured"}
    found |= run_tests({n: cooler(n, c, finding) for n, finding in acts.items()}, lab)
    found |= run_tests({n: above(n, c, finding) for n, finding in pushes.items()}, lab)
    found |= run_tests({n: below(n, c, found[n]) for n in pushes}, lab)
    acts = {n: finding for n in cuts if (finding := found[n]).status == "honoured"}
    return found | run_tests({n: hotter(n, c, finding) for n, finding in acts.items()}, lab)


def _seen_ranges(
    lab: Lab, c: Controls, sight: Sight, findings: Mapping[str, Finding], acting: Mapping[str, Finding]
) -> dict[str, Finding]:
    """The same by log-probabilities, of what cuts and of the temperature."""
    cuts = {n: finding for n, finding in acting.items() if _plain(n) in CUTS}
    tests = {n: seen_end(n, c, sight, cuts) for n in cuts}
    if "temperature" in findings and findings["temperature"].status != "rejected":
        tests["temperature"] = seen_heat(c, sight, findings["temperature"])
    return run_tests(tests, lab)


def _plain(name: str) -> str:
    return name.removeprefix(EXTRA)


def _first(name: str, c: Controls, sight: Sight | None, *, bounds: bool) -> Test | None:
    """The test that comes first: does it act? For penalties a request tells that together with their range."""
    if sight is not None and _plain(name) in CUTS:
        return seen_cut(name, c, sight)
    if sight is not None and _plain(name) in STIRS and not c.cools:
        return seen_stir(name, c, sight)
    return reach(name, c) if bounds and _plain(name) in PUSHES else _test(name, c, bounds=False)


def _test(name: str, c: Controls, *, bounds: bool) -> Test | None:
    """The test of a knob; None where no effect of it can be foreseen."""
    if _plain(name) in CUTS:
        return truncation(name, c, bounds=bounds)
    if _plain(name) in PUSHES:
        return penalty(name, c)
    if _plain(name) in STIRS:
        return stir(name, c, STIRS[_plain(name)])
    if name == "temperature":
        return temperature(c, bounds=bounds)
    if name == "seed":
        return seed(c)
    if name in ("max_tokens", "max_completion_tokens"):
        return limit(name, c)
    if name == "stop":
        return requests.stop(c)
    if name == "n":
        return requests.several(name, c)
    if name in ("logprobs", "top_logprobs"):
        return requests.logprobs(name, c)
    if name == "response_format":
        return requests.response_format(c)
    if name == "tools":
        return requests.tools(c)
    if name == "tool_choice":
        return requests.tool_choice(c)
    if name == "reasoning_effort":
        return requests.effort(name, ("low", "high"), c)
    if name == "repeat_last_n":
        return window(name, c)
    return None
