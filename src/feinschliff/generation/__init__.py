"""The only path to a paid answer."""

from feinschliff.generation.bound import most_prompt_tokens
from feinschliff.generation.budget import Budget, Caps
from feinschliff.generation.converse import Outcome, Turn, converse
from feinschliff.generation.estimate import Estimate, Pace, Work, make_estimate
from feinschliff.generation.generate import Ask, Payer, answer_seed, estimate_prompt_tokens, generate, look_up
from feinschliff.generation.inquire import Inquiry, inquire
from feinschliff.generation.model import choose_model
from feinschliff.generation.prices import STALE_DAYS, Price, PriceEntry, Prices
from feinschliff.generation.render import check_rows, check_template, render_messages, variables

__all__ = [
    "STALE_DAYS",
    "Ask",
    "Budget",
    "Caps",
    "Estimate",
    "Inquiry",
    "Outcome",
    "Pace",
    "Payer",
    "Price",
    "PriceEntry",
    "Prices",
    "Turn",
    "Work",
    "answer_seed",
    "check_rows",
    "check_template",
    "choose_model",
    "converse",
    "estimate_prompt_tokens",
    "generate",
    "inquire",
    "look_up",
    "make_estimate",
    "most_prompt_tokens",
    "render_messages",
    "variables",
]
