"""Everything that a paid answer needs, opened together and closed together."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from feinschliff.build.endpoint import Endpoint
from feinschliff.endpoints.protocol import Endpoint as OpenEndpoint
from feinschliff.errors import BudgetError
from feinschliff.generation import Budget, Caps, Payer, Prices, choose_model
from feinschliff.i18n import tr
from feinschliff.records import Answer
from feinschliff.store import Run, Store


@dataclass(frozen=True)
class Connection:
    """An open endpoint, the chosen model and what the server knows of it."""

    endpoint: OpenEndpoint
    config: Endpoint
    model: str
    digests: dict[str, str]
    prices: Prices

    def check_price(self, caps: Caps, models: Sequence[str]) -> None:
        """Refuse a limit in USD where one of the models has no price. Raises: BudgetError."""
        unpriced = [model for model in models if self.prices.of(model) is None]
        if caps.usd is not None and unpriced:
            raise BudgetError(
                tr("a limit in USD needs a price"),
                asked=f"usd = {caps.usd}",
                found=tr("no price for {models}", models=", ".join(unpriced)),
                mend=tr("give --price IN,OUT in USD per million tokens, or run fein prices set MODEL IN,OUT"),
            )

    def payer(
        self,
        store: Store,
        run: Run,
        *,
        caps: Caps,
        seed: int,
        on_answer: Callable[[Answer], None] | None = None,
    ) -> Payer:
        """Someone who pays for answers on this run's account."""
        budget = Budget(caps, spent=store.spent(run.id), seconds=run.seconds, prices=self.prices)
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
            on_answer=on_answer,
        )


@contextmanager
def connect(config: Endpoint, *, searched_models: Sequence[str] = ()) -> Iterator[Connection]:
    """Open the endpoint and choose the model.

    Raises: EndpointError when it cannot be reached, ModelError for a model that it does not have.
    """
    endpoint = config.open()
    try:
        model, listed = choose_model(endpoint, config.model_name, searched=searched_models)
        digests = {info.name: info.digest for info in listed if info.digest is not None}
        yield Connection(endpoint, config, model, digests, config.prices())
    finally:
        endpoint.close()
