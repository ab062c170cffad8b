"""What posts to ask a model for: requests that differ, so that the answers do."""

from feinschliff.datasets.wishes.draw import LANGUAGES, SYSTEM, TEMPLATE, WISH_FIELDS, draw_wishes

__all__ = ["LANGUAGES", "SYSTEM", "TEMPLATE", "WISH_FIELDS", "draw_wishes"]
