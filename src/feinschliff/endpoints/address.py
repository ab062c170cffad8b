"""Where an endpoint is: the URL taken apart, its secrets kept apart from what may be shown."""

from __future__ import annotations

import base64
import ipaddress
import re
from dataclasses import dataclass, field
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from feinschliff.errors import EndpointError
from feinschliff.i18n import tr

_NATIVE = "/api/chat"
_SUFFIXES = ("/chat/completions", "/completions", _NATIVE)
_PLAIN_QUERY = frozenset({"api-version", "version"})
_VERSION = re.compile(r"/v\d+(beta\d*)?$")
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Address:
    """An endpoint's URL in parts. `repr` shows nothing secret."""

    base: str
    """Base URL without credentials, query and trailing slash, e.g. `http://localhost:11434/v1`."""
    query: str = field(default="", repr=False)
    """The URL's query, sent with every request; may hold secrets."""
    basic: str | None = field(default=None, repr=False)
    """Value of the `Authorization` header for credentials that were in the URL."""
    plain: bool = False
    """True: plain completions (a `prompt`), False: chat completions."""
    full: bool = False
    """True where the user gave the whole address of the completions."""
    native: bool = False
    """True where that was the address of Ollama's own chat, `.../api/chat`."""

    @property
    def versioned(self) -> bool:
        """True where the base ends in `/v1` or the like."""
        return _VERSION.search(self.base) is not None

    @property
    def host(self) -> str:
        """Lower-case host name."""
        return urlsplit(self.base).hostname or ""

    @property
    def loopback(self) -> bool:
        """True where the host is this machine: no proxy is used then."""
        if self.host == "localhost" or self.host.endswith(".localhost"):
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    @property
    def secure(self) -> bool:
        """True for https."""
        return self.base.startswith("https:")

    @property
    def root(self) -> str:
        """The base without its version: where a server tells of itself."""
        return _VERSION.sub("", self.base)

    @property
    def identity(self) -> str:
        """What may be shown and stored: no credentials, and of the query only an API version."""
        shown = [(name, value) for name, value in parse_qsl(self.query) if name.lower() in _PLAIN_QUERY]
        base = self.base + ("/completions" if self.plain else _NATIVE if self.native else "")
        return base + "".join(f"{'&' if i else '?'}{name}={value}" for i, (name, value) in enumerate(shown))

    @property
    def secrets(self) -> tuple[str, ...]:
        """All texts of the URL that must never be shown."""
        queried = [value for name, value in parse_qsl(self.query) if name.lower() not in _PLAIN_QUERY]
        if self.basic is None:
            return tuple(queried)
        encoded = self.basic.removeprefix("Basic ")
        pair = base64.b64decode(encoded).decode()
        return (*queried, encoded, pair, pair.partition(":")[2])

    def url(self, path: str, *, base: str | None = None) -> str:
        """The address of `path` below the base (or another base), query included."""
        return (base or self.base) + path + (f"?{self.query}" if self.query else "")


def parse_url(url: str) -> Address:
    """Take an endpoint's URL apart. Raises: EndpointError for what is no http(s) URL."""
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        raise _no_url(url) from error
    if parts.scheme.lower() not in _DEFAULT_PORTS or not parts.hostname:
        raise _no_url(url)
    path = parts.path.rstrip("/")
    suffix = next((s for s in _SUFFIXES if path.endswith(s)), "")
    base = f"{parts.scheme.lower()}://{_netloc(parts, port)}{path.removesuffix(suffix)}"
    kind = {"plain": suffix == "/completions", "full": bool(suffix), "native": suffix == _NATIVE}
    return Address(base.rstrip("/"), parts.query, _basic(parts), **kind)


def redact_url(url: str) -> str:
    """The URL as it may be shown: without credentials, query secrets and trailing slash."""
    try:
        return parse_url(url).identity
    except EndpointError:
        return re.sub(r"//[^/@\s]*@", "//***@", url).partition("?")[0]


def url_secrets(url: str) -> tuple[str, ...]:
    """What of a URL must never be shown; nothing of what is no http(s) URL."""
    try:
        return parse_url(url).secrets
    except EndpointError:
        return ()


def _netloc(parts: SplitResult, port: int | None) -> str:
    host = (parts.hostname or "").lower()
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None or port == _DEFAULT_PORTS[parts.scheme.lower()] else f"{shown}:{port}"


def _basic(parts: SplitResult) -> str | None:
    if parts.username is None:
        return None
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}"
    return "Basic " + base64.b64encode(pair.encode()).decode()


def _no_url(url: str) -> EndpointError:
    shown = re.sub(r"//[^/@\s]*@", "//***@", url).partition("?")[0]
    return EndpointError(
        tr("'{shown}' is no http or https URL", shown=shown),
        asked=shown,
        mend=tr("give a base such as http://localhost:11434/v1"),
    )
