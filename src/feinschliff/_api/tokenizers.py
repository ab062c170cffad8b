"""Something that cuts texts as a model does: a model file, or a server that tells its tokens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Protocol

from feinschliff.build import Endpoint
from feinschliff.errors import EndpointError, InputError, ModelError
from feinschliff.generation import choose_model
from feinschliff.i18n import tr
from feinschliff.models.files import parts_of
from feinschliff.models.gguf_file import read_gguf
from feinschliff.models.loaded import LoadedModel, Piece


class Cutter(Protocol):
    """Cuts texts into tokens."""

    model: str
    context: int | None
    """Tokens of prompt and answer together that the model was trained for, or that the server allows."""

    def pieces(self, text: str, *, special: bool) -> list[Piece]:
        """A text's tokens, without what each prompt begins with; `special`: whether names of special tokens count."""
        ...


@contextmanager
def cutter(where: Endpoint | Path) -> Iterator[Cutter]:
    """The tokenizer of a model file or of a server's model.

    Raises: ModelError, EndpointError; InputError for a server that does not tell its tokens.
    """
    file = where if isinstance(where, Path) else where.file
    if file is not None:
        with _loaded(file) as model:
            yield _FileCutter(file.stem if file.suffix == ".gguf" else file.name, model)
        return
    assert isinstance(where, Endpoint)
    config = where
    opened = config.open()
    try:
        name, listed = choose_model(opened, config.model_name)
        context = next((info.context_length for info in listed if info.name == name), None)
        yield _ServerCutter(config, name, context, opened.identity)
    finally:
        opened.close()


def _loaded(path: Path) -> LoadedModel:
    """Raises: ModelError."""
    if path.is_dir():
        raise ModelError(
            tr("{path} is a folder, not a GGUF file", path=path),
            asked=str(path),
            mend=tr("make a file of it: fein models quantise {path} OUT.gguf --to f16", path=path),
        )
    parts = parts_of(path)
    try:
        return LoadedModel(path)
    except ModelError:
        for part in parts:  # llama.cpp does not say why: look whether it is cut or damaged
            read_gguf(part, arrays=False)
        raise


class _FileCutter:
    def __init__(self, model: str, loaded: LoadedModel) -> None:
        self.model, self.context = model, loaded.context_length or None
        self._loaded = loaded

    def pieces(self, text: str, *, special: bool) -> list[Piece]:
        return self._loaded.pieces(text, start=False, special=special)


class _ServerCutter:
    """llama.cpp and vLLM have `/tokenize`, with other names for the same; each overlooks what the other one needs."""

    def __init__(self, config: Endpoint, model: str, context: int | None, identity: str) -> None:
        self.model, self.context = model, context
        self._config, self._identity = config, identity

    def pieces(self, text: str, *, special: bool) -> list[Piece]:
        told = self._config.ask(
            "/tokenize",
            {
                "content": text,
                "add_special": False,
                "parse_special": special,
                "with_pieces": True,
                "model": self.model,
                "prompt": text,
                "add_special_tokens": False,
                "return_token_strs": True,
            },
        )
        if told is None or not isinstance(told.get("tokens"), list):
            raise InputError(
                tr("{identity} does not tell its tokens", identity=self._identity),
                asked="/tokenize",
                found=tr("llama.cpp's server and vLLM do; Ollama, LM Studio and hosted services do not"),
                mend=tr("name the model's .gguf file with --model; fein models list shows where it lies"),
            )
        limit = told.get("max_model_len")
        self.context = limit if isinstance(limit, int) else self.context
        return _pieces(told, self._identity)


def _pieces(told: Mapping[str, Any], identity: str) -> list[Piece]:
    try:
        names = told.get("token_strs") or [None] * len(told["tokens"])
        return [_piece(token, name) for token, name in zip(told["tokens"], names, strict=True)]
    except (KeyError, TypeError, ValueError):
        raise EndpointError(tr("{identity} tells its tokens in an unknown way", identity=identity)) from None


def _piece(token: Any, name: Any) -> Piece:
    if isinstance(token, dict):
        piece = token["piece"]
        return Piece(int(token["id"]), bytes(piece) if isinstance(piece, list) else str(piece).encode())
    return Piece(int(token), _BYTES.decoded(str(name)) if name is not None else b"")


class _ByteLetters:
    """vLLM shows tokens of byte-level vocabularies with a letter for each byte (a space is a G with a dot)."""

    def __init__(self) -> None:
        plain = [*range(33, 127), *range(161, 173), *range(174, 256)]
        others = [byte for byte in range(256) if byte not in plain]
        self._bytes = {chr(byte): byte for byte in plain} | {chr(256 + n): byte for n, byte in enumerate(others)}

    def decoded(self, text: str) -> bytes:
        """The bytes that the letters stand for; the text itself where it is not written so."""
        if all(letter in self._bytes for letter in text):
            return bytes(self._bytes[letter] for letter in text)
        return text.replace("\u2581", " ").encode()


_BYTES = _ByteLetters()
