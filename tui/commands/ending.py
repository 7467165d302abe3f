"""How a command ends: its exit code, or one line that says why it could not begin."""

from enum import IntEnum


class Exit(IntEnum):
    """The exit code of a command."""

    FINE = 0
    """Everything that was asked for was seen, and nothing of it is broken or waits."""
    FAULTS = 1
    """Something is failed or stalled, or waits for what is."""
    UNKNOWN = 2
    """It could not be told: a context, a kind or the object itself could not be seen. It wins over `FAULTS`."""
    BROKEN_PIPE = 141
    """Nobody reads the output any more: what a shell says of a process that SIGPIPE ended."""


class StartError(Exception):
    """The program can't start; the text is one line that says why and what to do."""
