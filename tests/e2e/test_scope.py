"""Users who may not look everywhere: what RBAC lets them see is live, and what it hides is told."""

import asyncio
from collections.abc import Iterator

import pytest

from tests.e2e.api import Body, wait_for
from tests.e2e.content import CHAIN, RELEASE, ROOT, kustomization
from tests.e2e.ownregion import OwnRegion
from tests.e2e.watching import Watching, ref, watching
from tui.cluster.patience import Patience
from tui.model.cells import connection_note
from tui.model.changes import ContextStatus, Phase
from tui.model.health import State
from tui.ports import Access

pytestmark = pytest.mark.ours

_RBAC = "rbac.authorization.k8s.io"
_QUICK = Patience(forbidden=1.0, forbidden_longest=4.0, poll=1.0)


@pytest.fixture
def elsewhere(own: OwnRegion) -> Iterator[Body]:
    """A Kustomization in another namespace, which nobody reconciles."""
    body = kustomization("elsewhere", "team", "./infra", suspend=True)
    own.api.apply(body)
    try:
        yield body
    finally:
        own.api.delete("Kustomization", "elsewhere", "team")
        wait_for("it to be deleted", lambda: all(not _is_in_team(one) for one in own.api.list("Kustomization")))


def _is_in_team(body: Body) -> bool:
    return bool(body["metadata"]["namespace"] == "team")


@pytest.fixture
def granted(own: OwnRegion) -> Iterator["Grants"]:
    """What `nobody` is granted for a while."""
    grants = Grants(own)
    try:
        yield grants
    finally:
        grants.withdraw()


class Grants:
    """Roles of the user `nobody`."""

    def __init__(self, region: OwnRegion) -> None:
        self._region = region
        self._made: list[str] = []

    def give(self, namespace: str = "", role: str = "e2e-view") -> None:
        """Bind a ClusterRole, in one namespace or everywhere."""
        self._make(
            "RoleBinding" if namespace else "ClusterRoleBinding",
            namespace,
            roleRef={"apiGroup": _RBAC, "kind": "ClusterRole", "name": role},
            subjects=[{"apiGroup": _RBAC, "kind": "User", "name": "nobody"}],
        )

    def make_role(self, *verbs: str) -> str:
        """Make a ClusterRole for some verbs on all that Flux has."""
        groups = [f"{group}.toolkit.fluxcd.io" for group in ("source", "kustomize", "helm", "notification")]
        rules = [{"apiGroups": groups, "resources": ["*"], "verbs": list(verbs)}]
        self._make("ClusterRole", "", rules=rules)
        return "e2e-nobody"

    def withdraw(self) -> None:
        """Take everything back."""
        while self._made:
            self._region.api.request("DELETE", self._made.pop())

    def _make(self, kind: str, namespace: str, **rest: object) -> None:
        meta = {"name": "e2e-nobody"} | ({"namespace": namespace} if namespace else {})
        self._region.api.apply({"apiVersion": f"{_RBAC}/v1", "kind": kind, "metadata": meta, **rest})
        self._made.append(self._region.api.path(f"{_RBAC}/v1", kind, namespace, "e2e-nobody"))


def _told(watch: Watching, region: OwnRegion) -> str:
    status = watch.picture.statuses[region.name]
    assert status.since is not None
    return connection_note(status, status.since)


async def _touch(watch: Watching, region: OwnRegion, label: str) -> None:
    """Change an object as the administrator, and wait until that shows."""
    patch = {"metadata": {"labels": {"touched": label}}}
    await asyncio.to_thread(region.patch, "Kustomization", "infra", patch)
    target = ref(region, "infra")
    await watch.until("the change to show", lambda: watch.get(target).metadata.labels.get("touched") == label)


async def test_a_user_of_one_namespace_sees_that_one_live_and_is_told_so(own: OwnRegion, elsewhere: Body) -> None:
    async with watching(own, kubeconfig=own.kubeconfig_of("onenamespace")) as watch:
        picture = watch.picture
        for name in CHAIN:
            await watch.until_state(ref(own, name), State.READY)
        await watch.until_state(ref(own, ROOT, "GitRepository"), State.READY)
        await watch.until_state(ref(own, RELEASE, "HelmRelease"), State.READY)
        await watch.until("all to be narrow", lambda: "Event" in picture.statuses[own.name].narrowed)
        status = picture.statuses[own.name]
        assert _told(watch, own) == "namespace flux-system only"
        assert "only flux-system, the namespace of the kubeconfig's context, is seen" in status.message
        assert status.forbidden == ()
        await asyncio.to_thread(own.api.apply, elsewhere | {"metadata": elsewhere["metadata"] | {"labels": {"a": "b"}}})
        await _touch(watch, own, "narrow")
        assert {one.namespace for one in picture.refs(own.name)} == {"flux-system"}
        await asyncio.to_thread(own.reconcile, "Kustomization", "infra")
        await watch.until("Events", lambda: list(picture.events(ref(own, "infra"))))
        await watch.until("a review", lambda: watch.session.access(ref(own, "infra")) is Access.DENIED)
        watch.session.logs.follow(ref(own, "infra"))
        await watch.until("its log", lambda: watch.session.logs.lines)
        assert watch.journal.phases() == [Phase.CONNECTING, Phase.LIVE]


async def test_what_is_granted_while_we_watch_shows(own: OwnRegion, elsewhere: Body, granted: Grants) -> None:
    nobody = own.kubeconfig_of("nobody")
    async with watching(own, kubeconfig=nobody, live=False, patience=_QUICK) as watch:
        picture = watch.picture
        await watch.until("what is forbidden", lambda: "Kustomization" in picture.statuses[own.name].forbidden)
        assert "in namespace flux-system too" in picture.statuses[own.name].message
        await asyncio.to_thread(granted.give, "flux-system")
        await watch.until_state(ref(own, "infra"), State.READY)
        await watch.until("one namespace", lambda: _told(watch, own) == "namespace flux-system only")
        other = next(iter(picture.refs(own.name)))._replace(kind="Kustomization", namespace="team", name="elsewhere")
        assert picture.get(other) is None
        await asyncio.to_thread(granted.give)
        await watch.until("the other namespace", lambda: picture.get(other) is not None)
        await watch.until("nothing to be hidden", lambda: _told(watch, own) == "")
        assert watch.phase(own) is Phase.LIVE
        await _touch(watch, own, "wide")


async def test_what_may_be_listed_but_not_watched_is_polled(own: OwnRegion, granted: Grants) -> None:
    def grant() -> None:
        granted.give(role=granted.make_role("get", "list"))

    await asyncio.to_thread(grant)
    nobody = own.kubeconfig_of("nobody")
    async with watching(own, kubeconfig=nobody, live=False, patience=_QUICK) as watch:
        await watch.until("polls", lambda: "Kustomization" in watch.picture.statuses[own.name].polled)
        await watch.until_state(ref(own, "infra"), State.READY)
        await watch.until("words", lambda: "polled: " in _told(watch, own))
        await _touch(watch, own, "polled")


async def test_rows_outlive_a_restart_of_the_api_server(own: OwnRegion) -> None:
    """While it starts it knows no roles yet, and forbids what it will allow a moment later."""
    async with watching(own, kubeconfig=own.kubeconfig_of("viewer")) as watch:
        known = set(watch.picture.refs(own.name))
        await watch.until("all watches", lambda: watch.journal.watched()["events"])
        begun = len(watch.journal.changes)
        own.kill_api()
        await watch.until_phase(own, Phase.STALE)
        await asyncio.to_thread(own.start_api)
        await watch.until_phase(own, Phase.LIVE)
        await _touch(watch, own, "restarted")
        assert set(watch.picture.refs(own.name)) == known
        statuses = [one for one in watch.journal.changes[begun:] if isinstance(one, ContextStatus)]
        assert all(not one.narrowed and not one.forbidden for one in statuses)
