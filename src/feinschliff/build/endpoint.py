"""The public endpoint: where the model is and how to reach it. Holds no secret and opens nothing by itself."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, TypeAlias, overload
from urllib.parse import urlsplit

from pydantic import JsonValue

from feinschliff.build.key_names import is_name, no_variable
from feinschliff.build.prices import load_prices, prices_path
from feinschliff.endpoints.limits import RateLimit
from feinschliff.endpoints.protocol import Endpoint as OpenEndpoint
from feinschliff.errors import InputError
from feinschliff.generation import Price, PriceEntry, Prices
from feinschliff.i18n import tr
from feinschliff.models.house import house_models, house_path

_OPENAI_HOST = "api.openai.com"
_EMBEDDED_SLOTS = 4
_OMITTABLE = ("seed", "max_tokens")


PriceSpec: TypeAlias = Price | tuple[float, float]
"""USD per million prompt and completion tokens."""


class Endpoint:
    """An OpenAI-compatible URL, a GGUF file, or (without arguments) the embedded house model.

    Args:
        url: a base such as `http://localhost:11434/v1`, or a full `.../chat/completions` or `.../completions` URL;
            Ollama's own base `http://localhost:11434` (or `.../api/chat`) is asked in its own way, with more settings.
        model: name as the endpoint lists it; for the embedded engine the path of a `.gguf` file, or the name of a
            model that ships with the package (`house-1`).
        api_key_env: name of the environment variable that holds the key. Without it a key is sent only to
            api.openai.com and to `OPENAI_BASE_URL`, from `OPENAI_API_KEY`.
        headers: further headers; their values are treated as secrets.
        concurrency: requests in flight at most (default: the server's slots where it tells, else 4).
        timeout_s: longest wait for one answer, in seconds.
        rpm, tpm: requests and tokens per minute at most.
        price: USD per million prompt and completion tokens, for all models or by name or pattern; without it the
            user's price table counts (`fein prices`), though not for the embedded engine.
        omit: fields that this server refuses and that are never sent: `seed`, `max_tokens`.
        stream: read answers as they are made: the time to the first token is kept, and an answer that got stuck in a
            loop is ended. Costs some 0.1 ms of processor time for each token.
    """

    def __init__(
        self,
        url: str | None = None,
        *,
        model: str | None = None,
        api_key_env: str | None = None,
        headers: Mapping[str, str] | None = None,
        concurrency: int | None = None,
        timeout_s: float = 120.0,
        rpm: int | None = None,
        tpm: int | None = None,
        price: PriceSpec | Mapping[str, PriceSpec] | None = None,
        omit: Sequence[str] = (),
        stream: bool = False,
    ) -> None:
        self.url = url
        self.model = model
        self.api_key_env = api_key_env
        self.headers = dict(headers or {})
        self.concurrency = concurrency
        self.timeout_s = timeout_s
        self.rpm = rpm
        self.tpm = tpm
        self.price = {m: _price(p) for m, p in price.items()} if isinstance(price, Mapping) else _price(price)
        self.omit = tuple(omit)
        self.stream = stream
        self._check()

    def __repr__(self) -> str:
        from feinschliff.endpoints.http import redact_url

        where = "embedded" if self.embedded else redact_url(self.url or "")
        return f"Endpoint({where!r}, model={self.model!r})"

    @property
    def embedded(self) -> bool:
        """True where llama.cpp runs in this process."""
        return self.url is None

    @property
    def file(self) -> Path | None:
        """The model file of the embedded engine; None for a URL."""
        if self.url is not None:
            return None
        return house_path() if self.model is None else _local_file(self.model)

    @property
    def model_name(self) -> str | None:
        """The model to ask the opened endpoint for; None where it has only one."""
        return None if self.embedded else self.model

    def prices(self) -> Prices:
        """What its models cost, as far as anybody said. Raises: InputError for a broken price table."""
        if isinstance(self.price, Price):
            return Prices(every=self.price)
        if self.price is not None:
            return Prices(entries=tuple(PriceEntry(model, price) for model, price in self.price.items()))
        return Prices() if self.embedded else Prices(entries=load_prices(), source=str(prices_path()))

    def open(self, *, until: float | None = None, embeds: bool = False, models: Sequence[str] = ()) -> OpenEndpoint:
        """Connect, or start the embedded engine. `until`: as for `HttpEndpoint`; `embeds`: as for `EmbeddedEndpoint`;
        `models`: those that settings will name, which can be several files for the embedded engine.

        Raises: InputError for a missing key, ModelError for a file that is no model.
        """
        slots, rate = self.concurrency or _EMBEDDED_SLOTS, RateLimit(self.rpm, self.tpm)
        if self._several(models):
            from feinschliff.endpoints.shelf import EmbeddedShelf

            return EmbeddedShelf(self.files(models), slots=slots, timeout_s=self.timeout_s, rate=rate)
        if self.file is not None:
            from feinschliff.endpoints.embedded import EmbeddedEndpoint

            return EmbeddedEndpoint(self.file, slots=slots, embeds=embeds, timeout_s=self.timeout_s, rate=rate)
        from feinschliff.endpoints.http import HttpEndpoint

        return HttpEndpoint(
            str(self.url),
            api_key=self._key(),
            headers=self.headers,
            concurrency=self.concurrency,
            timeout_s=self.timeout_s,
            rate=rate,
            until=until,
        )

    def files(self, models: Sequence[str] = ()) -> dict[str, Path]:
        """The files of the embedded engine by the names that answers have; `models`: as for `open`. None for a URL."""
        if self.file is None:
            return {}
        own = {self.file.stem: self.file}
        if not self._several(models):
            return own
        return {model: own.get(model) or _local_file(model) for model in models if model in own or is_local(model)}

    def _several(self, models: Sequence[str]) -> bool:
        """Whether settings name other files than the endpoint's own."""
        return self.file is not None and any(is_local(model) and model != self.file.stem for model in models)

    def ask(self, path: str, body: Mapping[str, JsonValue]) -> dict[str, Any] | None:
        """One question to the server beside answers, at a path below its root; None where it has no such address.

        Raises: EndpointError, InputError for a missing key. Only for a URL.
        """
        from feinschliff.endpoints.address import parse_url
        from feinschliff.endpoints.ask import ask

        address = parse_url(str(self.url))
        basic = {} if address.basic is None else {"Authorization": address.basic}
        url = address.url(path, base=address.root)
        return ask(url, body, api_key=self._key(), headers={**basic, **self.headers})

    def _key(self) -> str | None:
        if self.api_key_env is not None:
            key = os.environ.get(self.api_key_env)
            if not key:
                raise no_variable(self.api_key_env)
            return key
        trusted = os.environ.get("OPENAI_BASE_URL", "").rstrip("/")
        url = (self.url or "").rstrip("/")
        is_trusted = urlsplit(url).hostname == _OPENAI_HOST or (trusted and _within(url, trusted))
        return os.environ.get("OPENAI_API_KEY") if is_trusted else None

    def _check(self) -> None:
        if self.url is None and self.model is not None and not is_local(self.model):
            raise InputError(
                tr("the model '{model}' needs an endpoint", model=self.model),
                asked=f"--model {self.model}",
                found=tr("no --endpoint, no .gguf file, and none of {names}", names=", ".join(house_models())),
                mend=tr("give --endpoint URL, or the path of a .gguf file as --model"),
            )
        if self.url is None and (self.api_key_env is not None or self.headers):
            raise InputError(
                tr("a key or a header needs an endpoint to be sent to"),
                asked="--api-key-env" if self.api_key_env is not None else "--header",
                found=tr("the embedded engine, which runs in this process"),
                mend=tr("give --endpoint URL, or leave them out"),
            )
        if self.api_key_env is not None and not is_name(self.api_key_env):
            raise no_variable(self.api_key_env)
        for name, value in (("concurrency", self.concurrency), ("rpm", self.rpm), ("tpm", self.tpm)):
            if value is not None and value < 1:
                raise InputError(
                    tr("{name} must be at least 1, not {value}", name=name, value=value),
                    asked=f"{name}={value}",
                    mend=tr("give 1 or more"),
                )
        for name in self.omit:
            if name not in _OMITTABLE:
                raise InputError(
                    tr("'{name}' cannot be omitted", name=name),
                    asked=f"omit {name}",
                    found=tr("what is always sent: seed, max_tokens"),
                    mend=tr("leave other parameters out by not naming them"),
                )
        if not self.timeout_s > 0:
            raise InputError(
                tr("timeout_s must be above 0, not {timeout_s}", timeout_s=self.timeout_s), mend=tr("give seconds")
            )


def is_local(model: str) -> bool:
    """Whether the embedded engine runs this model: a `.gguf` file, or one that ships with the package."""
    return model.endswith(".gguf") or model in house_models()


def _local_file(model: str) -> Path:
    return house_path(model) if model in house_models() else Path(model)


@overload
def _price(spec: PriceSpec) -> Price: ...
@overload
def _price(spec: None) -> None: ...
def _price(spec: PriceSpec | None) -> Price | None:
    return Price(*spec) if isinstance(spec, tuple) else spec


def _within(url: str, base: str) -> bool:
    return url == base or url.startswith(base + "/")
