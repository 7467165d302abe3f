"""Running a headless command: the event loop, and an end that is quiet when nobody reads any more."""

import asyncio
import contextlib
import io
import os
import sys
from collections.abc import Awaitable, Callable

from tui.commands.act import act
from tui.commands.collect import Asked
from tui.commands.ending import Exit
from tui.commands.get import get
from tui.commands.request import ACTIONS
from tui.commands.why import why

COMMANDS: dict[str, Callable[[Asked], Awaitable[Exit]]] = {
    "get": get,
    "why": why,
    **dict.fromkeys(ACTIONS, act),
}
"""Every headless command, by its name."""


def run(command: str, make: Callable[[], Asked]) -> Exit:
    """Run a command to its end.

    Args:
        command: Its name.
        make: Makes what is asked, with a session that is not connected yet; called within the event loop.

    Returns:
        The exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a sign that the terminal's encoding lacks stops nothing
            stream.reconfigure(errors="replace")
    try:
        return asyncio.run(_run(command, make))
    except BrokenPipeError:
        _close_output()
        return Exit.BROKEN_PIPE


async def _run(command: str, make: Callable[[], Asked]) -> Exit:
    asked = make()
    try:
        return await COMMANDS[command](asked)
    finally:
        await asked.session.close()


def _close_output() -> None:
    """Let nothing be written at the interpreter's end to a pipe that is closed."""
    with contextlib.suppress(OSError, io.UnsupportedOperation):
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
        os.close(null)
