"""A model file as llama.cpp reads it, without a server: its tokens, and the probability it gives a text.

The server tells probabilities only of what it samples itself; a text that is there already needs what lies below it.
"""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from feinschliff.endpoints.gguf import read_header
from feinschliff.errors import ModelError
from feinschliff.i18n import tr
from feinschliff.models.native import Native, native

_ROOM = 4096
"""Bytes set aside for a structure of parameters: far more than any version has. The library fills the beginning, gets
the whole back, and reads the beginning again."""

_TINY_PARAMETERS = 50_000_000

_POINTER, _INT, _BOOL = ctypes.c_void_p, ctypes.c_int32, ctypes.c_bool


class _Parameters(ctypes.Structure):
    _fields_ = (("bytes", ctypes.c_uint8 * _ROOM),)


class _Batch(ctypes.Structure):
    _fields_ = (
        ("count", _INT),
        ("tokens", ctypes.POINTER(_INT)),
        ("embeddings", _POINTER),
        ("positions", ctypes.POINTER(_INT)),
        ("sequence_counts", ctypes.POINTER(_INT)),
        ("sequences", ctypes.POINTER(ctypes.POINTER(_INT))),
        ("wanted", ctypes.POINTER(ctypes.c_int8)),
    )


@dataclass(frozen=True)
class Piece:
    """One token."""

    id: int
    data: bytes
    """What it stands for; several tokens can share one character."""

    @property
    def text(self) -> str:
        """The same as text; parts of a character show as replacement characters."""
        return self.data.decode("utf-8", "replace")

    def to_dict(self) -> dict[str, int | str]:
        """As JSON shows it: the bytes too, where they are no text by themselves."""
        try:
            return {"id": self.id, "text": self.data.decode("utf-8")}
        except UnicodeDecodeError:
            return {"id": self.id, "text": self.text, "bytes": self.data.hex()}


class LoadedModel:
    """A GGUF file, loaded for looking at texts. Not for two threads at once.

    Args:
        path: the file.
        threads: processors to use; a model below 50 M parameters gets one, since more only wait for each other.

    Raises: ModelError for a file that llama.cpp cannot load, or a library that is not as expected.
    """

    def __init__(self, path: Path, *, threads: int = 1) -> None:
        header = read_header(path)  # says more of a bad file than llama.cpp does
        self._path = path
        self._library = library = native()
        _be_quiet(library)
        self._model: int | None = None
        self._context: int | None = None
        library.call("llama_backend_init", None)()
        parameters = library.call("llama_model_default_params", _Parameters)()
        load = library.call("llama_model_load_from_file", _POINTER, ctypes.c_char_p, _Parameters)
        self._model = load(str(path).encode(), parameters)
        if self._model is None:
            raise ModelError(
                tr("llama.cpp cannot load {file}", file=path),
                asked=str(path),
                mend=tr("the file may be damaged, or its architecture newer than this llama.cpp"),
            )
        self._vocabulary = library.call("llama_model_get_vocab", _POINTER, _POINTER)(self._model)
        self._threads = 1 if header.parameters < _TINY_PARAMETERS else threads
        self.vocabulary_size: int = library.call("llama_vocab_n_tokens", _INT, _POINTER)(self._vocabulary)
        self.context_length: int = library.call("llama_model_n_ctx_train", _INT, _POINTER)(self._model)
        """Tokens that the model was trained for."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Give the memory back; safe to call twice."""
        if self._context is not None:
            self._library.call("llama_free", None, _POINTER)(self._context)
            self._context = None
        if self._model is not None:
            self._library.call("llama_model_free", None, _POINTER)(self._model)
            self._model = None

    def tokens(self, text: str, *, start: bool = True, special: bool = False) -> list[int]:
        """The ids of a text's tokens.

        Args:
            text: any text.
            start: with what the model wants at the beginning (and end) of each prompt.
            special: whether `<|im_start|>` and its like in the text mean the token of that name.
        """
        data = text.encode("utf-8", "replace")
        tokenize = self._library.call(
            "llama_tokenize", _INT, _POINTER, ctypes.c_char_p, _INT, ctypes.POINTER(_INT), _INT, _BOOL, _BOOL
        )
        room = len(data) + 16
        while True:
            ids = (_INT * room)()
            count = tokenize(self._vocabulary, data, len(data), ids, room, start, special)
            if count >= 0:
                return list(ids[:count])
            room = -count

    def piece(self, token: int) -> bytes:
        """The bytes that a token stands for, special ones by their names."""
        to_piece = self._library.call("llama_token_to_piece", _INT, _POINTER, _INT, ctypes.c_char_p, _INT, _INT, _BOOL)
        room = 64
        while True:
            text = ctypes.create_string_buffer(room)
            count = to_piece(self._vocabulary, token, text, room, 0, True)
            if count >= 0:
                return text.raw[:count]
            room = -count

    def pieces(self, text: str, *, start: bool = True, special: bool = False) -> list[Piece]:
        """A text's tokens with what each stands for."""
        ids = self.tokens(text, start=start, special=special)
        return [Piece(token, self.piece(token)) for token in ids]

    @property
    def window(self) -> int:
        """Tokens that go through at a time: 512, or the model's own limit below it."""
        context = self._open()
        size: int = self._library.call("llama_n_ctx", ctypes.c_uint32, _POINTER)(context)
        return min(size, self.context_length or size)

    def log_probabilities(self, tokens: Sequence[int]) -> NDArray[np.float64]:
        """ln of the probability that the model gives to each token after those before it; one less than tokens.

        Args:
            tokens: 2 to `window` of them.

        Raises: ModelError where llama.cpp fails.
        """
        context, library = self._open(), self._library
        memory = library.call("llama_get_memory", _POINTER, _POINTER)(context)
        library.call("llama_memory_clear", None, _POINTER, _BOOL)(memory, True)
        batch = library.call("llama_batch_init", _Batch, _INT, _INT, _INT)(len(tokens), 0, 1)
        if not _is_as_expected(batch):
            raise self._failed(tr("a batch of another shape"))
        try:
            batch.count = len(tokens)
            for place, token in enumerate(tokens):
                batch.tokens[place], batch.positions[place] = token, place
                batch.sequence_counts[place], batch.sequences[place][0] = 1, 0
                batch.wanted[place] = place + 1 < len(tokens)
            if (code := library.call("llama_decode", _INT, _POINTER, _Batch)(context, batch)) != 0:
                raise self._failed(tr("llama_decode ended with {code}", code=code))
            found = library.call("llama_get_logits", ctypes.POINTER(ctypes.c_float), _POINTER)(context)
            logits = np.ctypeslib.as_array(found, shape=(len(tokens) - 1, self.vocabulary_size)).astype(np.float64)
        finally:
            library.call("llama_batch_free", None, _Batch)(batch)
        highest = logits.max(axis=1)
        total = highest + np.log(np.exp(logits - highest[:, None]).sum(axis=1))
        wanted: NDArray[np.float64] = logits[np.arange(len(tokens) - 1), list(tokens[1:])] - total
        return wanted

    def _open(self) -> int:
        if self._context is None:
            library = self._library
            parameters = library.call("llama_context_default_params", _Parameters)()
            self._context = library.call("llama_init_from_model", _POINTER, _POINTER, _Parameters)(
                self._model, parameters
            )
            if self._context is None:
                raise self._failed(tr("no context could be made"))
            library.call("llama_set_n_threads", None, _POINTER, _INT, _INT)(self._context, self._threads, self._threads)
        return self._context

    def _failed(self, found: str) -> ModelError:
        return ModelError(
            tr("llama.cpp cannot look at a text with {file}", file=self._path),
            asked=str(self._path),
            found=found,
            mend=tr("the file may be damaged, or llama.cpp newer than this program"),
        )


def _is_as_expected(batch: Any) -> bool:
    """A new batch of tokens: none yet, no embeddings, and room for all else."""
    parts = (batch.tokens, batch.positions, batch.sequence_counts, batch.sequences, batch.wanted)
    return batch.count == 0 and not batch.embeddings and all(parts)


def _be_quiet(library: Native) -> None:
    """Send llama.cpp's log nowhere: to a function of its own that takes no notice of what it is given.

    A function of ours would have to be called from the engine's threads, which do not know Python.
    """
    nowhere = ctypes.cast(library.call("llama_supports_mmap", _BOOL), _POINTER)
    library.call("llama_log_set", None, _POINTER, _POINTER)(nowhere, None)
