"""The search: a first design, then rounds; decisions fall between rounds only, from what is stored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np

from feinschliff.choosing import Choice
from feinschliff.errors import RequestRefused, RunError
from feinschliff.generation import Ask, Payer, generate
from feinschliff.i18n import tr
from feinschliff.i18n.stored import stored
from feinschliff.measure import Gauge, Gauged, Given, Measured, answers_each, measure_units, read_gauges
from feinschliff.records import Answer, Example, Settings
from feinschliff.scorers.protocol import Scorer
from feinschliff.tuning.design import Labelled
from feinschliff.tuning.evidence import evidence
from feinschliff.tuning.feasible import Feasible
from feinschliff.tuning.plan import Plan
from feinschliff.tuning.process import Array
from feinschliff.tuning.replaying import NONE_CAME, REFUSED, sent_with
from feinschliff.tuning.samplers import Proposal, Sampler, Told
from feinschliff.tuning.state import State, Tried

_REFUSED = "no answer: HTTP 4"
"""How the reason begins where the server refused a request."""

_LEAST_SCORED = 0.5
"""A setting whose answers cannot be scored in half of the cases is not recommended on the strength of the others."""


@dataclass(frozen=True)
class Step:
    """The incumbent after a round."""

    round: int
    answers: int
    """Answers used so far."""
    mean: float
    deviation: float
    settings: Settings


@dataclass
class Search:
    """One search under way."""

    state: State
    sampler: Sampler
    plan: Plan
    payer: Payer
    scorer: Scorer
    block: int
    seed: int
    history: list[Step] = field(default_factory=list)
    answers: list[Answer] = field(default_factory=list)
    exhausted: bool = False
    """True where the hard budget cut a round short."""
    _reasons: list[str] = field(default_factory=list)
    on_round: Callable[[Step], None] | None = None
    choice: Choice | None = None
    """Among the answers of a unit, where a setting takes several."""
    gauges: Sequence[Gauge] = ()
    """What is read of every unit beside its score."""

    def run(self, design: Sequence[Labelled]) -> None:
        """The first design, then rounds until the plan is used up or the sampler sees nothing worth an answer."""
        self._try_replay(design)
        self._round(0, [Proposal(settings, origin, self.block) for settings, origin in design])
        self._require_scores()
        self._check_replay()
        number = 1
        while not self.exhausted and self.plan.room() > 0:
            proposals = self._affordable(self.sampler.ask(self.state, block=self.block, round=number))
            if not proposals:
                return
            self._round(number, proposals)
            self._check_replay()
            number += 1

    def _try_replay(self, design: Sequence[Labelled]) -> None:
        """One answer with log-probabilities, before many are asked for that a server may refuse. It is the design's
        first, so that it costs nothing more where all is well."""
        replay = self.state.replay
        if replay is None or not design:
            return
        example, repeat = self.state.units[0]
        try:
            first = generate([Ask(example, sent_with(replay, design[0][0]), repeat)], self.payer)[0]
        except RequestRefused:  # with 403, by some servers; what is refused for another reason is refused again
            first, refused = None, True
        else:
            refused = first is not None and first.failure is not None
        if refused or (first is not None and not first.logprobs):
            if first is not None:
                self.plan.use([first], models=[self.payer.model_of(design[0][0])])
            replay.stop(REFUSED if refused else NONE_CAME)
            self.state.spread = False

    def _check_replay(self) -> None:
        """Without log-probabilities that replay can use, settings are compared in pairs again."""
        replay = self.state.replay
        if replay is not None and replay.active:
            replay.check()
            self.state.spread = replay.active

    def _require_scores(self) -> None:
        """Stop after the first design where no answer could be scored. Raises: RunError with the first reason."""
        if self._reasons and not any(t.scored for t in self.state.tried):
            raise RunError(
                tr(
                    "none of the {n_reasons} first answers could be scored: {reasons}",
                    n_reasons=len(self._reasons),
                    reasons=self._reasons[0],
                ),
                found=self._reasons[0],
                mend=tr(
                    "leave out the setting that the server does not take (--omit seed or --omit max_tokens for these "
                    "two)"
                )
                if all(reason.startswith(_REFUSED) for reason in self._reasons)
                else tr("correct the scorer, the targets or the prompt; the answers are kept"),
            )

    def _affordable(self, proposals: Iterable[Proposal]) -> list[Proposal]:
        """As many proposals as the plan has room for; a last one may get a shorter block."""
        room = self.plan.room()
        kept = []
        for p in proposals:
            seen = self._tried(p).seen if self.state.known(p.settings) else 0
            wanted = (p.units if self.state.spread else min(p.units, len(self.state.units))) - seen
            if wanted <= 0 or room <= 0:
                continue
            each = answers_each(self._tried(p).settings if seen else p.settings)
            granted = min(wanted, room // each)
            if granted > 0:
                kept.append(Proposal(p.settings, p.origin, seen + granted))
                room -= granted * each
        return kept

    def _round(self, number: int, proposals: Sequence[Proposal]) -> None:
        work = []
        for p in proposals:
            if not self.state.known(p.settings):
                self.state.tried.append(Tried(p.settings, p.origin, number))
            work.append((self._tried(p), p.units))
        self._answer(work)
        self.sampler.tell([told_of(t) for t in {id(t): t for t, _ in work}.values()])
        best = recommend(self.state, seed=self.seed)
        if best is not None:
            step = Step(number, self.plan.answers, best[1], best[2], best[0])
            self.history.append(step)
            if self.on_round is not None:
                self.on_round(step)

    def _answer(self, work: Sequence[tuple[Tried, int]]) -> None:
        asks: list[Ask] = []
        owners: list[Tried] = []
        for tried, upto in work:
            for example, repeat in self.state.draw(tried, upto):
                asks.append(Ask(example, sent_with(self.state.replay, tried.settings), repeat))
                owners.append(tried)
        cut: set[int] = set()
        taken: list[tuple[Settings, Example, Answer, float]] = []
        taken_gauged: list[Gauged] = []
        measured = measure_units(asks, self.payer, scorer=self.scorer, choice=self.choice)
        read = self._gauge(asks, measured)
        for tried, ask, unit, gauged in zip(owners, asks, measured, read, strict=True):
            self.plan.use(unit.answers, models=[self.payer.model_of(tried.settings)] * len(unit.answers))
            self.answers.extend(unit.answers)
            score = unit.score
            if score is None or score.transient:  # the budget ended before the answers, or before their score
                cut.add(id(tried))
            elif id(tried) not in cut:  # what comes after a gap is left for the next time
                tried.units.append((ask.example, ask.repeat))
                tried.scores.append(score.value)
                tried.tokens.append(sum(a.prompt_tokens + a.completion_tokens for a in unit.answers))
                tried.gauged.append(gauged)
                if score.value is None:
                    self._reasons.append(score.reason or stored("no reason given"))
                elif unit.chosen is not None:
                    taken.append((tried.settings, ask.example, unit.chosen, score.value))
                    taken_gauged.append(gauged)
        if self.state.replay is not None:
            self.state.replay.take(taken, taken_gauged)
        self.exhausted = self.exhausted or bool(cut)

    def _gauge(self, asks: Sequence[Ask], measured: Sequence[Measured]) -> list[Gauged]:
        """What else the units take or score; nothing of those that were not answered in full."""
        units = [
            Given(ask.example, ask.settings, unit.answers, unit.chosen)
            for ask, unit in zip(asks, measured, strict=True)
            if unit.chosen is not None
        ]
        read = iter(read_gauges(self.gauges, units, self.payer))
        return [{} if unit.chosen is None else next(read) for unit in measured]

    def _tried(self, proposal: Proposal) -> Tried:
        found = self.state.find(proposal.settings)
        assert found is not None, "a round adds what it asks before it asks"
        return found


def recommend(state: State, *, seed: int) -> tuple[Settings, float, float] | None:
    """(setting, mean, standard deviation) with the highest posterior mean, never the best observed one.

    Among those that are trusted to hold all constraints; where there is none, what is expected to miss them by the
    least.
    """
    found = ranked(state, seed=seed)
    return None if found is None else (found.settings[0], float(found.means[0]), float(found.deviations[0]))


@dataclass(frozen=True)
class Ranked:
    """All settings that may be recommended, the best first."""

    settings: Sequence[Settings]
    means: Array
    deviations: Array


def ranked(state: State, *, seed: int) -> Ranked | None:
    """By posterior mean, those that are trusted to hold all constraints first; None where there is no setting.

    Only settings with a value for every knob, and a score for at least half of their answers. With replay also settings
    that were never asked, where stored answers say enough of them.
    """
    ready = [t for t in state.tried if _eligible(state, t)]
    if not ready:
        return None
    found = evidence(state)
    if found is None:
        means, variances = state.adjusted()
        index = {id(t): i for i, t in enumerate(state.tried)}
        settings = [t.settings for t in ready]
        mean = np.array([means[index[id(t)]] for t in ready])
        deviation = np.sqrt([variances[index[id(t)]] for t in ready])
    else:
        unfit = {state.place(t.settings).effective for t in state.tried}
        unfit -= {state.place(t.settings).effective for t in ready}
        settings = [s for s in found.settings if state.place(s).effective not in unfit]
        mean, deviation = found.surrogate(seed=seed).predict(state.points(settings))
    order = Feasible(state, seed=seed).order(settings, mean)
    return Ranked([settings[int(i)] for i in order], mean[order], deviation[order])


def told_of(tried: Tried) -> Told:
    """What a sampler is told of a setting."""
    values = [s for s in tried.scores if s is not None]
    return Told(tried.settings, float(np.mean(values)) if _is_scored(tried) else None, tried.seen)


def _eligible(state: State, tried: Tried) -> bool:
    return state.is_whole(tried.settings) and _is_scored(tried)


def _is_scored(tried: Tried) -> bool:
    return tried.scored > 0 and tried.scored >= _LEAST_SCORED * tried.seen
