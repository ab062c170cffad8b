"""Everything that a paid answer needs, opened together and closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from feinschliff.build.endpoint import Endpoint
from feinschliff.endpoints.protocol import Endpoint as OpenEndpoint
from feinschliff.errors import BudgetError
from feinschliff.generation import Budget, Caps, Payer, Prices, choose_model
from feinschliff.i18n import tr
from feinschliff.records import Answer
from feinschliff.store import Run, Store

_NEW = "new"
"""Stands for the salt that a fresh run will have: no answer in the store has it."""


@dataclass(frozen=True)
class Connection:
    """An open endpoint, the chosen model and what the server knows of it."""

    endpoint: OpenEndpoint
    config: Endpoint
    model: str
    digests: dict[str, str]
    prices: Prices
    contexts: Mapping[str, int | None] = field(default_factory=dict)
    """Tokens per request of a model by name, as the server listed it; None where it does not tell."""

    def check_price(self, caps: Caps, models: Sequence[str]) -> None:
        """Refuse a limit in USD where one of the models has no price. Raises: BudgetError."""
        unpriced = [model for model in models if self.prices.of(model) is None]
        if caps.usd is not None and unpriced:
            raise BudgetError(
                tr("a limit in USD needs a price"),
                asked=f"usd = {caps.usd}",
                found=tr("no price for {models}", models=", ".join(unpriced)),
                mend=tr("give --price IN,OUT in USD per million tokens")
                if self.config.embedded  # the table is of what costs money elsewhere
                else tr("give --price IN,OUT in USD per million tokens, or run fein prices set MODEL IN,OUT"),
            )

    def payer(
        self,
        store: Store,
        run: Run,
        *,
        caps: Caps,
        seed: int,
        started: float | None = None,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> Payer:
        """Someone who pays for answers on this run's account, its seconds counted from `started` (monotonic)."""
        spent = store.spent(run.id)
        budget = Budget(caps, spent=spent, seconds=run.seconds, prices=self.prices, started=started)
        return Payer(
            endpoint=self.endpoint,
            model=self.model,
            store=store,
            budget=budget,
            run=run.id,
            seed=seed,
            salt=run.salt,
            digests=self.digests,
            omit=self.config.omit,
            stream=self.config.stream,
            on_answer=on_answer,
        )

    def looker(self, store: Store, run: Run | None, *, caps: Caps, seed: int, fresh: bool = False) -> Payer:
        """Someone who looks up what a run that may not have begun yet will find in the store, and pays for nothing."""
        budget = Budget(caps, prices=self.prices)
        salt = _NEW if fresh else "" if run is None else run.salt
        return Payer(
            self.endpoint,
            self.model,
            store,
            budget,
            "",
            seed,
            salt,
            self.digests,
            self.config.omit,
            self.config.stream,
        )


@contextmanager
def connect(
    config: Endpoint, *, searched_models: Sequence[str] = (), until: float | None = None
) -> Iterator[Connection]:
    """Open the endpoint and choose the model.

    `until`: `time.monotonic()` at which a server that does not answer questions about itself is given up.

    Raises: EndpointError when it cannot be reached, ModelError for a model that it does not have.
    """
    endpoint = config.open(until=until, models=searched_models)
    try:
        model, listed = choose_model(endpoint, config.model_name, searched=searched_models)
        digests = {info.name: info.digest for info in listed if info.digest is not None}
        # Ollama takes a name without its usual tag as well.
        digests = {name.removesuffix(":latest"): digest for name, digest in digests.items()} | digests
        contexts = {info.name: info.context_length for info in listed}
        yield Connection(endpoint, config, model, digests, config.prices(), contexts)
    finally:
        endpoint.close()
