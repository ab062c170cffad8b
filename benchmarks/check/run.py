"""How often `fein check` gives a false alarm, how often the plain comparison would, and which falls it finds.

python -m benchmarks.check.run --out benchmarks/check/results.json
"""

from __future__ import annotations

import argparse
import dataclasses
import json
from pathlib import Path
from typing import Any

from benchmarks.check.world import World, checks
from feinschliff import stats
from feinschliff.measure.drift import Sides

NOTHING_CHANGED = (
    World(gain=0.02, repeats=1),
    World(gain=0.05, repeats=1),
    World(gain=0.1, repeats=1),
    World(gain=0.02),
    World(gain=0.05),
    World(gain=0.1),
    World(gain=0.1, examples=10),
    World(gain=0.05, noise=(0.3, 0.1), repeats=1),
    World(gain=0.05, noise=(0.1, 0.3), repeats=1),
    World(gain=0.05, noise=(0.3, 0.1), shared=0.7, repeats=1),
    World(gain=0.05, uneven=0.2, repeats=1),
)
NOT_BETTER = (World(gain=0.0, repeats=1), World(gain=0.05, repeats=1))
FELL = tuple(World(fall=fall) for fall in (0.02, 0.03, 0.05, 0.08)) + tuple(
    World(gain=0.1, fall_best=fall) for fall in (0.05, 0.1, 0.15, 0.2)
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--checks", type=int, default=2000)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    result = {
        "checks": options.checks,
        "nothing_changed_after_better": [alarms(world, options.checks) for world in NOTHING_CHANGED],
        "nothing_changed_after_no_gain": [alarms(world, options.checks, better=False) for world in NOT_BETTER],
        "fell": [alarms(world, options.checks // 4) for world in FELL],
    }
    rows = [*result["nothing_changed_after_better"], *result["nothing_changed_after_no_gain"]]
    result["most_false_alarms"] = max(row["alarms"] for row in rows)
    print(json.dumps(result, indent=2))
    if options.out is not None:
        options.out.write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")


def alarms(world: World, wanted: int, *, better: bool = True) -> dict[str, Any]:
    """Shares of checks that ring, by reason; and how often the plain comparison with then would."""
    counts: dict[str, int] = {"level": 0, "lead": 0, "below_baseline": 0}
    rang = plain = 0
    for drift, then, now in checks(world, wanted, seed=2026, better=better):
        rang += bool(drift.reasons)
        plain += plainly_fell(then, now)
        for reason in drift.reasons:
            counts[reason] += 1
    shares = {name: round(count / wanted, 4) for name, count in counts.items()}
    row = {"world": dataclasses.asdict(world), "alarms": round(rang / wanted, 4), **shares}
    print(json.dumps(row | {"plain": plain / wanted}), flush=True)
    return row | {"plain_comparison": round(plain / wanted, 4)}


def plainly_fell(then: list[Sides], now: list[Sides]) -> bool:
    """The recommended settings' scores now lie below those of then, by the usual 95 % interval over examples."""
    groups: dict[str, list[float]] = {}
    for old, new in zip(then, now, strict=True):
        assert old.best is not None
        assert new.best is not None
        groups.setdefault(old.example, []).append(new.best - old.best)
    high = stats.mean_interval([sum(g) / len(g) for g in groups.values()]).high
    return high is not None and high < 0


if __name__ == "__main__":
    main()
