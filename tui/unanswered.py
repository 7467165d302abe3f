"""Why nothing takes a request up: looked at when it should have been, and as long as it is not."""

from collections.abc import Callable
from datetime import datetime

import msgspec

from tui.model.intent import Outcome
from tui.model.kinds import KINDS
from tui.model.outcome import TAKEN_UP_WITHIN, is_busy, is_overlooked, superseded
from tui.model.picture import Picture
from tui.ports import Clock, Cluster, ControllerState
from tui.tasks import Tasks


class Unanswered:
    """Asks each context whether the controllers run that leave requests alone."""

    def __init__(
        self,
        picture: Picture,
        clock: Clock,
        cluster_of: Callable[[str], Cluster | None],
        tasks: Tasks,
        tell: Callable[[Outcome], None],
    ) -> None:
        self._picture, self._clock, self._cluster_of, self._tasks, self._tell = picture, clock, cluster_of, tasks, tell
        self._asked: dict[tuple[str, str], datetime] = {}
        """Context and controller: when it was looked at last."""

    def look(self) -> None:
        """Look at the controllers that leave requests alone; called while requests are open."""
        now = self._clock.now()
        for context, controller in {_whose(outcome) for outcome in self._overlooked()}:
            cluster, last = self._cluster_of(context), self._asked.get((context, controller))
            if cluster is not None and (last is None or now - last >= TAKEN_UP_WITHIN):
                self._asked[context, controller] = now
                self._tasks.start(self._ask(cluster, controller), f"looking at {controller} in {context}")

    async def _ask(self, cluster: Cluster, controller: str) -> None:
        state = await cluster.controller(controller)
        for outcome in self._overlooked():
            if _whose(outcome) == (cluster.context, controller) and self._cluster_of(cluster.context) is cluster:
                self._say(outcome, state)

    def _say(self, outcome: Outcome, state: ControllerState) -> None:
        resource = self._picture.get(outcome.ref)
        waits = state.runs and resource is not None and is_busy(resource)
        why = "" if waits else f"nothing takes it up: {state.text}"
        message = "; ".join(filter(None, (superseded(outcome) if outcome.overtaken else "", why)))
        if message != outcome.message:
            self._tell(msgspec.structs.replace(outcome, message=message))

    def _overlooked(self) -> list[Outcome]:
        now, picture = self._clock.now(), self._picture
        return [one for one in picture.outcomes.values() if is_overlooked(one, picture.get(one.ref), now)]


def _whose(outcome: Outcome) -> tuple[str, str]:
    return outcome.ref.context, KINDS[outcome.ref.kind].controller
