"""The store: every answer, score and run, durable before it is used."""
