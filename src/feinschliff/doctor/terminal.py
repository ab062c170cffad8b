"""Language and terminal."""

from __future__ import annotations

import locale
import os
import sys
from collections.abc import Iterator

from rich.console import Console

from feinschliff.doctor.checks import Check
from feinschliff.i18n import language, tr


def checks() -> Iterator[Check]:
    """What messages look like here."""
    names = ("FEIN_LANG", "LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
    said = {name: os.environ[name] for name in names if os.environ.get(name)}
    found = tr("messages in {code}", code={"de": "Deutsch", "en": "English"}[language()])
    mend = None if said else tr("FEIN_LANG=de for German")
    facts = {"language": language(), "encoding": locale.getpreferredencoding(False), **said}
    yield Check("language", tr("language"), "ok", found, mend, facts=facts)
    yield _terminal()


def _terminal() -> Check:
    console = Console()
    streams = {"stdout": sys.stdout, "stderr": sys.stderr}
    facts = {
        "terminals": [name for name, stream in streams.items() if stream is not None and stream.isatty()],
        "encoding": console.encoding,
        "colours": console.color_system,
        "width": console.width,
        "TERM": os.environ.get("TERM"),
    }
    colours = tr("no colours") if console.color_system is None else tr("colours: {kind}", kind=console.color_system)
    found = tr(
        "{encoding}, {width} columns, {colours}", encoding=console.encoding, width=console.width, colours=colours
    )
    if console.options.ascii_only:
        found += ", " + tr("drawn in ASCII")
    return Check("terminal", tr("terminal"), "ok", found, facts=facts)
