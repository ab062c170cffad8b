"""`fein models serve`: a model file as an OpenAI-compatible server, until it is told to stop."""

from __future__ import annotations

import json
import os
import secrets
import socket
from typing import TYPE_CHECKING, Annotated

import typer

from feinschliff.cli.models_kv import cache_format
from feinschliff.cli.output import say
from feinschliff.errors import InputError
from feinschliff.i18n import tr

if TYPE_CHECKING:
    from pathlib import Path

_PORT = 9931
_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_KEY_VARIABLE = "FEIN_KEY"


def command(
    model: Annotated[str, typer.Argument(metavar="FILE", help=tr("GGUF file, or the name of a shipped model."))],
    port: Annotated[int, typer.Option("--port", min=0, max=65535, help=tr("Port; 0 takes a free one."))] = _PORT,
    host: Annotated[
        str, typer.Option("--host", help=tr("Address to listen on; any but the loopback needs a key."))
    ] = "127.0.0.1",
    api_key_env: Annotated[
        str | None, typer.Option("--api-key-env", help=tr("Environment variable with the key; without it one is made."))
    ] = None,
    no_key: Annotated[bool, typer.Option("--no-key", help=tr("Answer whoever asks; on the loopback only."))] = False,
    slots: Annotated[int, typer.Option("--slots", min=1, max=256, help=tr("Answers made at the same time."))] = 1,
    context: Annotated[
        int | None,
        typer.Option("--context", min=1, help=tr("Tokens of a slot; without it the model's own, at most 4096.")),
    ] = None,
    kv: Annotated[str, typer.Option("--kv", help=tr("Number format of the cache: f16, q8_0, q4_0."))] = "f16",
    name: Annotated[str | None, typer.Option("--name", help=tr("The model's name for clients."))] = None,
    as_json: Annotated[bool, typer.Option("--json", help=tr("URL and model as one JSON document."))] = False,
) -> None:
    """Serve a model to programs that speak OpenAI's API (/v1/chat/completions, /v1/models, /health), until Ctrl-C.

    Without --api-key-env a key is made and shown once.

    Example: [bold]fein models serve house-2 --port 9931[/]
    """
    from feinschliff.endpoints.engine import EngineOptions
    from feinschliff.endpoints.gguf import read_header
    from feinschliff.models.files import gguf_in, model_path, parts_of
    from feinschliff.models.serving import Service, become

    path = model_path(model)
    file = gguf_in(path) or path  # a folder without a GGUF file is refused by its name
    parts = parts_of(file)
    header = read_header(parts[0])
    key = _key(host, api_key_env, no_key=no_key)
    options = EngineOptions(
        alias=name or file.stem, key=key, slots=slots, context_tokens=context, kv=cache_format(kv), host=host, port=port
    )
    _check_port(host, port)
    _warn(parts, options.context(header), header.context_length)
    context = options.context(header)
    made = key if api_key_env is None else None
    if as_json:
        facts = {"url": "{url}", "model": options.alias, "slots": slots, "context": context, "key": made}
        ready = json.dumps(facts, ensure_ascii=False, indent=2)
    else:
        ready = _ready(options.alias, api_key_env if made is None else _KEY_VARIABLE, slots=slots, context=context)
        if made is not None:
            say(tr("Key, shown this once:") + f"\n  export {_KEY_VARIABLE}={made}")
    code = become(Service(str(parts[0]), options, ready, as_json))
    raise typer.Exit(code)


def _key(host: str, variable: str | None, *, no_key: bool) -> str | None:
    """The key that requests must bring. Raises: InputError."""
    if no_key:
        if variable is not None:
            raise InputError(
                tr("--no-key and --api-key-env exclude each other"), asked="--no-key", mend=tr("give one of them")
            )
        if host not in _LOOPBACK:
            raise InputError(
                tr("without a key only this machine is served"),
                asked=f"--host {host} --no-key",
                mend=tr("leave --no-key out, or serve on 127.0.0.1"),
            )
        return None
    if variable is None:
        return secrets.token_urlsafe(24)
    key = os.environ.get(variable, "").strip()
    if not key:
        raise InputError(
            tr("the environment variable {api_key_env} is not set", api_key_env=variable),
            asked=f"--api-key-env {variable}",
            mend=tr("export {api_key_env}=...", api_key_env=variable),
        )
    return key


def _check_port(host: str, port: int) -> None:
    """Raises: InputError where nothing can listen there; llama.cpp would only say that it failed."""
    try:
        family = socket.getaddrinfo(host, port or 80)[0][0]
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            if os.name == "posix":
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
    except OSError as error:
        raise InputError(
            tr("cannot listen on {host}:{port}", host=host, port=port),
            asked=f"--host {host} --port {port}",
            found=error.strerror or str(error),
            mend=tr("give another --port (0 takes a free one), or stop what uses it"),
        ) from None


def _warn(parts: list[Path], context: int, own: int | None) -> None:
    from feinschliff.models.hardware import usable_memory
    from feinschliff.models.sizes import size_text

    size, free = sum(part.stat().st_size for part in parts), usable_memory()[1]
    if free is not None and size > free:
        say(
            tr(
                "Warning: the model's weights take {size}, and {free} of memory are free (see fein models fit).",
                size=size_text(size),
                free=size_text(free),
            )
        )
    if own is not None and context > own:
        say(tr("Warning: the model was trained for {own} tokens of context, and {n} are wanted.", own=own, n=context))


def _ready(model: str, variable: str | None, *, slots: int, context: int) -> str:
    """One line with the address, and one to copy; `{url}` is filled in when it is known."""
    flag = "" if variable is None else f" --api-key-env {variable}"
    line = tr(
        "{model} answers at {url} ({slots} x {context} tokens). Ctrl-C stops it.",
        model=model,
        url="{url}",
        slots=slots,
        context=context,
    )
    example = 'fein generate posts.csv --prompt "{{ post }}" --out answers.csv'
    return f"{line}\n  {example} --endpoint {{url}} --model {model}{flag}"
