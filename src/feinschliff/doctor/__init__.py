"""What works here and what is missing: `fein doctor`."""

from feinschliff.doctor.checks import Check
from feinschliff.doctor.examine import examine

__all__ = ["Check", "examine"]
