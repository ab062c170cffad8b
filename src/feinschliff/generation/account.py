"""Books every attempt of a batch, so that the limits hold over a kill and all resumes as well."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager

from feinschliff.endpoints.protocol import Reply, Request
from feinschliff.generation.budget import Budget
from feinschliff.generation.usage import prompt_tokens
from feinschliff.store import Paid, Store


class Account:
    """The gate of a batch: asks the budget, and keeps the run's ledger.

    The ledger is never behind by more than what was set aside before the first attempt: as many attempts as can be
    under way at once, of the largest size. A process that is killed leaves that as spent; one that ends takes it back.
    An attempt is made only while fewer than those are not booked yet.
    """

    def __init__(self, store: Store, run: str, budget: Budget, *, slots: int) -> None:
        self._store = store
        self._run = run
        self._budget = budget
        self._slots = slots
        self._covered = slots
        self._open = 0
        self._lock = threading.Lock()
        self._failed: Counter[str] = Counter()
        self._answered: set[str] = set()
        self._unsettled: dict[str, Request] = {}

    @contextmanager
    def under_way(self, requests: Sequence[Request]) -> Iterator[None]:
        """Around a batch of these requests."""
        attempts, tokens, model = self._budget.most_at_once(requests, self._slots)
        self._covered = max(1, attempts)
        aside = self._store.set_aside(self._run, attempts, tokens=tokens, model=model)
        try:
            yield
        finally:
            for request in list(self._unsettled.values()):
                self.settle(request, None, lost=True)
            self._store.flush()
            self._store.release(aside)

    def admit(self, request: Request) -> bool:
        """Charge the attempt, if every limit allows it."""
        if self._open >= self._covered:
            self._store.flush()  # failed attempts are booked by another thread: rarely, it is behind
        if not self._budget.admit(request):
            return False
        self._unsettled[request.id] = request
        with self._lock:
            self._open += 1
        return True

    def time_left_s(self) -> float | None:
        """Seconds that an attempt may still take."""
        return self._budget.time_left_s()

    def settle(self, request: Request, reply: Reply | None, *, lost: bool = False) -> None:
        """Book an attempt that failed; one that brought an answer is booked with it, in `put`."""
        self._unsettled.pop(request.id, None)
        uncounted = self._budget.close(request, reply, lost=lost)
        if reply is None:
            self._failed[request.id] += 1
            self._store.charge(self._run, 1, tokens=uncounted, model=request.model, done=self._booked)
            return
        self._answered.add(request.id)
        if any(uncounted):
            self._store.charge(self._run, 0, tokens=uncounted, model=request.model)

    def put(self, paid: Paid, reply: Reply, *, done: Callable[[], None]) -> None:
        """Book an answer with the attempts that are not booked yet, and keep it, unless its failure may pass."""
        requests, booked = self._open_attempts(reply, done)
        if reply.transient:
            # Paid for, but no answer: the next call asks again, since what failed may have passed.
            self._store.charge(self._run, requests, model=paid.model, done=booked)
            return
        price = self._budget.prices.of(paid.model)
        usd = None if price is None else price.of(paid.answer.prompt_tokens, paid.answer.completion_tokens)
        self._store.put_answer(paid, run=self._run, usd=usd, requests=requests, done=booked)

    def put_vectors(self, vectors: Mapping[str, bytes], reply: Reply, *, done: Callable[[], None]) -> None:
        """Book a request for embeddings, and keep them by these keys; none where it failed."""
        requests, booked = self._open_attempts(reply, done)
        model = reply.request.model
        if reply.failure is not None:
            self._store.charge(self._run, requests, model=model, done=booked)
            return
        tokens, price = prompt_tokens(reply), self._budget.prices.of(model)
        usd = None if price is None else price.of(tokens, 0)
        charge = {"requests": requests, "prompt_tokens": tokens, "usd": usd, "model": model}
        self._store.put_vectors(vectors, run=self._run, charge=charge, done=booked)

    def _open_attempts(self, reply: Reply, done: Callable[[], None]) -> tuple[int, Callable[[], None]]:
        """(attempts at a request that are not booked yet, what is to be called once they are)."""
        requests = max(0, reply.attempts - self._failed.pop(reply.request.id, 0))
        answered = reply.request.id in self._answered
        self._answered.discard(reply.request.id)

        def booked() -> None:
            if answered:
                self._booked()
            done()

        return requests, booked

    def _booked(self) -> None:
        with self._lock:
            self._open -= 1
