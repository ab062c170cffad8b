"""The store: every answer, score and run, durable before it is used."""

from feinschliff.store.ledger import ModelSpent, Spent
from feinschliff.store.lock import run_lock
from feinschliff.store.opening import default_path, open_store
from feinschliff.store.past import Past, read_past
from feinschliff.store.runs import Run, find_run, get_run, list_runs, remove_run, run_id, start_run, update_run
from feinschliff.store.store import Paid, Store, prompt_hash

__all__ = [
    "ModelSpent",
    "Paid",
    "Past",
    "Run",
    "Spent",
    "Store",
    "default_path",
    "find_run",
    "get_run",
    "list_runs",
    "open_store",
    "prompt_hash",
    "read_past",
    "remove_run",
    "run_id",
    "run_lock",
    "start_run",
    "update_run",
]
