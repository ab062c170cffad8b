"""The user's data, and the project's own: loading, splitting, and text made by grammar."""
