"""What comes before the first request: the estimate in a line, a question where it is large, and `--dry-run`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from feinschliff.cli.output import print_json, say, stdout, writing
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold

if TYPE_CHECKING:
    from feinschliff.generation import Estimate

_YES = frozenset({"y", "yes", "j", "ja"})


class Before:
    """Shows what a run will probably cost and says whether it may start."""

    def __init__(self, *, yes: bool, dry_run: bool, as_json: bool) -> None:
        self.dry_run = dry_run
        self._as_json = as_json
        self._asks = not yes

    def __call__(self, estimate: Estimate) -> bool:
        """True: go on."""
        if self.dry_run:
            return False
        if estimate.requests == 0:
            return True
        say(estimate_line(estimate.to_dict()))
        for warning in estimate.warnings:
            say(retold(warning))
        return may_go_on(ask=self._asks and estimate.is_large)

    def show(self, estimate: dict[str, Any]) -> None:
        """The result of `--dry-run`, on stdout."""
        if self._as_json:
            print_json({"dry_run": True, **estimate})
            return
        with writing():
            for line in (estimate_line(estimate), *map(retold, [*estimate["notes"], *estimate["warnings"]])):
                stdout().print(line, soft_wrap=True, markup=False)


def estimate_line(estimate: dict[str, Any]) -> str:
    """One line: requests, tokens, money where a price is known, time, and what is there already."""
    from feinschliff.report.format import count, duration, money

    requests, allowed = estimate["requests"], estimate["limits"].get("requests")
    parts = [trn("About {shown} request", "About {shown} requests", requests, shown=count(requests))]
    if allowed is not None:
        parts[0] += tr(" (at most {allowed})", allowed=count(allowed))
    parts.append(trn("{shown} token", "{shown} tokens", estimate["tokens"], shown=count(estimate["tokens"])))
    if estimate["usd"] is not None:
        parts.append(money(estimate["usd"]))
    seconds = estimate["seconds"]
    parts.append(tr("time unknown") if seconds is None else duration(seconds))
    line = ", ".join(parts) + "."
    there = estimate["in_store"]
    if there:
        line += " " + trn(
            "{shown} answer is there already.", "{shown} answers are there already.", there, shown=count(there)
        )
    return line


def may_go_on(*, ask: bool) -> bool:
    """Whether to go on: where it is to `ask` and somebody is there, as they answer; with `--json` as well."""
    return not (ask and is_terminal()) or confirmed()


def is_terminal() -> bool:
    """Whether somebody is there who could answer a question."""
    return all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stderr))


def confirmed() -> bool:
    """Ask on stderr whether to go on; anything but a yes is a no."""
    sys.stderr.write(tr("Go on? [y/N]") + " ")
    sys.stderr.flush()
    return sys.stdin.readline().strip().casefold() in _YES
