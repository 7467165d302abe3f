"""What `-o json` and `-o yaml` print of an action: documented in the README, and stable within an `apiVersion`."""

from collections.abc import Iterable
from datetime import datetime

from tui.commands.items import API_VERSION, ContextItem, Printed, context_items
from tui.model.intent import Outcome
from tui.model.kinds import KINDS
from tui.model.picture import Picture


class ActionItem(Printed, frozen=True):
    """One request, and what became of it."""

    context: str
    group: str
    kind: str
    namespace: str
    name: str
    verb: str
    step: str
    """How far it came: `ready`, `failed`, `timed out`, `refused`, `skipped`, `not started`; `queued`, `asked` or
    `handled` where it was left."""
    message: str
    asked: datetime
    settled: datetime | None
    duration_seconds: float | None
    """From asked to settled; None where it was never sent."""
    token: str
    """The value of the request annotation; empty where the request has none."""


class ActionList(Printed, frozen=True, kw_only=True):
    """The whole output of an action."""

    api_version: str = API_VERSION
    kind: str = "ActionList"
    contexts: tuple[ContextItem, ...]
    items: tuple[ActionItem, ...]


def action_list(picture: Picture, contexts: tuple[str, ...], outcomes: Iterable[Outcome]) -> ActionList:
    """The output for some requests.

    Args:
        picture: What is known.
        contexts: The contexts that were asked.
        outcomes: What became of each request.

    Returns:
        The whole.
    """
    return ActionList(contexts=context_items(picture, contexts), items=tuple(map(_item, outcomes)))


def _item(outcome: Outcome) -> ActionItem:
    ref, settled, time = outcome.ref, outcome.settled, outcome.took
    took = None if time is None else round(time.total_seconds(), 3)
    group = KINDS[ref.kind].group
    told = (str(outcome.verb), str(outcome.step), outcome.message)
    return ActionItem(
        ref.context, group, ref.kind, ref.namespace, ref.name, *told, outcome.asked, settled, took, outcome.token
    )
