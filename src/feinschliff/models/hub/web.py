"""Requests to a hub: JSON, and files that may lie elsewhere. A token goes to the hub itself and to nobody else."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx2

from feinschliff.endpoints.address import parse_url, redact_url
from feinschliff.endpoints.ask import plain_client
from feinschliff.errors import EndpointError, ModelError, RunError
from feinschliff.i18n import tr

_PATIENCE_S = 30.0
_MOST_REDIRECTS = 10
_LONGEST_JSON = 64 << 20
_TRIES = 3
_WAIT_S = 0.3


class CutOff(Exception):
    """A connection failed on the way, or a server was in trouble: the same may work again."""


class Web:
    """A hub.

    Args:
        base: its address.
        token: who asks; sent to this host only.
        token_name: the environment variable that the token comes from.

    Raises: EndpointError for an address that is none, or a token that would go over the net unencrypted.
    """

    def __init__(self, base: str, *, token: str | None = None, token_name: str = "") -> None:
        address = parse_url(base)
        self.base = base.rstrip("/")
        self._origin = _origin(base)
        if token and not (address.secure or address.loopback):
            raise EndpointError(
                tr("the token would go to {hub} unencrypted", hub=redact_url(base)),
                asked=token_name,
                mend=tr("give the hub's address with https, or unset {name}", name=token_name),
            )
        self._token = token
        self._token_name = token_name

    def __repr__(self) -> str:
        return f"Web({redact_url(self.base)!r})"

    def json(self, path: str, *, accept: str = "application/json", what: str) -> Any:
        """What the hub answers at a path. `what` is what was asked for, as errors name it.

        Raises: ModelError where it has no such thing or refuses it, EndpointError where it cannot be reached.
        """
        for attempt in range(_TRIES):
            try:
                return json.loads(self._content(path, accept, what))
            except CutOff as error:
                if attempt + 1 == _TRIES:
                    raise EndpointError(
                        tr("cannot reach {shown} ({failed})", shown=self.shown, failed=str(error)),
                        asked=what,
                        mend=tr("look at the network, and try again"),
                    ) from None
                time.sleep(_WAIT_S * 2**attempt)
            except ValueError:
                raise EndpointError(
                    tr("{hub} answers with something else than JSON", hub=self.shown), asked=what
                ) from None
        raise AssertionError("the last attempt returns or raises")

    def _content(self, path: str, accept: str, what: str) -> bytes:
        content = b""
        with self.get(self.base + path, {"Accept": accept}, what=what) as response:
            for piece in response.iter_bytes():
                content += piece
                if len(content) > _LONGEST_JSON:
                    raise EndpointError(tr("the answer of {hub} is too long", hub=self.shown), asked=what)
        return content

    @property
    def shown(self) -> str:
        """The address without secrets."""
        return redact_url(self.base)

    @contextmanager
    def get(self, url: str, headers: Mapping[str, str], *, what: str) -> Iterator[httpx2.Response]:
        """A response with its body still to come; redirects are followed, the token is not taken along.

        Raises: CutOff, ModelError, EndpointError.
        """
        for _ in range(_MOST_REDIRECTS):
            own = {"Authorization": f"Bearer {self._token}"} if self._token and _origin(url) == self._origin else {}
            try:
                with (
                    plain_client(url, timeout_s=_PATIENCE_S) as client,
                    client.stream("GET", url, headers={**headers, **own}) as response,
                ):
                    if response.is_redirect:
                        url = _next(url, response.headers.get("location", ""))
                        continue
                    if response.status_code >= 400 and response.status_code != 416:
                        raise self._refused(response, what)
                    yield response
                    return
            except httpx2.HTTPError as error:
                raise CutOff(type(error).__name__) from None
        raise EndpointError(tr("{hub} redirects without end", hub=self.shown), asked=what)

    def _refused(self, response: httpx2.Response, what: str) -> Exception:
        status = response.status_code
        if status in {408, 425, 429} or status >= 500:
            return CutOff(f"HTTP {status}")
        if status in {401, 403}:
            told = tr("set {name} to a token that may read it", name=self._token_name) if self._token_name else None
            mend = tr("look at the token, and accept the model's terms on its page") if self._token else told
            return ModelError(
                tr("{hub} does not give {what}", hub=self.shown, what=what),
                asked=what,
                found=tr("HTTP {status} with a token", status=status)
                if self._token
                else tr("HTTP {status} without a token", status=status),
                mend=mend or tr("look at the name; fein models search finds some"),
            )
        return ModelError(
            tr("not found on {hub}: {what}", hub=self.shown, what=what),
            asked=what,
            found=f"HTTP {status}",
            mend=tr("look at the name; fein models search finds some"),
        )


def checksum_failed(name: str, *, found: str, wanted: str) -> RunError:
    """What is said of a file that is not what the hub promised; it is not kept."""
    return RunError(
        tr("{name} came with a wrong checksum, and is not kept", name=name),
        asked=wanted,
        found=found,
        mend=tr("fetch it again; if that does not help, the file on the hub is damaged"),
    )


def _next(url: str, location: str) -> str:
    """Where a redirect leads. Raises: EndpointError for a place that is no web address, or that is less safe."""
    found = urljoin(url, location)
    if urlsplit(found).scheme not in {"http", "https"} or (
        urlsplit(url).scheme == "https" and urlsplit(found).scheme == "http"
    ):
        raise EndpointError(tr("a redirect leads to an unsafe place"), asked=redact_url(url), found=redact_url(found))
    return found


def _origin(url: str) -> tuple[str, str, int]:
    parts = urlsplit(url)
    return parts.scheme, parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
