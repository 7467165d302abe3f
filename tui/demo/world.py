"""The demo's world at a given moment: the repositories, and every cluster with the past that led to its present."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from tui.demo.content import CONTEXTS
from tui.demo.fleet import sync_manifests
from tui.demo.flux import SimulatedCluster
from tui.demo.incidents import BOOTSTRAPPED, MIRROR_STOPPED, RECENT, SUSPENDED
from tui.demo.logs import Line
from tui.demo.manifests import FLUX_NAMESPACE, config_map, deployment, flux_controllers, manifest, namespaces
from tui.demo.ownership import Writer, update
from tui.demo.repository import Repository, write_history
from tui.demo.resources import Key, Object
from tui.demo.run import put_applied
from tui.demo.times import stamp

DEFAULT_GIT_SERVER = "http://127.0.0.1:8418"
"""What repository URLs begin with where nothing is served."""

DEFAULT_SEED = 1
"""The seed of `gitops-tui demo`."""

_ORIGIN = "/fleet.git"
_MIRROR = "/ap-south/fleet.git"
_SETTLING = timedelta(minutes=3, seconds=15)
"""How long each step of the far past is simulated: enough for every Kustomization to follow its dependencies."""


class World:
    """Repositories and clusters; the past is simulated when it is made."""

    def __init__(self, folder: Path, seed: int, now: datetime, git_server: str = DEFAULT_GIT_SERVER) -> None:
        """Make the world as it is now.

        Args:
            folder: An existing folder for the repositories.
            seed: What uids, durations and jitter are made of.
            now: The time, with its zone; commits count back from its second.
            git_server: What the URLs of the repositories begin with.
        """
        now = now.astimezone(UTC).replace(microsecond=0)
        self.origin = Repository(folder / "fleet.git")
        """Where people push."""
        self.mirror = Repository(folder / "ap-south" / "fleet.git")
        """What ap-south reads; it lags."""
        self.git: Mapping[str, Repository] = {_ORIGIN: self.origin, _MIRROR: self.mirror}
        """By URL path."""
        self._commits = write_history(self.origin, now)
        self.clusters = {context: SimulatedCluster(context, seed, now - BOOTSTRAPPED, self.git) for context in CONTEXTS}
        """By context."""
        self._live_through(now, git_server)

    def sync_mirror(self) -> None:
        """Bring the mirror of ap-south up to date."""
        self.mirror.copy_from(self.origin, self.origin.resolve({"branch": "main"})[0])

    def advance(self, to: datetime) -> None:
        """Let time pass in every cluster.

        Args:
            to: The time that it becomes.
        """
        for cluster in self.clusters.values():
            cluster.advance(to)

    @property
    def next_due(self) -> datetime | None:
        """When there is something to do next, None for never."""
        return min((due for cluster in self.clusters.values() if (due := cluster.next_due)), default=None)

    def _live_through(self, now: datetime, git_server: str) -> None:
        self._publish(now - BOOTSTRAPPED, now)
        for cluster in self.clusters.values():
            bootstrap(cluster, f"{git_server}/ap-south" if cluster.context == "ap-south" else git_server)
        self.advance(now - BOOTSTRAPPED + _SETTLING)
        turns = [when for when, _ in self._commits if when > now - BOOTSTRAPPED]
        for turn in sorted((*turns, now - SUSPENDED)):
            if turn < now - RECENT - _SETTLING:
                self._leap(turn, now)
                self.advance(turn + _SETTLING)
        self._leap(now - RECENT, now)
        for turn in turns:
            if turn > now - RECENT:
                self.advance(turn)
                self._publish(turn, now)
                for cluster in self.clusters.values():
                    # The Receiver hears of the push.
                    cluster.engine.wake(Key("GitRepository", FLUX_NAMESPACE, FLUX_NAMESPACE), 1.0)
        self.advance(now)
        for cluster in self.clusters.values():
            cluster.store.expire()

    def _leap(self, to: datetime, now: datetime) -> None:
        self._publish(to, now)
        for cluster in self.clusters.values():
            cluster.leap(to)
        if to == now - SUSPENDED:
            _suspend_by_hand(self.clusters["eu-west"])

    def _publish(self, at: datetime, now: datetime) -> None:
        """Have the repositories show what was there at a time."""
        newest = [sha for when, sha in self._commits if when <= at][-1]
        self.origin.move(newest)
        if at <= now - MIRROR_STOPPED:
            self.mirror.copy_from(self.origin, newest)


def bootstrap(cluster: SimulatedCluster, git_server: str) -> None:
    """Put there what is there before Flux runs: namespaces, variables, and Flux itself.

    Args:
        cluster: An empty cluster.
        git_server: What the URLs of the repositories begin with.
    """
    writer = Writer("flux", "Apply", stamp(cluster.now))
    items = namespaces("default", FLUX_NAMESPACE)
    items.append(config_map("cluster-vars", FLUX_NAMESPACE, region=cluster.context, git_server=git_server))
    if "FluxInstance" in cluster.types:
        items += _operator(git_server)
    else:
        items += [*flux_controllers(cluster.context), *sync_manifests(cluster.context)]
    for item in items:
        if item["kind"] == "GitRepository":
            item["spec"]["url"] = f"{git_server}{_ORIGIN}"
        put_applied(cluster.store, item, writer)


def _operator(git_server: str) -> list[Object]:
    sync = {
        "kind": "GitRepository",
        "url": f"{git_server}{_ORIGIN}",
        "ref": "refs/heads/main",
        "path": "./clusters/us-east",
    }
    spec = {
        "distribution": {"version": "2.7.x", "registry": "ghcr.io/fluxcd"},
        "cluster": {"type": "kubernetes", "multitenant": False},
        "sync": sync,
    }
    every = {"fluxcd.controlplane.io/reconcileEvery": "1h"}
    return [
        deployment("flux-operator", FLUX_NAMESPACE, "ghcr.io/controlplaneio-fluxcd/flux-operator:v0.33.0"),
        manifest("FluxInstance", "flux", annotations=every, spec=spec),
    ]


def _suspend_by_hand(cluster: SimulatedCluster) -> None:
    """Somebody suspends the production tenant with the flux CLI and leaves a note."""
    live = cluster.store.get(Key("Kustomization", FLUX_NAMESPACE, "tenants-prod"))
    if live is None:
        raise LookupError("there is no Kustomization tenants-prod to suspend")
    note = {"fluxcd.controlplane.io/suspendedBy": "anna@example.com"}
    metadata = {**live["metadata"], "annotations": {**live["metadata"].get("annotations", {}), **note}}
    wanted = {**live, "metadata": metadata, "spec": {**live["spec"], "suspend": True}}
    cluster.store.put(update(live, wanted, Writer("flux", "Update", stamp(cluster.now))))


@lru_cache(maxsize=4)
def _snapshot(seed: int, now: datetime) -> dict[str, SimulatedCluster]:
    with TemporaryDirectory(prefix="gitops-tui-demo-") as folder:
        return World(Path(folder), seed, now).clusters


def initial_objects(context: str, seed: int, now: datetime) -> dict[str, list[Object]]:
    """What a context's API server would list at the start, without any server.

    Args:
        context: One of the demo's contexts.
        seed: The seed.
        now: The time, with its zone.

    Returns:
        Kind → raw API objects, sorted by namespace and name; Events left out. They are not to be changed.
    """
    cluster = _snapshot(seed, now)[context]
    return {kind: cluster.store.all(kind) for kind in cluster.types if kind != "Event"}


def initial_events(context: str, seed: int, now: datetime) -> list[Object]:
    """The Events of a context at the start, without any server.

    Args:
        context: One of the demo's contexts.
        seed: The seed.
        now: The time, with its zone.

    Returns:
        Raw core/v1 Events. They are not to be changed.
    """
    return _snapshot(seed, now)[context].store.all("Event")


def initial_logs(context: str, seed: int, now: datetime) -> dict[str, list[Line]]:
    """What the controllers of a context have printed at the start, without any server.

    Args:
        context: One of the demo's contexts.
        seed: The seed.
        now: The time, with its zone.

    Returns:
        Controller → lines, oldest first.
    """
    logs = _snapshot(seed, now)[context].logs
    return {app: logs.lines(app) for app in logs.apps}
