"""Which model is meant."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from feinschliff.endpoints.protocol import Endpoint, ModelInfo
from feinschliff.errors import ModelError
from feinschliff.i18n import tr


def choose_model(
    endpoint: Endpoint, wanted: str | None, *, searched: Sequence[str] = ()
) -> tuple[str, list[ModelInfo]]:
    """The model to ask where settings name none, and all that the endpoint lists.

    Raises:
        ModelError: `wanted` or a searched model is not listed, or none is wanted and not exactly one is listed.
        EndpointError: the endpoint cannot be reached.
    """
    listed = endpoint.models()
    names = [info.name for info in listed]
    if not listed and (wanted or searched):
        # A server that lists nothing (a bare completions URL, say) is taken at the user's word.
        return wanted or searched[0], []
    if endpoint.backend == "transformers" and (wanted or searched):
        return wanted or searched[0], listed  # it lists what lies in a cache, and loads any folder that is named
    tagged = {name.removesuffix(":latest"): name for name in names} if endpoint.backend == "ollama" else {}
    if wanted is not None and wanted not in names:
        wanted = tagged.get(wanted, wanted)
    for name in (*searched, *([wanted] if wanted else [])):
        if name not in names and name not in tagged:
            raise _unknown(endpoint, name, names)
    if wanted:
        return wanted, listed
    if searched:
        return searched[0], listed
    if len(names) == 1:
        return names[0], listed
    raise ModelError(
        tr("{identity} lists {n_names} models, and none was chosen", identity=endpoint.identity, n_names=len(names)),
        asked=tr("a model"),
        found=_some(names),
        mend=tr("choose one with --model"),
    )


def _unknown(endpoint: Endpoint, name: str, names: Sequence[str]) -> ModelError:
    nearest = difflib.get_close_matches(name, names, n=1, cutoff=0.4)
    return ModelError(
        tr("{identity} has no model '{name}'", identity=endpoint.identity, name=name),
        asked=f"--model {name}",
        found=_some(names),
        mend=tr("did you mean '{nearest}'?", nearest=nearest[0])
        if nearest
        else tr("choose one of those that are listed"),
    )


def _some(names: Sequence[str]) -> str:
    if not names:
        return "no models"
    shown = ", ".join(names[:20])
    return shown if len(names) <= 20 else f"{shown} and {len(names) - 20} more"
