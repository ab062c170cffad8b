"""`fein doctor` and `fein endpoints`: what works here, and what is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.errors import RunError
from feinschliff.i18n import tr, trn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from feinschliff.doctor import Check

_STYLES = {"ok": "green", "missing": "yellow", "broken": "bold red"}


def doctor_command(
    ask: Annotated[
        bool, typer.Option("--ask", help=tr("Ask the endpoint for one short answer, which may cost."))
    ] = False,
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    timeout: o.Timeout = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Look at what works here and what is missing: software, engine, models, store, machine, servers.

    Exit code 0 if `fein tune` can run, else 1.

    Example: [bold]fein doctor --endpoint http://localhost:11434/v1[/]
    """
    from feinschliff.doctor import examine

    o.set_up_log(verbose=verbose, file=log)
    where = o.make_endpoint(url=endpoint, model=model, api_key_env=api_key_env, headers=header, timeout=timeout)
    checks = []
    for check in examine(where, store=store, ask=ask):
        checks.append(check)
        if not as_json:
            with writing():
                _show(check)
    can_run = all(check.status == "ok" for check in checks if check.needed)
    if as_json:
        document = {"ok": can_run, "checks": [check.to_dict() for check in checks]}
        print_json(document if can_run else {"error": _error(checks).to_dict(), "run": None, **document})
    else:
        with writing():
            stdout().print(_summary(checks, can_run=can_run), markup=False)
    if not can_run:
        raise typer.Exit(1)


class _Broken(RunError):
    """Something that `fein tune` needs does not work here."""

    kind = "broken"


def _error(checks: Sequence[Check]) -> _Broken:
    """What exit code 1 stands for, beside the document."""
    first = next(check for check in checks if check.needed and check.status != "ok")
    message = _summary(checks, can_run=False).strip().rstrip(".")
    return _Broken(message, asked=first.title, found=first.found, mend=first.mend)


def endpoints_command(as_json: o.AsJson = False) -> None:
    """List the models that can be asked on this machine: shipped ones, and those of local servers.

    Looks at the usual ports of Ollama, LM Studio, llama.cpp and vLLM, or at those of FEIN_PORTS.

    Example: [bold]fein endpoints[/]
    """
    from feinschliff.endpoints.local import find_servers
    from feinschliff.models.house import house_models

    servers = find_servers()
    if as_json:
        own = {"url": None, "native": None, "backend": "llama.cpp", "models": [*house_models()], "trouble": None}
        rows = [
            {"url": s.url, "native": s.native, "backend": s.backend, "models": [*s.models], "trouble": s.trouble}
            for s in servers
        ]
        print_json({"endpoints": [own, *rows]})
        return
    with writing():
        console = stdout()
        for name in house_models():
            console.print(f"--model {name}", markup=False)
        for server in servers:
            for name in server.models:
                console.print(f"--endpoint {server.url} --model {name}", markup=False, soft_wrap=True)
            if server.native is not None and server.models:
                note = tr("# Ollama's own address, which takes more settings: --endpoint {url}", url=server.native)
                console.print(note, markup=False, soft_wrap=True)
            if not server.models:
                why = server.trouble or tr("no model")
                console.print(f"--endpoint {server.url}  ({server.backend}: {why})", markup=False, soft_wrap=True)


def _show(check: Check) -> None:
    from rich.table import Table

    row = Table.grid(padding=(0, 1))
    row.add_column(width=7)
    row.add_column(width=18)
    row.add_column()
    status = {"ok": tr("ok"), "missing": tr("missing"), "broken": tr("broken")}[check.status]
    row.add_row(f"[{_STYLES[check.status]}]{status}[/]", _plain(check.title), _plain(check.found))
    if check.mend is not None and check.status != "ok":
        row.add_row("", "", _plain(f"-> {check.mend}"))
    stdout().print(row)


def _plain(text: str) -> str:
    from rich.markup import escape

    return escape(text)


def _summary(checks: Sequence[Check], *, can_run: bool) -> str:
    broken = [check.title for check in checks if check.status == "broken"]
    if can_run and not broken:
        return "\n" + tr("'fein tune' can run.")
    names = ", ".join(broken)
    if can_run:
        return "\n" + trn(
            "'fein tune' can run; one thing is broken: {names}.",
            "'fein tune' can run; {n} things are broken: {names}.",
            len(broken),
            names=names,
        )
    return "\n" + tr("'fein tune' cannot run here: {names}.", names=names)
