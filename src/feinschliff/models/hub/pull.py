"""`pull`: from a name to files in our own folder."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from feinschliff.errors import InputError, ModelError
from feinschliff.i18n import tr
from feinschliff.models.hub import huggingface, ollama
from feinschliff.models.hub.download import fetch, part_of
from feinschliff.models.hub.variants import RemoteModel, Variant
from feinschliff.models.hub.web import Web
from feinschliff.models.places import own_folder
from feinschliff.models.quantise import check_space

_LOG = logging.getLogger(__name__)

_PAGES = re.compile(r"^(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/")

Told = Callable[[str, int, int], None]
"""A file's name, bytes that are here, of how many."""


@dataclass(frozen=True)
class Wanted:
    """What a name asks for."""

    hub: str
    """`hf` or `ollama`."""
    name: str
    variant: str | None = None
    """Quantisation or file; None where the name tells none."""


@dataclass(frozen=True)
class Offer:
    """What would be fetched."""

    web: Web
    model: RemoteModel
    variant: Variant
    folder: Path

    @property
    def missing(self) -> int:
        """Bytes that have to come yet."""
        left = 0
        for file in self.variant.files:
            target = self.folder / file.path
            if not target.exists():
                part = part_of(file, target)
                left += max(0, file.bytes - (part.stat().st_size if part.exists() else 0))
        return left


@dataclass(frozen=True)
class Pulled:
    """What was fetched."""

    model: str
    variant: str
    path: Path
    """The GGUF file (of several parts the first), or the folder."""
    bytes: int
    fetched: int
    """Files that had to come; the others were there."""
    verified: bool
    """Whether the hub told a checksum for every file."""

    def to_dict(self) -> dict[str, Any]:
        """As JSON shows it."""
        return {**vars(self), "path": str(self.path)}


def parse_name(text: str) -> Wanted:
    """`hf:owner/name`, `hf:owner/name:Q4_K_M`, `hf:owner/name/file.gguf`, `ollama:name[:tag]`; `owner/name` is on the
    Hugging Face hub. Raises: ModelError.
    """
    name = _PAGES.sub("hf:", text.strip())
    hub, colon, rest = name.partition(":")
    if colon and hub == "ollama" and rest:
        return Wanted("ollama", rest)
    if not (colon and hub == "hf"):
        rest = name
    path, _, variant = rest.partition(":")
    pieces = [piece for piece in path.split("/") if piece]
    for between in (["resolve", "main"], ["blob", "main"], ["tree", "main"]):
        if pieces[2:4] == between:
            del pieces[2:4]
    if len(pieces) < 2 or (len(pieces) > 2 and variant):
        raise ModelError(
            tr("'{text}' names no model", text=text),
            asked=text,
            mend=tr("write hf:owner/name, hf:owner/name:Q4_K_M, hf:owner/name/file.gguf or ollama:name:tag"),
        )
    return Wanted("hf", "/".join(pieces[:2]), "/".join(pieces[2:]) or variant or None)


def find(wanted: Wanted) -> tuple[Web, RemoteModel]:
    """The model on its hub. Raises: ModelError, EndpointError."""
    if wanted.hub == "ollama":
        web = ollama.ollama_registry()
        return web, ollama.model(web, wanted.name)
    web = huggingface.hugging_face()
    return web, huggingface.model(web, wanted.name)


def offer(wanted: Wanted) -> Offer:
    """What would be fetched, and where it would go. Raises: ModelError, EndpointError."""
    web, model = find(wanted)
    variant = model.choose(wanted.variant)
    folder = own_folder() / model.folder
    return Offer(web, model, variant, folder)


def pull(chosen: Offer, *, told: Told | None = None) -> Pulled:
    """Fetch all files of an offer that are not here yet, each whole and with the right checksum.

    Raises: InputError where the disk has no room; and as `fetch`.
    """
    _check_room(chosen)
    fetched = 0
    for file in chosen.variant.files:

        def tell(done: int, total: int, name: str = file.path) -> None:
            if told is not None:
                told(name, done, total)

        fetched += fetch(chosen.web, file, chosen.folder / file.path, told=tell)
    first = chosen.variant.files[0].path
    weights = chosen.folder / first if first.endswith(".gguf") else chosen.folder
    return Pulled(
        chosen.model.name,
        chosen.variant.name,
        weights,
        chosen.variant.bytes,
        fetched,
        all(file.sha256 or file.git_sha1 for file in chosen.variant.files),
    )


def search(query: str, *, limit: int) -> list[RemoteModel]:
    """Models by words: on the Hugging Face hub, and the one of this name in the Ollama registry, which has no search.

    Raises: EndpointError where neither can be reached, ModelError.
    """
    found: list[RemoteModel] = []
    failure: InputError | None = None
    try:
        found += huggingface.search(huggingface.hugging_face(), query, limit=limit)
    except InputError as error:
        failure = error
    try:
        found.append(ollama.model(ollama.ollama_registry(), query))
        failure = None
    except InputError as error:
        _LOG.debug("%s", error)
    if failure is not None:
        raise failure
    return found


def _check_room(chosen: Offer) -> None:
    folder = chosen.folder
    existing = next(place for place in (folder, *folder.parents) if place.exists())
    check_space(existing / chosen.variant.files[0].path.split("/")[-1], chosen.missing)
