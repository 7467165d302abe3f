"""What an API server answered: a reply that is there whole, or a stream that goes on."""

from collections.abc import AsyncIterator, Mapping
from typing import TYPE_CHECKING

import msgspec

from tui.cluster.errors import Unreachable

if TYPE_CHECKING:
    from tui.cluster.transport import Response

REFUSAL_LIMIT = 64 * 1024
"""Bytes of a refusal's body that are read: a `metav1.Status` has a few hundred, a proxy's error page some thousand."""

LITTLE = 16 * 1024
"""Bytes below which a piece of a stream is little: a flood of changes is read without rest."""

LINE_LIMIT = 16 * 1024 * 1024
"""Bytes that one line of a stream may have: etcd holds objects of 1.5 MB, which escaped may be a few times as long."""


class Reply(msgspec.Struct, frozen=True):
    """What an API server answered, whatever its status."""

    status: int
    headers: Mapping[str, str]
    """Found by name in any case."""
    body: bytes


class Stream:
    """An answer that goes on: a watch, or a log that is followed."""

    def __init__(self, response: "Response", server: str) -> None:
        self.status = response.status
        self.headers: Mapping[str, str] = response.headers
        self.dropped = 0
        """Bytes of an unfinished last line with which the stream ended, and which were dropped."""
        self._response = response
        self._server = server

    async def body(self) -> bytes:
        """Read what a refusal says.

        Returns:
            The body, its first 64 KiB.

        Raises:
            Unreachable: The connection was lost.
        """
        return await self._response.head(REFUSAL_LIMIT)

    async def lines(self, rest: float = 0.0) -> AsyncIterator[bytes]:
        """Read the lines as they come; ends when the server ends the stream.

        Args:
            rest: Seconds without reading after little has come, so that a busy stream is read in larger pieces.

        Yields:
            Lines without their newline; empty ones are left out.

        Raises:
            Unreachable: The connection was lost, was silent for the read deadline, or sent a line of more than 16 MiB.
        """
        parts: list[bytes] = []
        size = 0
        async for chunk in self._response.chunks():
            first, *others = chunk.split(b"\n")
            parts.append(first)
            size += len(first)
            if others:
                if size:
                    yield b"".join(parts)
                *whole, last = others
                for line in whole:
                    if line:
                        yield line
                parts, size = [last], len(last)
            if size > LINE_LIMIT:
                raise Unreachable(
                    f"{self._server} sends a line longer than {LINE_LIMIT >> 20} MiB, more than any object has;"
                    " check what answers at this address.",
                    sent=True,
                )
            if rest and others and len(chunk) < LITTLE:
                await self._response.rest(rest)
        self.dropped = size
