"""The Ollama registry: a model's manifest, and the blob that holds its weights.

Its interface is that of container registries: `/v2/library/NAME/manifests/TAG`, `/v2/library/NAME/blobs/sha256:...`.
"""

from __future__ import annotations

import os
import re
from typing import Any

from feinschliff.errors import EndpointError, ModelError
from feinschliff.i18n import tr
from feinschliff.models.hub.variants import RemoteFile, RemoteModel, Variant
from feinschliff.models.hub.web import Web

DEFAULT = "https://registry.ollama.ai"
VARIABLE = "FEIN_OLLAMA_REGISTRY"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_MODEL = "application/vnd.ollama.image.model"
_BESIDE = {
    "application/vnd.ollama.image.template": "template",
    "application/vnd.ollama.image.system": "system text",
    "application/vnd.ollama.image.params": "parameters",
    "application/vnd.ollama.image.adapter": "adapter",
    "application/vnd.ollama.image.projector": "projector",
}
_DIGEST = re.compile(r"sha256:([0-9a-f]{64})")
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def ollama_registry() -> Web:
    """The registry: `FEIN_OLLAMA_REGISTRY`, else Ollama's own. It wants no token."""
    return Web(os.environ.get(VARIABLE) or DEFAULT)


def model(registry: Web, name: str) -> RemoteModel:
    """A model by `name`, `name:tag` or `owner/name:tag`; the tag is `latest` if left out.

    Raises: ModelError, EndpointError.
    """
    full, _, tag = name.partition(":")
    tag = tag or "latest"
    owner, _, short = full.rpartition("/")
    owner = owner or "library"
    if not all(_WORD.fullmatch(part) for part in (owner, short, tag)):
        raise ModelError(
            tr("'{name}' is no name of a model in the registry", name=name),
            asked=name,
            mend=tr("write ollama:name or ollama:name:tag"),
        )
    root = f"/v2/{owner}/{short}"
    manifest = registry.json(f"{root}/manifests/{tag}", accept=_MANIFEST, what=tr("the model {name}", name=name))
    layers = manifest.get("layers") if isinstance(manifest, dict) else None
    if not isinstance(layers, list):
        raise EndpointError(tr("{hub} tells nothing of its files", hub=registry.shown), asked=name)
    weights = [file for layer in layers if (file := _file(registry, root, tag, layer)) is not None]
    quantisation = _quantisation(registry, root, manifest) or tag
    beside = [kind for layer in layers if (kind := _BESIDE.get(_kind(layer))) is not None]
    notes = [tr("Ollama keeps these apart from the weights, and they are not fetched: {what}.", what=", ".join(beside))]
    return RemoteModel(
        f"ollama:{full}:{tag}",
        f"ollama/{full}",
        (Variant(quantisation, tuple(weights)),) if len(weights) == 1 else (),
        notes=tuple(notes) if beside else (),
    )


def _file(registry: Web, root: str, tag: str, layer: Any) -> RemoteFile | None:
    if _kind(layer) != _MODEL:
        return None
    digest, size = _DIGEST.fullmatch(str(layer.get("digest"))), layer.get("size")
    if digest is None or not isinstance(size, int):
        raise EndpointError(tr("{hub} tells nothing of its files", hub=registry.shown), found=str(layer)[:200])
    return RemoteFile(f"{tag}.gguf", f"{registry.base}{root}/blobs/{digest[0]}", size, sha256=digest[1])


def _kind(layer: Any) -> str:
    return str(layer.get("mediaType")) if isinstance(layer, dict) else ""


def _quantisation(registry: Web, root: str, manifest: dict[str, Any]) -> str | None:
    """What the model's own settings tell; they are small, and not worth a failure."""
    config = manifest.get("config")
    digest = _DIGEST.fullmatch(str(config.get("digest"))) if isinstance(config, dict) else None
    if digest is None:
        return None
    try:
        told = registry.json(f"{root}/blobs/{digest[0]}", what=tr("its settings"))
    except (EndpointError, ModelError):
        return None
    found = told.get("file_type") if isinstance(told, dict) else None
    return found if isinstance(found, str) and _WORD.fullmatch(found) else None
