"""Names of environment variables that hold keys. Who pastes the key itself in their place must not see it repeated."""

from __future__ import annotations

import re

from feinschliff.errors import InputError
from feinschliff.i18n import tr

_LEAST_KEY = 16
"""Characters from which capitals and digits without an underscore may be a key (`AKIA...`)."""


def is_name(text: str) -> bool:
    """Whether a variable can have this name."""
    return re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) is not None


def no_variable(text: str) -> InputError:
    """The error for what is no name, or is not set; names the text only where it cannot well be a key."""
    if _is_harmless(text):
        return InputError(
            tr("the environment variable {api_key_env} is not set", api_key_env=text),
            asked=f"--api-key-env {text}",
            mend=tr("export {api_key_env}=...", api_key_env=text),
        )
    found = tr("no variable of this name is set") if is_name(text) else tr("a text that no variable can have as name")
    return InputError(
        tr("--api-key-env wants the name of an environment variable, not the key"),
        asked="--api-key-env",
        found=found,
        mend=tr("write export MY_KEY=... and --api-key-env MY_KEY"),
    )


def _is_harmless(text: str) -> bool:
    if re.fullmatch(r"[A-Z_][A-Z0-9_]*", text) is None:
        return False
    return len(text) < _LEAST_KEY or "_" in text or text.isalpha()
