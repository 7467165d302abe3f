"""After a write whose reply was lost: look whether it was done. It is never sent again."""

import asyncio
from collections.abc import Callable

from tui.model.intent import Outcome
from tui.model.outcome import was_done
from tui.model.resources import Resource
from tui.ports import Cluster, ClusterError, WriteReply

DEADLINE = 60.0
"""Seconds after which it is left to the watch to tell."""

PAUSE = 2.0
"""Seconds between two looks. What is not there is looked for twice, since a server that was slow to answer may still be
at it."""


async def read_back(cluster: Cluster, outcome: Outcome, is_open: Callable[[], bool]) -> WriteReply:
    """Find out what became of a write whose reply was lost.

    Args:
        cluster: The connection that it was sent through.
        outcome: The request.
        is_open: Whether that is still of interest: the watch may be quicker, and the person may give up.

    Returns:
        The reply as it would have been: accepted, or not; still uncertain where the object can't be read.
    """
    misses, why = 0, "no answer in time"
    try:
        async with asyncio.timeout(DEADLINE):
            while is_open():
                try:
                    resource = await cluster.read(outcome.ref)
                except ClusterError as error:
                    why = str(error)
                else:
                    if _is_done(outcome, resource):
                        return WriteReply(accepted=True, version=resource.metadata.resource_version if resource else "")
                    misses += 1
                    if misses == 2:
                        return WriteReply(accepted=False, message=_NOT_DONE)
                await asyncio.sleep(PAUSE)
    except TimeoutError:
        pass
    message = f"the reply was lost, and the object can't be read to see whether it was done: {why}"
    return WriteReply(accepted=False, message=message, uncertain=True)


_NOT_DONE = "it was not done: the reply was lost and the object does not have it; ask again"


def _is_done(outcome: Outcome, resource: Resource | None) -> bool:
    """Whether there is nothing to look for any more; that it is gone or another one, the watch tells."""
    return resource is None or resource.metadata.uid != outcome.uid or was_done(outcome, resource)
