"""Two who look at the same region at different moments: whether what they say agrees."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

Ours = TypeVar("Ours")
Theirs = TypeVar("Theirs")

_LAG = 1.0
"""Seconds for which the program may not know yet what the other one has seen."""


async def agreed(
    ours: Callable[[], Ours],
    theirs: Callable[[], Theirs],
    differences: Callable[[Ours, Theirs], list[str]],
    seconds: float = 120.0,
) -> tuple[Ours, Theirs]:
    """Hold what the program says against what somebody else does, until the two agree.

    The other one takes a while, in which the region may go on. So each thing that the program said meanwhile counts,
    and where none agrees both are asked again.

    Args:
        ours: What the program says now; called often.
        theirs: What the other one says; called in a thread.
        differences: What sets the two apart, in words.
        seconds: How long to try.

    Returns:
        What they agreed upon.

    Raises:
        AssertionError: They did not; it says what set them apart last.
    """
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while True:
        asked = asyncio.create_task(asyncio.to_thread(theirs))
        said = [ours()]
        while not asked.done():
            await _listen(said, ours)
        found, patience = asked.result(), loop.time() + _LAG
        while loop.time() < patience:
            if not differences(said[-1], found):
                return said[-1], found
            await _listen(said, ours)
        for one in said:
            if not differences(one, found):
                return one, found
        assert loop.time() < end, "the two do not agree:\n" + "\n".join(differences(said[-1], found))


async def _listen(said: list[Ours], ours: Callable[[], Ours]) -> None:
    await asyncio.sleep(0.05)
    if (now := ours()) != said[-1]:
        said.append(now)
