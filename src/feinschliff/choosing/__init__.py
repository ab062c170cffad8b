"""The choice of one answer among several, by the answers and what was asked, never by the target."""

from feinschliff.choosing.protocol import Choice, choose_all
from feinschliff.choosing.registry import CHOICE_NAMES, make_choice

__all__ = ["CHOICE_NAMES", "Choice", "choose_all", "make_choice"]
