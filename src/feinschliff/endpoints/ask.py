"""One question to a server beside answers and embeddings (`/tokenize`, `/apply-template`): JSON there, JSON back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx2
from pydantic import JsonValue

from feinschliff.endpoints.address import parse_url, redact_url
from feinschliff.endpoints.transport import environment_proxy
from feinschliff.errors import EndpointError
from feinschliff.i18n import tr

_PATIENCE_S = 60.0


def ask(
    url: str, body: Mapping[str, JsonValue], *, api_key: str | None = None, headers: Mapping[str, str] | None = None
) -> dict[str, Any] | None:
    """The JSON object that the server answers with; None where it has no such address (404, 405, 501).

    A redirect is not followed, so that a key goes nowhere else.

    Raises: EndpointError where it cannot be reached, refuses, or answers with something else.
    """
    all_headers = {**(headers or {}), **({"Authorization": f"Bearer {api_key}"} if api_key else {})}
    shown = redact_url(url)
    try:
        with plain_client(url, timeout_s=_PATIENCE_S) as client:
            response = client.post(url, json=dict(body), headers=all_headers)
            found = response.json() if response.status_code == httpx2.codes.OK else None
    except (httpx2.HTTPError, httpx2.InvalidURL, ValueError) as error:
        raise EndpointError(
            tr("cannot reach {shown} ({failed})", shown=shown, failed=type(error).__name__),
            asked=shown,
            mend=tr("start the server or correct the URL"),
        ) from None
    if response.status_code in {404, 405, 501}:
        return None
    if not isinstance(found, dict):
        raise EndpointError(
            tr("{shown} refuses the question (HTTP {status})", shown=shown, status=response.status_code),
            asked=shown,
            found=response.text[:300],
        )
    return found


def plain_client(url: str, *, timeout_s: float) -> httpx2.Client:
    """A client for the host of this URL: by the environment's proxy unless it is this machine, and without what else an
    environment can slip into requests (passwords of .netrc).

    Raises: EndpointError for no http(s) URL, or a proxy of an unknown kind.
    """
    address = parse_url(url)
    verify = httpx2.create_ssl_context(trust_env=True) if address.secure else False
    return httpx2.Client(timeout=timeout_s, trust_env=False, proxy=environment_proxy(address), verify=verify)
