"""The Hugging Face hub: search, and the variants of a model with their sizes and checksums.

Its interface: https://huggingface.co/docs/hub/api (`/api/models`, `?blobs=true`), files at `/OWNER/NAME/resolve/main/`.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from feinschliff.errors import EndpointError, ModelError
from feinschliff.i18n import tr
from feinschliff.models.file_types import quantisation_in, shard_of
from feinschliff.models.hub.variants import RemoteFile, RemoteModel, Variant, safe_path
from feinschliff.models.hub.web import Web
from feinschliff.models.places import hugging_face_folder

DEFAULT = "https://huggingface.co"
_BESIDE_WEIGHTS = (".json", ".jinja", ".model", ".txt")
"""What a folder of safetensors needs, by its ending; no code and no pickles."""


def hugging_face() -> Web:
    """The hub: `HF_ENDPOINT`, with the token of `HF_TOKEN` or of a login."""
    return Web(os.environ.get("HF_ENDPOINT") or DEFAULT, token=_token(), token_name="HF_TOKEN")  # noqa: S106


def search(hub: Web, query: str, *, limit: int) -> list[RemoteModel]:
    """Models with GGUF files, the most fetched first, each with its variants. Raises: EndpointError, ModelError."""
    asked = urlencode({"search": query, "filter": "gguf", "sort": "downloads", "direction": -1, "limit": limit})
    rows = hub.json(f"/api/models?{asked}", what=tr("a search for '{query}'", query=query))
    if not isinstance(rows, list):
        raise EndpointError(tr("{hub} answers with something else than a list", hub=hub.shown), asked=query)
    found = []
    for row in rows[:limit]:
        name = row.get("id") or row.get("modelId") if isinstance(row, dict) else None
        if isinstance(name, str) and _is_name(name):
            try:
                found.append(model(hub, name, downloads=row.get("downloads")))
            except ModelError:
                continue  # gated, or gone since
    return found


def model(hub: Web, name: str, *, downloads: Any = None) -> RemoteModel:
    """A model by `owner/name`. Raises: ModelError, EndpointError."""
    if not _is_name(name):
        raise ModelError(
            tr("'{name}' is no name of a model on the hub", name=name), asked=name, mend=tr("write hf:owner/name")
        )
    row = hub.json(f"/api/models/{quote(name)}?blobs=true", what=tr("the model {name}", name=name))
    if not isinstance(row, dict) or not isinstance(row.get("siblings"), list):
        raise EndpointError(tr("{hub} tells nothing of its files", hub=hub.shown), asked=name)
    files = [file for sibling in row["siblings"] if (file := _file(hub, name, sibling)) is not None]
    gguf = _object(row.get("gguf"))
    return RemoteModel(
        f"hf:{name}",
        name,
        tuple(_variants(files)),
        parameters=_integer(gguf.get("total")),
        architecture=gguf.get("architecture") if isinstance(gguf.get("architecture"), str) else None,
        downloads=_integer(downloads if downloads is not None else row.get("downloads")),
    )


def _file(hub: Web, name: str, sibling: Any) -> RemoteFile | None:
    if not isinstance(sibling, dict) or not isinstance(sibling.get("rfilename"), str):
        return None
    path = sibling["rfilename"]
    if not path.endswith((".gguf", ".safetensors", *_BESIDE_WEIGHTS)):
        return None
    stored = _object(sibling.get("lfs"))
    size = _integer(stored.get("size")) or _integer(sibling.get("size")) or 0
    return RemoteFile(
        safe_path(path),
        f"{hub.base}/{quote(name)}/resolve/main/{quote(path)}",
        size,
        sha256=_text(stored.get("sha256") or stored.get("oid")),
        git_sha1=None if stored else _text(sibling.get("blobId")),
    )


def _variants(files: Iterable[RemoteFile]) -> Iterator[Variant]:
    """GGUF files by quantisation, parts of one together; and the folder as a whole, where it has safetensors."""
    files = list(files)
    groups: dict[str, list[RemoteFile]] = {}
    for file in files:
        if file.path.endswith(".gguf") and not Path(file.path).name.lower().startswith("mmproj"):
            shard = shard_of(file.path)
            groups.setdefault(file.path if shard is None else shard[0], []).append(file)
    names = [quantisation_in(Path(path).name) for path in groups]
    for path, name in sorted(zip(groups, names, strict=True), key=lambda item: sum(f.bytes for f in groups[item[0]])):
        single = name is not None and names.count(name) == 1
        title = name if single and name is not None else Path(path).name.removesuffix(".gguf")
        yield Variant(title, tuple(sorted(groups[path], key=lambda file: file.path)))
    if any(file.path.endswith(".safetensors") and "/" not in file.path for file in files):
        beside = (".safetensors", *_BESIDE_WEIGHTS)
        yield Variant("safetensors", tuple(f for f in files if "/" not in f.path and f.path.endswith(beside)))


def _token() -> str | None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN"):
        if os.environ.get(name):
            return os.environ[name].strip()
    path = Path(os.environ.get("HF_TOKEN_PATH") or hugging_face_folder().parent / "token")
    try:
        return path.read_text(encoding="utf-8").strip() or None
    except (OSError, UnicodeDecodeError):
        return None


def _is_name(name: str) -> bool:
    pieces = name.split("/")
    return len(pieces) <= 2 and all(
        piece and piece not in {".", ".."} and piece.replace("-", "").replace("_", "").replace(".", "").isalnum()
        for piece in pieces
    )


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _integer(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _text(value: Any) -> str | None:
    return value.lower() if isinstance(value, str) and value else None
