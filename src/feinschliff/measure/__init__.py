"""Measurements of settings and the comparison of two."""
