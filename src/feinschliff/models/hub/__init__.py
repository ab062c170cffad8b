"""Fetching models: the Hugging Face hub, the Ollama registry, and downloads that go on where they were cut."""
