"""What the controllers' pods have printed: JSON lines as controller-runtime writes them, kept for an hour at most."""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import NamedTuple

import msgspec

from tui.demo.resources import TYPES, Key
from tui.demo.times import stamp_millis

KEPT_LINES = 3000
"""How many lines of each container are kept."""


class Line(NamedTuple):
    """One line of a container's log."""

    time: datetime
    text: str


class Logs:
    """The logs of one cluster, by app."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        """Begin.

        Args:
            now: The time.
        """
        self.listeners: list[Callable[[str, Line], None]] = []
        """Called with app and line after each line, at once."""
        self.now = now
        """Tells the time."""
        self._lines: dict[str, deque[Line]] = {}

    def write(self, app: str, text: str) -> None:
        """Print one line.

        Args:
            app: The `app` label of the pod.
            text: The line.
        """
        line = Line(self.now(), text)
        self._lines.setdefault(app, deque(maxlen=KEPT_LINES)).append(line)
        for listener in list(self.listeners):
            listener(app, line)

    def report(
        self, controller: str, key: Key, run: str, message: str, fields: Mapping[str, object], error: str = ""
    ) -> None:
        """Print one line of a controller about an object (fluxcd/pkg runtime/logger and controller-runtime's fields).

        Args:
            controller: The controller.
            key: The object.
            run: The reconcile ID.
            message: What it says.
            fields: More fields.
            error: The error, which makes the level `error`.
        """
        line: dict[str, object] = {
            "level": "error" if error else "info",
            "ts": stamp_millis(self.now()),
            "msg": message,
            "controller": key.kind.lower(),
            "controllerGroup": TYPES[key.kind].group,
            "controllerKind": key.kind,
            key.kind: {"name": key.name, "namespace": key.namespace},
            "namespace": key.namespace,
            "name": key.name,
            "reconcileID": run,
            **fields,
        }
        if error:
            line["error"] = error
        self.write(controller, msgspec.json.encode(line).decode())

    def lines(self, app: str, since: datetime | None = None) -> list[Line]:
        """What was printed.

        Args:
            app: The `app` label of the pod.
            since: Only what was printed from then on.

        Returns:
            Lines, oldest first.
        """
        return [line for line in self._lines.get(app, ()) if since is None or line.time >= since]

    def clear(self) -> None:
        """Forget everything, as when the pods were replaced."""
        self._lines.clear()

    @property
    def apps(self) -> list[str]:
        """Who printed anything."""
        return sorted(self._lines)
