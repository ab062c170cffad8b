"""A fake server that really samples: a small language model, the samplers, and a table of quirks for each field."""
