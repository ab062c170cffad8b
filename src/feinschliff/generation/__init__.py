"""The only path to a paid answer."""
