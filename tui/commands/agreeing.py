"""Asking before anything is written to what is protected."""

import asyncio
import sys
from collections.abc import Iterable

from tui.commands.ending import StartError
from tui.commands.request import Request
from tui.model.resources import Resource
from tui.model.text import counted
from tui.model.wording import describe


async def agree(request: Request, resources: Iterable[Resource]) -> None:
    """Let a person agree once, where something is protected and the command line did not say so.

    Args:
        request: What is to be done.
        resources: The objects.

    Raises:
        StartError: Nobody agreed.
    """
    protected = [resource.ref for resource in resources if request.protected.what(resource.ref)]
    if not protected or request.agreed:
        return
    named = [f"{ref.context} {describe(ref)}" for ref in protected]
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        more = f" and {len(named) - 1} more are" if len(named) > 1 else " is"
        raise StartError(f"{named[0]}{more} protected, and nobody can be asked without a terminal: add --yes to agree")
    for one in named:
        print(f"protected: {one}", file=sys.stderr)
    print(f"{request.verb} {counted(len(named), 'protected object')}? [y/N] ", end="", file=sys.stderr, flush=True)
    if (await _read_line()).strip().lower() not in ("y", "yes"):
        raise StartError("nothing was sent")


async def _read_line() -> str:
    """A line of the terminal, while the watches go on and ctrl-c is heard."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()

    def read() -> None:
        loop.remove_reader(sys.stdin)
        line.set_result(sys.stdin.readline())

    loop.add_reader(sys.stdin, read)
    try:
        return await line
    finally:
        loop.remove_reader(sys.stdin)
