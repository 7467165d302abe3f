"""A watch of our own beside the program's: when the API server itself told of a change."""

import threading
import time
from collections.abc import Callable

from tests.e2e.api import Body
from tests.e2e.region import Region


class Witness:
    """Notes when a watch of one kind brings what; used with `with`, in a thread of its own."""

    def __init__(self, region: Region, kind: str) -> None:
        self._region = region
        self._kind = kind
        self._seen: list[tuple[float, str, Body]] = []
        self._listed = threading.Event()
        self._ended = False

    def __enter__(self) -> "Witness":
        threading.Thread(target=self._watch, daemon=True).start()
        assert self._listed.wait(10), "the witness saw nothing"
        return self

    def __exit__(self, *_: object) -> None:
        self._ended = True

    def when(self, true: Callable[[str, Body], bool]) -> float:
        """When something was first told.

        Args:
            true: Whether a watch event, by type and object, tells it.

        Returns:
            The time, as `time.monotonic`; 0 where it has not been told.
        """
        return next((moment for moment, type_, body in tuple(self._seen) if true(type_, body)), 0.0)

    def _watch(self) -> None:
        for event in self._region.api.watch(self._kind, self._region.namespace, 60):
            self._seen.append((time.monotonic(), event["type"], event["object"]))
            self._listed.set()
            if self._ended:
                return
