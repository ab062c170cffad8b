"""`-v` and `--log FILE`: each request, answer and score, on stderr and in a file."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from feinschliff.cli.output import say
from feinschliff.errors import InputError
from feinschliff.i18n import tr

_SHORTEST_SECRET = 4

_secrets: set[str] = set()


def set_up_log(*, verbose: bool, file: Path | None) -> None:
    """Send what the package logs to stderr (`-v`) and to the end of a file. Raises: InputError."""
    logger = logging.getLogger("feinschliff")
    for old in list(logger.handlers):
        logger.removeHandler(old)
        old.close()
    handlers: list[logging.Handler] = [logging.StreamHandler()] if verbose else []
    if file is not None:
        try:
            handlers.append(_LogFile(file))
        except OSError as error:
            raise InputError(
                tr("cannot write the log {file}: {reason}", file=file, reason=error.strerror),
                asked=f"--log {file}",
                mend=tr("choose another file"),
            ) from None
    for handler in handlers:
        handler.setFormatter(logging.Formatter("%(asctime)s %(message)s"))
        handler.addFilter(_without_secrets)
        logger.addHandler(handler)
    logger.setLevel(logging.DEBUG if handlers else logging.WARNING)


def hide(texts: Iterable[str | None]) -> None:
    """Keep these out of the log for as long as the process lives; a header's words are hidden one by one as well."""
    words = {word for text in texts if text for word in (text, *text.split())}
    _secrets.update(word for word in words if len(word) >= _SHORTEST_SECRET)


class _LogFile(logging.FileHandler):
    """Appends, and hands each line to the system at once: a kill loses none. A full disk does not end the run."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, mode="a", encoding="utf-8", errors="backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """Say once that the log ends here."""
        logging.getLogger("feinschliff").removeHandler(self)
        with suppress(OSError):
            self.close()
        say(tr("The log {file} cannot be written any more; the run goes on without it.", file=self.baseFilename))


def _without_secrets(record: logging.LogRecord) -> bool:
    text = record.getMessage()
    for secret in sorted(_secrets, key=len, reverse=True):
        text = text.replace(secret, "***")
    record.msg, record.args = text, ()
    return True
