"""`fein chat`."""

from __future__ import annotations

import secrets
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli import complete
from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, say
from feinschliff.errors import InputError, RunError, StoreUnusable
from feinschliff.i18n import tr, trn
from feinschliff.i18n.stored import retold

if TYPE_CHECKING:
    from pydantic import JsonValue

    from feinschliff._api.sides import Sides
    from feinschliff.build import Endpoint
    from feinschliff.cli.chat_session import Session
    from feinschliff.store import Run, Store


def command(
    run: Annotated[
        str | None,
        typer.Argument(help=tr("Id or name of a run whose settings are used."), autocompletion=complete.runs),
    ] = None,
    assignments: o.Assignments = None,
    system: Annotated[str | None, typer.Option("--system", help=tr("System text, sent as it is."))] = None,
    a: Annotated[
        str | None, typer.Option("--a", help=tr("Settings of side a: NAME=VALUE,..., JSON, or @file.json."))
    ] = None,
    b: Annotated[str | None, typer.Option("--b", help=tr("Settings of side b."))] = None,
    versus: Annotated[
        str | None,
        typer.Option(
            "--versus",
            help=tr("The run's recommended settings beside others of it: baseline, settings."),
            autocompletion=complete.words("baseline", "settings", "recommended"),
        ),
    ] = None,
    endpoint: o.EndpointUrl = None,
    model: o.Model = None,
    api_key_env: o.ApiKeyEnv = None,
    header: o.Headers = None,
    timeout: o.Timeout = None,
    omit: o.Omit = None,
    store: o.StoreUrl = None,
    seed: Annotated[
        int | None, typer.Option("--seed", help=tr("Seed of the answers; a random one without it."))
    ] = None,
    as_json: o.AsJson = False,
    verbose: o.Verbose = False,
    log: o.LogFile = None,
) -> None:
    """Chat with a model under a run's settings, or under two settings side by side.

    Without a terminal each line of standard input is a message.

    Example: [bold]fein chat mine --versus baseline[/]
    """
    from feinschliff._api.chat import Chat, Side
    from feinschliff._api.suits import check_suited
    from feinschliff.build import connect
    from feinschliff.cli.chat_lines import piped_lines, typed_lines
    from feinschliff.cli.chat_screen import make_screen
    from feinschliff.cli.chat_session import Session
    from feinschliff.cli.inputs import read_values
    from feinschliff.store import get_run

    o.set_up_log(verbose=verbose, file=log)
    with ExitStack() as stack:
        db = _store(store, needed=run is not None)
        if db is not None:
            stack.enter_context(db)
        found = None if run is None or db is None else get_run(db, run)
        given: dict[str, JsonValue] = read_values(assignments)
        if system is not None:
            given["system"] = system
        sides = _sides(found, given, a=a, b=b, versus=versus)
        where = _endpoint(found, endpoint, model, api_key_env=api_key_env, headers=header, timeout=timeout, omit=omit)
        typed = sys.stdin is not None and sys.stdin.isatty() and sys.stdout.isatty() and not as_json
        screen = make_screen(as_json=as_json, on_terminal=typed, sides=len(sides.settings))
        models = [str(s.values["model"]) for s in sides.settings.values() if s.values.get("model")]
        link = stack.enter_context(connect(where, searched_models=models))
        seed = secrets.randbelow(2**31) if seed is None else seed
        chat = Chat(link, [Side(name, settings) for name, settings in sides.settings.items()], seed=seed, db=db)
        session = Session(chat, screen)
        for note in (*sides.notes, *map(retold, check_suited(link, sides.settings.values(), db=db))):
            say(note)
        if typed:
            session.run(["/settings"])
            screen.note(tr("/help lists the commands. Ctrl-C stops an answer, Ctrl-D ends the chat."))
        session.run(typed_lines("> ", screen.note) if typed else piped_lines())
    _end(session, as_json=as_json, typed=typed)


def _store(store: str | None, *, needed: bool) -> Store | None:
    """Where the run is, and what earlier probes have found; None where there is no store and none is needed."""
    from feinschliff.store import open_store

    try:
        return open_store(store, create=needed and store is None)
    except StoreUnusable:
        if needed or store is not None:
            raise
        return None


def _sides(run: Run | None, given: dict[str, JsonValue], *, a: str | None, b: str | None, versus: str | None) -> Sides:
    """One side or two, as the flags say. Raises: InputError."""
    from feinschliff._api import sides
    from feinschliff.cli.inputs import read_settings

    if versus is not None:
        if run is None or a is not None or b is not None:
            raise InputError(
                tr("--versus needs a run, and goes without --a and --b"),
                asked=f"--versus {versus}",
                mend=tr("write fein chat RUN --versus baseline"),
            )
        return sides.versus(run, given, versus)
    if a is None and b is None:
        return sides.one_side(run, given)
    if a is None or b is None:
        raise InputError(tr("one of --a and --b is missing"), mend=tr("give both, or neither"))
    return sides.two_sides(run, given, a=read_settings(a), b=read_settings(b))


def _endpoint(
    run: Run | None,
    url: str | None,
    model: str | None,
    *,
    api_key_env: str | None,
    headers: list[str] | None,
    timeout: float | None,
    omit: list[str] | None,
) -> Endpoint:
    if run is None:
        return o.make_endpoint(
            url=url, model=model, api_key_env=api_key_env, headers=headers, timeout=timeout, omit=omit
        )
    from feinschliff.cli.origin import endpoint_of

    return endpoint_of(run, url, model, api_key_env=api_key_env, headers=headers, timeout=timeout, omit=omit)


def _end(session: Session, *, as_json: bool, typed: bool) -> None:
    """The document, and exit code 1 where a script's message had no answer."""
    failed = bool(session.failures) and not typed
    if as_json:
        document = session.to_dict()
        if failed:
            error = RunError(
                trn("{n} message had no answer", "{n} messages had no answer", len(session.failures)),
                found=session.failures[0],
                mend=tr("look whether the server is there"),
            )
            document = {"error": error.to_dict(), "run": None, **document}
        print_json(document)
    if failed:
        raise typer.Exit(1)
