"""Free ports on loopback that stay free while a process is down, so that it can come back where it was."""

import contextlib
import random
import socket

_LOWEST, _HIGHEST = 20000, 30000
"""Below what systems hand out to outgoing connections."""

_given: set[int] = set()
"""Handed out in this process and perhaps not in use yet."""


def free_ports(count: int) -> list[int]:
    """Find a block of free ports.

    Args:
        count: How many.

    Returns:
        Consecutive ports that nobody else of this process was given.

    Raises:
        OSError: There is no such block.
    """
    for _ in range(200):
        first = random.randrange(_LOWEST, _HIGHEST - count)
        ports = list(range(first, first + count))
        if _given.isdisjoint(ports) and _are_free(ports):
            _given.update(ports)
            return ports
    raise OSError(f"no {count} free ports between {_LOWEST} and {_HIGHEST} on 127.0.0.1")


def _are_free(ports: list[int]) -> bool:
    with contextlib.ExitStack() as stack:
        try:
            for port in ports:
                stack.enter_context(socket.socket()).bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
