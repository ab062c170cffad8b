"""Which knobs does this endpoint honour?"""

from feinschliff.probing.echo import Status, probe_echo

__all__ = ["Status", "probe_echo"]
