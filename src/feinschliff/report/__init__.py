"""What the user sees of a run: tables, plots and one self-contained page."""
