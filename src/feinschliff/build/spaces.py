"""The space that is searched where the user names no knob: it depends on the kind of model."""

from __future__ import annotations

import time

from feinschliff.build.endpoint import Endpoint
from feinschliff.errors import InputError
from feinschliff.generation import choose_model
from feinschliff.parameters.dialects import Dialect, is_reasoning
from feinschliff.parameters.space import named_space

_PATIENCE_S = 20.0


def space_for(endpoint: Endpoint, name: str = "default") -> dict[str, object]:
    """A space with a name, for this endpoint's model; OpenAI's reasoning models have a default of their own.

    Raises: ParameterError for an unknown name.
    """
    if name != "default":
        return named_space(name)
    dialect, model = _spoken(endpoint)
    return named_space(name, dialect, model=model)


def _spoken(endpoint: Endpoint) -> tuple[Dialect, str | None]:
    """(how settings are written there, the model's name); the server is asked only where the answer could matter."""
    if endpoint.embedded or (endpoint.model is not None and not is_reasoning(endpoint.model)):
        return "unknown", endpoint.model
    try:
        opened = endpoint.open(until=time.monotonic() + _PATIENCE_S)
        try:
            model, _ = choose_model(opened, endpoint.model_name)
            return opened.dialect(model), model
        finally:
            opened.close()
    except InputError:
        return "unknown", endpoint.model  # the run itself will say what is wrong
