"""From what each watch of a context says of itself to the one state that is shown."""

from collections.abc import Callable
from datetime import datetime
from enum import StrEnum

import msgspec

from tui.cluster.link import Trouble
from tui.model.changes import ContextStatus, Phase
from tui.model.kinds import KINDS


class State(StrEnum):
    """Where one kind stands."""

    PENDING = "pending"
    """Not listed yet."""
    FAILING = "failing"
    """Never listed, and the last attempt failed."""
    WATCHED = "watched"
    POLLED = "polled"
    """May be listed but not watched."""
    LOST = "lost"
    """Was listed, and nothing tells of changes now."""
    FORBIDDEN = "forbidden"
    MISSING = "missing"
    """Not served."""


class Standing(msgspec.Struct, frozen=True):
    """What one watch says of itself."""

    state: State
    message: str = ""
    since: datetime | None = None
    """When it was lost."""
    retry_at: datetime | None = None
    namespace: str = ""
    """The one namespace that is seen, or where it is `FORBIDDEN` the one that was asked for too; empty for all."""


Report = Callable[[str, Standing], None]
"""Takes a kind and where it stands."""

NO_FLUX = "No Flux in this cluster: its CRDs are not installed"

READ = frozenset({State.WATCHED, State.POLLED})
"""Where a kind stands of which everything is known."""

_MISSING = Standing(State.MISSING)


def derive(
    context: str,
    server: str,
    standings: dict[str, Standing],
    trouble: Trouble | None,
    served: frozenset[str] | None,
) -> ContextStatus:
    """Derive the state of a context.

    Args:
        context: Its name.
        server: Its API server's URL.
        standings: Where each kind stands.
        trouble: Why the API server can't be asked, None when it can.
        served: The Flux kinds that it serves, None before the first discovery.

    Returns:
        The state, without `since` unless it is stale.
    """
    phase = _phase(standings, trouble, served)
    lost = [item for item in standings.values() if item.state is State.LOST]
    failing = [item for item in (*lost, *standings.values()) if item.message and item.state in _TOLD]
    retry_at: datetime | None = None
    message = ""
    if phase is Phase.ABSENT:
        message = f"{NO_FLUX} ({server})."
    elif trouble is not None and phase is not Phase.LIVE:
        message, retry_at = trouble.message, trouble.retry_at
    elif failing:
        message, retry_at = failing[0].message, failing[0].retry_at
    else:
        limits = (_vanished(standings, served), _forbidden(standings, served), _narrowed(standings, served))
        message = " ".join(f"{server} {limit}" for limit in limits if limit)
    narrowed = _narrow(standings)
    return ContextStatus(
        context,
        phase,
        _since(lost, trouble) if phase is Phase.STALE else None,
        message,
        server,
        _of(standings, State.FORBIDDEN),
        _of(standings, State.POLLED),
        tuple(kind for kind in KINDS if _is_missing(kind, standings, served)),
        retry_at,
        _gone(standings, served),
        tuple(sorted(narrowed)),
        next(iter(narrowed.values()), ""),
    )


def _vanished(standings: dict[str, Standing], served: frozenset[str] | None) -> str:
    gone = _gone(standings, served)
    if not gone:
        return ""
    them = f"its CRD is gone, and so are its objects. {gone[0]} shows" if len(gone) == 1 else ""
    them = them or "their CRDs are gone, and so are their objects. They show"
    return f"does not serve {', '.join(gone)} any more: {them} again once Flux has been installed anew."


def _forbidden(standings: dict[str, Standing], served: frozenset[str] | None) -> str:
    kinds = _of(standings, State.FORBIDDEN)
    if not kinds:
        return ""
    asked = next((standings[kind].namespace for kind in kinds if standings[kind].namespace), "")
    too = f", in namespace {asked} too" if asked else ""
    other = ", or name another namespace in the kubeconfig's context" if asked else ""
    return f"forbids to list {_named(kinds, served)}{too}: ask its administrator for the role flux-view{other}."


def _narrowed(standings: dict[str, Standing], served: frozenset[str] | None) -> str:
    narrowed = _narrow(standings)
    if not narrowed:
        return ""
    what, namespace = _named(tuple(sorted(narrowed)), served), next(iter(narrowed.values()))
    return (
        f"forbids to list {what} across namespaces: only {namespace}, the namespace of the kubeconfig's context, is"
        " seen. Ask its administrator for the role flux-view to see all."
    )


def _named(kinds: tuple[str, ...], served: frozenset[str] | None) -> str:
    return "any of Flux's kinds" if served and served <= set(kinds) else ", ".join(kinds)


def _narrow(standings: dict[str, Standing]) -> dict[str, str]:
    """The kinds of which one namespace is seen, and that namespace: the same for all of them."""
    seen = READ | {State.LOST}
    return {kind: item.namespace for kind, item in standings.items() if item.namespace and item.state in seen}


def _gone(standings: dict[str, Standing], served: frozenset[str] | None) -> tuple[str, ...]:
    """What was served once: of other kinds that are not, nobody has heard."""
    missing = {kind for kind, item in standings.items() if item.state is State.MISSING}
    return tuple(kind for kind in KINDS if served is not None and kind in missing - served)


_TOLD = (State.LOST, State.FAILING)


def _phase(standings: dict[str, Standing], trouble: Trouble | None, served: frozenset[str] | None) -> Phase:
    states = {item.state for item in standings.values()}
    read = bool(states & {State.WATCHED, State.POLLED, State.LOST, State.FORBIDDEN})
    if trouble is not None and trouble.login:
        return Phase.LOGIN
    if trouble is not None and not read:
        return Phase.UNREACHABLE
    if served is not None and not served:
        return Phase.ABSENT
    if State.LOST in states or (trouble is not None and trouble.lost):
        return Phase.STALE
    if served is None or State.PENDING in states or (State.FAILING in states and not read):
        return Phase.CONNECTING
    return Phase.LIVE


def _since(lost: list[Standing], trouble: Trouble | None) -> datetime | None:
    """Since when rows may be out of date: the first watch that was lost, else the first question without an answer."""
    losses = [item.since for item in lost if item.since is not None]
    return min(losses) if losses else trouble.since if trouble is not None else None


def _of(standings: dict[str, Standing], state: State) -> tuple[str, ...]:
    return tuple(sorted(kind for kind, item in standings.items() if item.state is state))


def _is_missing(kind: str, standings: dict[str, Standing], served: frozenset[str] | None) -> bool:
    return served is not None and standings.get(kind, _MISSING).state is State.MISSING
