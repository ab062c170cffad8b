"""One HTTP exchange: connections, headers and secrets, and every way to fail brought to one exception."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import re
import ssl
import urllib.request
from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Protocol

import httpx2

from feinschliff.endpoints.address import Address
from feinschliff.endpoints.parse import error_text
from feinschliff.endpoints.retry import is_retried, parse_retry_after
from feinschliff.errors import EndpointError, InputError
from feinschliff.i18n import tr

_CONNECT_S = 15.0
_KEPT_S = 30.0
_END_S = 0.2
"""How long the end of a body is waited for when its last event has come."""
_WORDS = 300
_SHORTEST_SECRET = 4
_NOTHING_MADE = frozenset({*range(400, 500), 501, 503, 529}) - {408, 499}
"""Statuses that refuse a request before anything is generated; a 500 or 504 can come after the whole answer."""


class AttemptFailed(Exception):
    """An exchange that brought no usable answer. Its text is one sentence without secrets."""

    def __init__(
        self,
        what: str,
        *,
        kind: str,
        status: int | None = None,
        retry_after_s: float | None = None,
        refused: bool = False,
        unheard: bool = False,
    ) -> None:
        super().__init__(what)
        self.kind = kind
        """`429`, `500`, `timeout`, `connection`, `broken_body`."""
        self.status = status
        self.retry_after_s = retry_after_s
        self.refused = refused
        """True where nobody listens at the address."""
        self.unheard = unheard or refused
        """True where no connection came about: the server knows nothing of this exchange."""

    @property
    def may_have_answered(self) -> bool:
        """True unless it is certain that the server generated nothing: what it generated is paid for."""
        return not self.unheard and (self.status is None or self.status not in _NOTHING_MADE)

    @property
    def retried(self) -> bool:
        """True where another attempt can help."""
        return self.status is None or is_retried(self.status)


class Reader(Protocol):
    """Takes a body piece by piece."""

    @property
    def ended(self) -> bool:
        """True once nothing worth reading follows."""
        ...

    @property
    def stopped(self) -> bool:
        """True once no more is wanted, though more would follow."""
        ...

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        ...


Read = Callable[[httpx2.Response], Awaitable[bytes]]


class Transport:
    """Connections to one host, kept open between requests. To be used from one event loop.

    httpx2's transport is used without its client, which logs every URL (it may hold a key), keeps cookies and costs a
    third of the time of a short request. Each connection has a transport of its own: a shared pool looks at all its
    idle connections (with a system call each) at every request, half of the time with 64 of them.
    """

    def __init__(self, address: Address, *, api_key: str | None, headers: Mapping[str, str]) -> None:
        self._address = address
        self._headers = _headers(address, api_key, headers)
        # Compression would hold pieces back.
        plain = {"accept": "text/event-stream, application/json", "accept-encoding": "identity"}
        self._stream_headers = list((dict(self._headers) | plain).items())
        self._secrets = _secrets(address, api_key, headers)
        self._proxy = environment_proxy(address)
        self._tls: ssl.SSLContext | None = None
        self._free: list[httpx2.AsyncHTTPTransport] = []

    async def exchange(self, method: str, url: httpx2.URL, body: bytes | None, limit_s: float) -> bytes:
        """The body of a 2xx response within `limit_s` seconds, all phases together. Raises: AttemptFailed."""
        extensions = {"timeout": {"connect": min(_CONNECT_S, limit_s)}}
        request = httpx2.Request(method, url, headers=self._headers, content=body, extensions=extensions)
        return await self._in_time(request, limit_s, lambda response: response.aread())

    async def stream(self, url: httpx2.URL, body: bytes, limit_s: float, reader: Reader) -> None:
        """POST, and hand the pieces of a 2xx response to `reader` until it has enough.

        Raises: AttemptFailed, and whatever the reader raises.
        """
        extensions = {"timeout": {"connect": min(_CONNECT_S, limit_s)}}
        request = httpx2.Request("POST", url, headers=self._stream_headers, content=body, extensions=extensions)
        await self._in_time(request, limit_s, lambda response: _read_pieces(response, reader))

    async def _in_time(self, request: httpx2.Request, limit_s: float, read: Read) -> bytes:
        try:
            async with asyncio.timeout(limit_s):
                response, content = await self._over_a_connection(request, read)
        except (TimeoutError, httpx2.TimeoutException) as error:
            unheard = isinstance(error, httpx2.ConnectTimeout)
            raise AttemptFailed(f"no answer within {limit_s:.3g} s", kind="timeout", unheard=unheard) from None
        except httpx2.DecodingError as error:
            raise AttemptFailed("a body that cannot be decoded", kind="broken_body") from error
        except httpx2.HTTPError as error:
            raise self._disconnected(error) from None
        if _is_success(response):
            return content
        raise self._bad_status(response, content)

    def redact(self, text: str) -> str:
        """The text without any secret, at most 300 characters."""
        for secret in self._secrets:
            text = text.replace(secret, "***")
        text = " ".join(text.split())
        return text if len(text) <= _WORDS else text[: _WORDS - 3] + "..."

    async def close(self) -> None:
        """Close all connections that are not in use."""
        while self._free:
            await self._free.pop().aclose()

    async def _over_a_connection(self, request: httpx2.Request, read: Read) -> tuple[httpx2.Response, bytes]:
        """The response and what `read` made of its body (the body itself, where it is no success), over the connection
        that was used last. A body that is not read to its end closes the connection."""
        connection = self._free.pop() if self._free else self._new_connection()
        try:
            response = await connection.handle_async_request(request)
            try:
                return response, await (read(response) if _is_success(response) else response.aread())
            finally:
                await response.aclose()
        finally:
            self._free.append(connection)

    def _new_connection(self) -> httpx2.AsyncHTTPTransport:
        limits = httpx2.Limits(max_connections=1, max_keepalive_connections=1, keepalive_expiry=_KEPT_S)
        if self._tls is None:
            self._tls = _tls_context(self._address)
        return httpx2.AsyncHTTPTransport(verify=self._tls, limits=limits, proxy=self._proxy, trust_env=False)

    def _disconnected(self, error: httpx2.HTTPError) -> AttemptFailed:
        if _is_refused(error):
            return AttemptFailed("connection refused", kind="connection", refused=True)
        words = self.redact(str(error)) or type(error).__name__
        unheard = isinstance(error, httpx2.ConnectError | httpx2.ProxyError)
        return AttemptFailed(f"connection failed: {words}", kind="connection", unheard=unheard)

    def _bad_status(self, response: httpx2.Response, content: bytes) -> AttemptFailed:
        status = response.status_code
        words = self.redact(error_text(content))
        return AttemptFailed(
            f"HTTP {status}: {words}" if words else f"HTTP {status}",
            kind=str(status),
            status=status,
            retry_after_s=parse_retry_after(response.headers.get("retry-after")),
        )


def _is_success(response: httpx2.Response) -> bool:
    return 200 <= response.status_code < 300


async def _read_pieces(response: httpx2.Response, reader: Reader) -> bytes:
    pieces = aiter(response.aiter_bytes())
    async for piece in pieces:
        reader.feed(piece)
        if reader.stopped:
            break
        if reader.ended:
            # The connection can be used again if the body is read to its end, but not every server ends it.
            with contextlib.suppress(TimeoutError, httpx2.HTTPError, StopAsyncIteration):
                async with asyncio.timeout(_END_S):
                    while True:
                        await anext(pieces)
            break
    return b""


def _headers(address: Address, api_key: str | None, extra: Mapping[str, str]) -> list[tuple[str, str]]:
    headers = {
        "host": httpx2.URL(address.base).netloc.decode(),
        "user-agent": "feinschliff",
        "accept": "application/json",
        "accept-encoding": "gzip, deflate",
        "content-type": "application/json",
    }
    if address.basic is not None:
        headers["authorization"] = address.basic
    if api_key is not None:
        headers["authorization"] = f"Bearer {api_key}"
    for name, value in extra.items():
        headers[name.lower()] = value
    for name, value in headers.items():
        _check_header(name, value)
    return list(headers.items())


def _check_header(name: str, value: str) -> None:
    # An HTTP library would show the value in its error message.
    if not re.fullmatch(r"[!#$%&'*+.^_`|~0-9a-z-]+", name):
        raise InputError(
            tr("'{name}' is no header name", name=name), asked=f"header {name}", mend=tr("write 'Name: value'")
        )
    if not re.fullmatch(r"[\x20-\x7e\t]*", value):
        what = "API key" if name == "authorization" else f"header '{name}'"
        raise InputError(
            tr("the {what} holds characters that HTTP does not allow", what=what), mend=tr("look for line breaks in it")
        )


def _secrets(address: Address, api_key: str | None, headers: Mapping[str, str]) -> tuple[str, ...]:
    values: Iterable[str] = (*address.secrets, *([api_key] if api_key else []), *headers.values())
    words = {word for value in values for word in (value, *value.split())}
    return tuple(sorted((word for word in words if len(word) >= _SHORTEST_SECRET), key=len, reverse=True))


def _tls_context(address: Address) -> ssl.SSLContext:
    # Reading the certificates takes 20 ms: once for all connections, and not at all without TLS.
    if not address.secure:
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    return httpx2.create_ssl_context(trust_env=not address.loopback)


def environment_proxy(address: Address) -> str | None:
    """The proxy that the environment wants for this address; none for loopback. Raises: EndpointError."""
    if address.loopback or _is_bypassed(address.host):
        return None
    proxies = urllib.request.getproxies_environment()
    proxy = proxies.get(address.base.partition(":")[0]) or proxies.get("all")
    if proxy is None:
        return None
    scheme, found, _ = proxy.partition("://")
    if found and scheme not in ("http", "https"):
        raise EndpointError(
            tr("the environment wants a proxy of an unknown kind ({scheme})", scheme=scheme),
            asked=address.identity,
            mend=tr("set an http or https proxy, or add the host to no_proxy"),
        )
    return proxy if found else f"http://{proxy}"


def _is_bypassed(host: str) -> bool:
    return bool(urllib.request.proxy_bypass_environment(host))  # type: ignore[attr-defined]


def _is_refused(error: BaseException) -> bool:
    seen: BaseException | None = error
    while seen is not None:
        if isinstance(seen, OSError) and seen.errno == errno.ECONNREFUSED:
            return True
        if isinstance(seen, OSError) and "refused" in str(seen).lower():
            return True
        seen = seen.__cause__ or seen.__context__
    # With several addresses of a name, the text is all that is left.
    return "all connection attempts failed" in str(error).lower()
