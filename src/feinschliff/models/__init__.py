"""Local model files; the house model."""
