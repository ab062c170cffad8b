"""`--kv`, the number format of the cache."""

from __future__ import annotations

from feinschliff.errors import InputError
from feinschliff.i18n import tr


def cache_format(kv: str) -> str:
    """The format that `--kv` names, in small letters. Raises: InputError for another one."""
    from feinschliff.endpoints.engine import KV_TYPES

    if kv.lower() not in KV_TYPES:
        raise InputError(
            tr("'{kv}' is no number format of a cache", kv=kv),
            asked=f"--kv {kv}",
            found=tr("known are {names}", names=", ".join(KV_TYPES)),
            mend=tr("use one of them"),
        )
    return kv.lower()
