"""Which knobs does this endpoint honour?"""

from feinschliff.probing.echo import PROBE_ANSWERS, Status, probe_echo

__all__ = ["PROBE_ANSWERS", "Status", "probe_echo"]
