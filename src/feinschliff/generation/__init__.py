"""The only path to a paid answer."""

from feinschliff.generation.budget import Budget, Caps, Price
from feinschliff.generation.generate import Ask, Payer, answer_seed, estimate_prompt_tokens, generate
from feinschliff.generation.model import choose_model
from feinschliff.generation.render import check_template, render_messages, variables

__all__ = [
    "Ask",
    "Budget",
    "Caps",
    "Payer",
    "Price",
    "answer_seed",
    "check_template",
    "choose_model",
    "estimate_prompt_tokens",
    "generate",
    "render_messages",
    "variables",
]
