"""Scorers: how good an answer is, as one number from 0 to 1."""
