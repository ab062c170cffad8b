"""Server-sent events: bytes as they come, events as they are complete (WHATWG HTML, section 9.2.6)."""

from __future__ import annotations

import re

_LINE_END = re.compile(rb"\r\n|\n|\r")
_BOM = b"\xef\xbb\xbf"


class EventReader:
    """Cuts a stream of bytes into events. Comments and fields other than `data` are left out."""

    def __init__(self) -> None:
        self._rest = b""
        self._data: list[bytes] = []
        self._begun = False

    def feed(self, chunk: bytes) -> list[bytes]:
        """The data of the events that are complete with these bytes. A character may be cut anywhere between two."""
        buffer = self._rest + chunk
        if not self._begun and len(buffer) >= len(_BOM):
            self._begun = True
            buffer = buffer.removeprefix(_BOM)
        if b"\r" not in buffer:
            *lines, self._rest = buffer.split(b"\n")
        elif buffer.endswith(b"\r"):  # half of a line end, perhaps
            *lines, self._rest = _LINE_END.split(buffer[:-1])
            self._rest += b"\r"
        else:
            *lines, self._rest = _LINE_END.split(buffer)
        return [event for line in lines if (event := self._take(line)) is not None]

    def close(self) -> list[bytes]:
        """The data of an event that the end of the stream has completed: not every server sends the last empty line."""
        last = (self._rest.removesuffix(b"\r"), b"")
        self._rest = b""
        return [event for line in last if (event := self._take(line)) is not None]

    def _take(self, line: bytes) -> bytes | None:
        if line.startswith(b"data:"):
            self._data.append(line[6:] if line.startswith(b"data: ") else line[5:])
        elif line == b"data":
            self._data.append(b"")
        elif not line and self._data:
            event, self._data = b"\n".join(self._data), []
            return event
        return None
