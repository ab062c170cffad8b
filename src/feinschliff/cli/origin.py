"""The endpoint of a run, unless the flags name another one."""

from __future__ import annotations

from typing import Any

from feinschliff import _api
from feinschliff.build import Endpoint, is_local
from feinschliff.cli.options import make_endpoint
from feinschliff.store import Run


def endpoint_of(run: Run, url: str | None, model: str | None, **options: Any) -> Endpoint:
    """The one that is given, else the run's own; a model alone is another one there, or a file.

    `options` are those of `make_endpoint`. Raises: InputError where a model file is not known any more.
    """
    own = _api.origin(run)
    if url is None and (model is None or not is_local(model)):
        url, model = own.url, model or own.model
        if url is None:
            own.endpoint()  # raises where the file is not known
    options["omit"] = options["omit"] or own.omit
    return make_endpoint(url=url, model=model, stream=own.stream, **options)
