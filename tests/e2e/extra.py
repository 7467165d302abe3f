"""Objects that only one test has: made when it begins, and gone when it has ended."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.e2e.api import FLUX, Body, wait_for
from tests.e2e.region import Region

PATIENCE = 120.0
"""Seconds for what a controller does by itself, on a machine that is busy."""


@contextmanager
def present(region: Region, body: Body) -> Iterator[None]:
    """Make an object that is there until the block ends; it is gone then, and its finalizer worked off.

    Args:
        region: Where.
        body: The object.
    """
    kind, name = body["kind"], body["metadata"]["name"]
    region.api.apply(body)
    try:
        yield
    finally:
        if not is_gone(region, kind, name):
            region.api.delete(kind, name, region.namespace)
        wait_for(f"{kind} {name} to go", lambda: is_gone(region, kind, name), PATIENCE)


def is_gone(region: Region, kind: str, name: str) -> bool:
    """Whether the API server does not know an object.

    Args:
        region: Where.
        kind: Its kind, one of Flux's.
        name: Its name.
    """
    return region.api.lacks(region.api.path(FLUX[kind], kind, region.namespace, name))
