"""Text as the scorers see it: normal form, tokens, stop words, similarity."""
