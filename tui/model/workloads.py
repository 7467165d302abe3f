"""What Flux applied, object by object, with the health of each."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

import msgspec

from tui.model.health import State


class Presence(StrEnum):
    """Whether an applied object is there."""

    PRESENT = "present"
    MISSING = "missing"
    FORBIDDEN = "forbidden"
    UNSERVED = "its kind is not served: the CRD is not there"
    UNKNOWN = "unknown"


class AppliedId(NamedTuple):
    """The identity of an applied object within its context."""

    kind: str
    group: str
    namespace: str
    name: str


class Applied(msgspec.Struct, frozen=True, gc=False):
    """One applied object."""

    id: AppliedId
    presence: Presence
    state: State
    reason: str = ""
    message: str = ""
    """A sentence."""
    since: datetime | None = None
    below: tuple["Applied", ...] = ()
    """What it made itself: a Deployment's pods, a Job's pods."""
