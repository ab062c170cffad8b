"""What all pages have in common: templates, language, and a file that is replaced in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from feinschliff.errors import InputError, OutputError
from feinschliff.i18n import LANGUAGES, tr, trn, using
from feinschliff.i18n import language as user_language
from feinschliff.i18n.stored import retold
from feinschliff.report import format, view
from feinschliff.report.words import flag_word


@contextmanager
def in_language(language: str | None) -> Iterator[str]:
    """A page's language, `en` or `de`; the user's if None. Raises: InputError for any other."""
    code = user_language() if language is None else language
    if code not in LANGUAGES:
        raise InputError(
            tr("the report is not written in '{language}'", language=code),
            asked=code,
            found=", ".join(LANGUAGES),
            mend=tr("use one of them"),
        )
    with using(code):
        yield code


def write_document(page: str, path: str | Path) -> Path:
    """Write a page to `path`, which is replaced in one step; missing folders are made.

    Raises: OutputError where the file cannot be written.
    """
    path = Path(path)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        _replace(path, page.encode("utf-8", errors="replace"))
    except OSError as error:
        raise OutputError(
            tr("the report cannot be written to {path}", path=path),
            asked=str(path),
            found=error.strerror or type(error).__name__,
            mend=tr("choose another file with --report"),
        ) from error
    return path


def _replace(path: Path, data: bytes) -> None:
    mask = os.umask(0)
    os.umask(mask)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        Path(name).chmod(0o666 & ~mask)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


@cache
def environment() -> Environment:
    """The templates, with the filters that they use."""
    environment = Environment(
        loader=PackageLoader("feinschliff.report", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(tr=tr, trn=trn)
    environment.filters.update(
        score=lambda v: format.minus(format.score(v)),
        signed=lambda v: format.minus(format.signed(v)),
        minus=lambda v: format.minus(str(v)),
        typeset=lambda v: format.typeset(str(v)),
        first_capital=format.capital,
        count=format.count,
        score_text=view.score_text,
        flag_word=flag_word,
        retold=lambda v: retold(str(v)),
        tone=lambda v: "" if not v else " gain" if v > 0 else " loss",
    )
    return environment


def markup(svg: str) -> Markup:
    """A chart as markup: safe, since charts are built as XML trees, which escape every text."""
    return Markup(svg)  # noqa: S704
