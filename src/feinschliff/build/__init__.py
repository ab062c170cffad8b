"""From what the user writes to objects: the only place that knows every concrete class."""

from feinschliff.build.connect import Connection, connect
from feinschliff.build.endpoint import Endpoint, is_local
from feinschliff.build.lend import lent_choice, lent_scorer, scorer_endpoint
from feinschliff.build.prices import load_prices, parse_price, prices_path, remove_price, set_price
from feinschliff.build.settings import complete_space, make_baseline
from feinschliff.build.spaces import space_for
from feinschliff.build.task_file import TaskFile, load_task_file

__all__ = [
    "Connection",
    "Endpoint",
    "TaskFile",
    "complete_space",
    "connect",
    "is_local",
    "lent_choice",
    "lent_scorer",
    "load_prices",
    "load_task_file",
    "make_baseline",
    "parse_price",
    "prices_path",
    "remove_price",
    "scorer_endpoint",
    "set_price",
    "space_for",
]
