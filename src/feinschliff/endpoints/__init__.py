"""The ways to reach a model: any OpenAI-compatible URL, or llama.cpp in the process."""
