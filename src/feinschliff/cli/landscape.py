"""`fein landscape`."""

from __future__ import annotations

from feinschliff.cli import options as o
from feinschliff.cli.output import print_json, stdout, writing
from feinschliff.i18n import tr


def command(
    run: o.RunName,
    out: o.PageFile = None,
    language: o.PageLanguage = None,
    store: o.StoreUrl = None,
    as_json: o.AsJson = False,
) -> None:
    """Draw the score over the whole space of a finished search, from stored answers, without a request.

    The page has a map for each pair of numeric parameters, the effect of each parameter, all settings that are as good
    as the best found, and the highest estimates.

    Example: [bold]fein landscape 3f2a9c0d1e4b --out landscape.html[/]
    """
    from feinschliff import landscape
    from feinschliff.report import show_landscape
    from feinschliff.store import get_run, open_store

    with open_store(store, create=store is None) as db:
        land = landscape(run, store=db, report=out, language=language)
        found = get_run(db, run)
    if as_json:
        print_json(land.to_dict())
        return
    with writing():
        show_landscape(found, stdout())
        stdout().print(tr("- Page: {path}", path=land.report), soft_wrap=True, markup=False)
