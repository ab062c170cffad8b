"""`python -m feinschliff` is `fein`."""

from feinschliff.cli import main

main()
