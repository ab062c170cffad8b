"""What a server tells of itself: its software, its models, its sampling defaults, its slots."""

from __future__ import annotations

import asyncio
import contextlib
import random
from collections.abc import Mapping, Sequence
from typing import Any

import httpx2
from pydantic import JsonValue

from feinschliff.endpoints import software
from feinschliff.endpoints.address import Address
from feinschliff.endpoints.defaults import llama_cpp_defaults, ollama_defaults
from feinschliff.endpoints.parse import BrokenBody, parse_object
from feinschliff.endpoints.paths import LIMITS_S, ask_paths
from feinschliff.endpoints.protocol import Backend, ModelInfo
from feinschliff.endpoints.tokens import prompt_ids
from feinschliff.endpoints.transport import AttemptFailed, Transport
from feinschliff.errors import EndpointError
from feinschliff.i18n import tr
from feinschliff.records import Message

_OTHER_BODY = "other_body"
_ATTEMPTS = 8
_PROBE_ATTEMPTS = 6
_LIST_S = 15.0
_OTHERS = 3
"""Attempts at a path that answers with something else: a server may have a page there, or a gateway its hiccups."""


class Server:
    """Questions to one server, asked in the endpoint's event loop; what does not change is asked once."""

    def __init__(self, address: Address, transport: Transport) -> None:
        self._address = address
        self._transport = transport
        self._base: str | None = address.base if address.versioned or address.full else None
        self._backend: Backend | None = software.by_host(address.host)
        self._props: dict[str, Any] = {}
        self._version: str | None = None
        self._rows: list[Any] | None = None
        self._unread: dict[str, Any] | None = None
        self._unheard = 0
        self._asking = asyncio.Lock()

    async def base(self) -> str:
        """The base that answers `/models`: the given one, else the given one with `/v1`."""
        if await self.native():
            return self._address.root + "/v1"
        if self._base is None:
            try:
                await self._listed()
            except EndpointError:
                return self._address.base
        return self._base or self._address.base

    @property
    def settled(self) -> bool:
        """True once it is known whose software it is, or that it does not show or tell in time."""
        return self._backend is not None

    async def native(self) -> bool:
        """True where Ollama's own chat is asked: by its full address, or by a base without `/v1` that is Ollama's."""
        if self._address.native:
            return await self.backend() in ("ollama", "unknown")
        return not (self._address.versioned or self._address.full) and await self.backend() == "ollama"

    async def models(self) -> list[ModelInfo]:
        """What the server lists; nothing where a full completions address has no list beside it.

        Raises: EndpointError when it cannot be reached or refuses.
        """
        if await self.native():
            return await self._tags()
        try:
            body, self._unread = self._unread or await self._listed(), None
        except EndpointError as error:
            # transformers lists what lies in a cache folder; where there is none it fails, and serves all the same.
            if not (error.found or "").startswith("HTTP 5") or await self.backend() != "transformers":
                raise
            return []
        rows = body.get("data")
        if not isinstance(rows, list):
            raise EndpointError(
                tr("{identity} lists no models", identity=self._address.identity),
                found=tr("no 'data' in the answer of /models"),
            )
        backend = await self.backend()
        digests = await self._ollama_digests() if backend == "ollama" else {}
        slot = _integer(_sub(self._props, "default_generation_settings").get("n_ctx"))
        return [
            ModelInfo(row["id"], digests.get(row["id"]), slot or _context(row))
            for row in rows
            if isinstance(row, dict) and isinstance(row.get("id"), str)
        ]

    async def backend(self) -> Backend:
        """The server's software, `unknown` where it does not show. Who asks at the same time waits for one answer."""
        async with self._asking:
            return await self._ask_backend()

    async def _ask_backend(self) -> Backend:
        if self._backend is None:
            told = await ask_paths(self._probe)
            if not told.answers:
                self._unheard += 1
                if not told.silent and self._unheard == 1:
                    return "unknown"  # nobody was there: the next question may find it
                self._backend = software.by_models(self._rows or [])  # who is silent is not asked again and again
                return self._backend
            self._props = told.at("/props")
            version = self._props.get("build_info") or (told.at("/api/version") or told.at("/version")).get("version")
            self._version = str(version) if version else None
            self._backend = told.backend or await self._other_software()
        return self._backend

    async def _other_software(self) -> Backend:
        """What tells itself by its list of models or of paths only."""
        if self._rows is None and not self._address.native:
            with contextlib.suppress(EndpointError):
                self._unread = await self._listed()  # whoever asks for the models next need not ask again
        backend = software.by_models(self._rows or [])
        if backend != "unknown":
            return backend
        with contextlib.suppress(AttemptFailed):
            if software.is_transformers(await self._probe("/openapi.json", "paths", LIMITS_S[-1])):
                return "transformers"
        return "unknown"

    async def version(self) -> str | None:
        """The software's version: llama.cpp's build, Ollama's or vLLM's number; None where none is told."""
        await self.backend()
        return self._version

    async def slots(self) -> int | None:
        """Requests that are worked on at the same time; None where that is not told."""
        # transformers answers one after the other, and its seed is for whatever runs next.
        return 1 if await self.backend() == "transformers" else _integer(self._props.get("total_slots"))

    async def defaults(self, model: str) -> dict[str, JsonValue]:
        """Sampling defaults by catalogue name, as far as the server tells them."""
        backend = await self.backend()
        if backend == "llama.cpp":
            return llama_cpp_defaults(_sub(_sub(self._props, "default_generation_settings"), "params"))
        if backend == "ollama":
            try:
                shown = await self._ask("POST", "/api/show", "details", {"model": model})
            except EndpointError:
                shown = {}  # it lists its models, so it is there; what it does not tell is not known
            return ollama_defaults(shown, native=await self.native())
        return {}

    async def prompt_ids(self, model: str, messages: Sequence[Message]) -> tuple[int, ...] | None:
        """Ids of a prompt's tokens; None where the server does not tell them. Raises: EndpointError."""

        async def ask(path: str, body: Mapping[str, JsonValue]) -> Mapping[str, Any]:
            return await self._ask("POST", path, "prompt" if path == "/apply-template" else "tokens", body)

        return await prompt_ids(await self.backend(), ask, model=model, messages=messages, plain=self._address.plain)

    async def vocabulary(self, model: str) -> int | None:
        """Tokens that the model knows (llama.cpp); None where that is not told. Raises: EndpointError."""
        if await self.backend() != "llama.cpp":
            return None
        if self._rows is None:
            await self._listed()
        rows = [row for row in self._rows or [] if isinstance(row, dict)]
        own = [row for row in rows if row.get("id") == model or len(rows) == 1]
        return next((size for row in own if (size := _integer(_sub(row, "meta").get("n_vocab")))), None)

    async def _listed(self) -> dict[str, Any]:
        """The answer of `/models`; settles which base it is. Raises: EndpointError."""
        bases = [self._base] if self._base else [self._address.base, self._address.base + "/v1"]
        for base in bases:
            try:
                body = await self._get("GET", self._address.url("/models", base=base), "data")
            except AttemptFailed as failed:
                if failed.status not in (404, 405):
                    raise self._unreachable(failed) from None
            else:
                self._base = base
                self._rows = body["data"] if isinstance(body.get("data"), list) else None
                return body
        if self._address.full:
            return {"data": []}
        raise EndpointError(
            tr("{identity} has no list of models (HTTP 404)", identity=self._address.identity),
            asked=f"{self._address.identity}/models",
            found="HTTP 404",
            mend=tr("give the base of an OpenAI-compatible API, as http://localhost:11434/v1"),
        )

    async def _tags(self) -> list[ModelInfo]:
        """What Ollama lists of its own. Raises: EndpointError."""
        try:
            body = await self._get("GET", self._root("/api/tags"), "models")
        except AttemptFailed as failed:
            raise self._unreachable(failed) from None
        rows = [row for row in body["models"] if isinstance(row, dict)] if isinstance(body["models"], list) else []
        named = [(row.get("name") or row.get("model"), row.get("digest")) for row in rows]
        return [ModelInfo(str(name), str(digest) if digest else None) for name, digest in named if name]

    async def _ollama_digests(self) -> dict[str, str]:
        rows = (await self._ask("GET", "/api/tags", "models")).get("models")
        named = [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
        return {str(row.get("name")): str(row["digest"]) for row in named if row.get("digest")}

    async def _probe(self, path: str, key: str, limit_s: float) -> dict[str, Any]:
        """The JSON object with `key` at a path below the root; {} where there is none.

        Raises: AttemptFailed where nobody answered in time.
        """
        try:
            return await self._get(
                "GET", self._root(path), key, attempts=_PROBE_ATTEMPTS, limit_s=limit_s, timeouts=1, others=_OTHERS
            )
        except AttemptFailed as failed:
            if failed.kind in ("timeout", "connection"):
                raise
            return {}

    async def _ask(
        self, method: str, path: str, key: str, body: Mapping[str, JsonValue] | None = None
    ) -> dict[str, Any]:
        """The JSON object with `key` at a path below the root; {} where the server has none. Raises: EndpointError."""
        try:
            return await self._get(method, self._root(path), key, body=body)
        except AttemptFailed as failed:
            if failed.retried:
                raise self._unreachable(failed) from None
            return {}

    def _root(self, path: str) -> str:
        return self._address.url(path, base=self._address.root)

    async def _get(
        self,
        method: str,
        url: str,
        key: str,
        *,
        body: Mapping[str, JsonValue] | None = None,
        attempts: int = _ATTEMPTS,
        limit_s: float = _LIST_S,
        timeouts: int = 3,
        others: int = _ATTEMPTS,
    ) -> dict[str, Any]:
        """A JSON object that holds `key`, asked for until it comes. Raises: AttemptFailed."""
        content = None if body is None else httpx2.Request("POST", url, json=dict(body)).content
        left = {"connection": 6, "timeout": timeouts, _OTHER_BODY: others}
        for attempt in range(attempts):
            try:
                return _object(await self._transport.exchange(method, httpx2.URL(url), content, limit_s), key)
            except AttemptFailed as failed:
                left[failed.kind] = left.get(failed.kind, attempts) - (2 if failed.refused else 1)
                if not failed.retried or left[failed.kind] <= 0 or attempt + 1 == attempts:
                    raise
                await asyncio.sleep(random.uniform(0.5, 1.0) * min(0.5, 0.05 * 2.0**attempt))
        raise AssertionError("the last attempt returns or raises")

    def _unreachable(self, failed: AttemptFailed) -> EndpointError:
        shown = self._address.identity
        refused = failed.status in (401, 403)
        return EndpointError(
            tr("{shown} refuses to list its models ({failed})", shown=shown, failed=failed)
            if refused
            else tr("cannot reach {shown} ({failed})", shown=shown, failed=failed),
            asked=shown,
            found=str(failed),
            mend=tr("give the key with --api-key-env VAR") if refused else tr("start the server or correct the URL"),
        )


def _object(content: bytes, key: str) -> dict[str, Any]:
    try:
        body = parse_object(content)
    except BrokenBody as error:
        raise AttemptFailed(f"a broken answer: {error}", kind="broken_body") from error
    if body.get(key) is None:
        raise AttemptFailed(f"an answer without '{key}'", kind=_OTHER_BODY)
    return body


def _context(row: Mapping[str, Any]) -> int | None:
    meta = _sub(row, "meta")
    told = (row.get("max_model_len"), row.get("context_length"), meta.get("n_ctx"), meta.get("n_ctx_train"))
    return next((value for value in map(_integer, told) if value), None)


def _sub(mapping: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = mapping.get(name)
    return value if isinstance(value, dict) else {}


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None
