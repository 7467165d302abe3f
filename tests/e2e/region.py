"""A region under test: an API server with Flux, a Git repository that it is reconciled from, and hands on both."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from tests.e2e.api import FLUX, Api, ApiError, Body, wait_for
from tests.e2e.content import CHAIN, PAUSED, RELEASE, ROOT, sync
from tests.e2e.origin import Origin
from tests.e2e.repo import Repository
from tui.cluster.kubeconfig import load_kubeconfig
from tui.model.kinds import RECONCILE_REQUEST


class RegionError(Exception):
    """A region could not be started or did not get where it should; the text says where its logs are."""


class Region:
    """What every region has, whoever runs its processes."""

    is_ours = False
    """Whether its processes are ours to end; else only what Kubernetes offers can be done."""

    def __init__(self, name: str, folder: Path, namespace: str, origin: Origin) -> None:
        self.name = name
        """The context's name."""
        self.folder = folder
        self.namespace = namespace
        """Where its Flux objects are."""
        self.origin = origin
        """Where Flux pulls from."""
        self.repository = Repository(folder, origin.follow)

    @property
    def git_url(self) -> str:
        """The URL that Flux pulls from."""
        return self.origin.url

    @property
    def kubeconfig(self) -> Path:
        """The administrator's kubeconfig."""
        return self.folder / "kubeconfig"

    @property
    def api(self) -> Api:
        """The API server, as the administrator sees it."""
        entries = load_kubeconfig(self.kubeconfig, {}, Path.home()).contexts
        return Api(next(entry for entry in entries if entry.name == self.name))

    def get(self, kind: str, name: str) -> Body:
        """Read a Flux object.

        Args:
            kind: Its kind.
            name: Its name.
        """
        return self.api.get(kind, name, self.namespace)

    def patch(self, kind: str, name: str, body: Body, manager: str = "kubectl-edit") -> Body:
        """Send a merge patch to a Flux object.

        Args:
            kind: Its kind.
            name: Its name.
            body: The patch.
            manager: The field manager.
        """
        return self.api.patch(kind, name, self.namespace, body, manager)

    def push(self, path: str, content: str | None, message: str = "A change") -> str:
        """Commit a file and push it to where Flux pulls from; Flux does not know of it before `fetch`.

        Args:
            path: The file.
            content: What it holds; None deletes it.
            message: The commit's message.

        Returns:
            The commit.
        """
        return self.repository.push({path: content}, message)

    def request(self, kind: str, name: str) -> None:
        """Ask for a reconciliation, as `flux reconcile` does, without waiting for it.

        Args:
            kind: The object's kind.
            name: Its name.
        """
        token = datetime.now(UTC).isoformat()
        self.patch(kind, name, {"metadata": {"annotations": {RECONCILE_REQUEST: token}}}, "flux")

    def reconcile(self, kind: str, name: str) -> Body:
        """Reconcile an object and wait until its controller has done so, whatever came of it.

        Args:
            kind: The object's kind.
            name: Its name.

        Returns:
            The object then.
        """
        self.request(kind, name)

        def handled() -> Body | None:
            now = self.get(kind, name)
            asked = now["metadata"]["annotations"][RECONCILE_REQUEST]
            status = now["status"]
            is_busy = any(one["type"] == "Reconciling" for one in status.get("conditions", []))
            return now if status.get("lastHandledReconcileAt") == asked and not is_busy else None

        found: Body = wait_for(f"{kind} {name} to be reconciled", handled)
        return found

    def fetch(self, commit: str) -> None:
        """Let Flux fetch the repository, as a webhook does.

        Args:
            commit: What it is to find.
        """
        self.request("GitRepository", ROOT)
        wait_for(
            f"commit {commit} to be fetched",
            lambda: _revision(self.get("GitRepository", ROOT)).endswith(commit),
        )

    def furnish(self) -> None:
        """Make the objects that Flux begins with, and wait until everything is reconciled."""
        for body in (*self._access(), *sync(self.namespace, self.git_url, self.origin.secret)):
            self.api.apply(body)
        self.settle()

    def reset(self) -> None:
        """Bring everything back to how it was at first, where a test changed it."""
        self.repository.reset()
        head = self.repository.head()
        self.origin.restore(head)
        for body in self._access():
            self.api.apply(body)
        for name in (ROOT, *CHAIN):
            self._resume("Kustomization", name)
        self._resume("HelmRelease", RELEASE)
        self._resume("GitRepository", ROOT)
        if not _revision(self.get("GitRepository", ROOT)).endswith(head):
            self.fetch(head)
            self.reconcile("Kustomization", ROOT)
        self.settle()

    def settle(self, seconds: float = 120) -> None:
        """Wait until everything is reconciled to the last commit.

        Args:
            seconds: How long to wait.

        Raises:
            RegionError: Something is not.
        """
        unsettled: list[str] = []

        def settled() -> bool:
            unsettled[:] = self._unsettled()
            return not unsettled

        try:
            wait_for("everything to be reconciled", settled, seconds)
        except TimeoutError as error:
            raise RegionError(f"{error}: {', '.join(unsettled)}; logs in {self.folder / 'logs'}") from None

    def _unsettled(self) -> list[str]:
        head = self.repository.head()
        found: dict[tuple[str, str], Body] = {}
        for kind in FLUX:
            try:
                found |= {
                    (kind, one["metadata"]["name"]): one
                    for one in self.api.list(kind)
                    if one["metadata"]["namespace"] == self.namespace
                }
            except ApiError:
                return [f"{kind}s, which are not served"]
        wanted = [
            ("GitRepository", ROOT),
            *(("Kustomization", name) for name in (ROOT, *CHAIN)),
            ("HelmRelease", RELEASE),
            *((body["kind"], body["metadata"]["name"]) for body in self._access() if body["kind"] in FLUX),
        ]
        self._wake(found.get(("HelmRelease", RELEASE)))
        missing = [f"{kind} {name}" for kind, name in wanted if not _is_ready(found.get((kind, name)), head)]
        if ("Kustomization", PAUSED) not in found:
            missing.append(f"Kustomization {PAUSED}")
        return missing

    def _wake(self, release: Body | None) -> None:
        """Ask for a run of a release that is ready and stalled at once.

        helm-controller leaves it so where a run begins before its cache knows how the one before has ended. It would
        look again after the release's interval, and kustomize-controller fails until then.
        """
        if release is None:
            return
        status = release.get("status", {})
        asked = release["metadata"].get("annotations", {}).get(RECONCILE_REQUEST)
        true = {one["type"] for one in status.get("conditions", []) if one["status"] == "True"}
        if {"Ready", "Stalled"} <= true and status.get("lastHandledReconcileAt") == asked:
            self.request("HelmRelease", RELEASE)

    def _access(self) -> list[Body]:
        return self.origin.objects(self.namespace, ROOT)

    def _resume(self, kind: str, name: str) -> None:
        try:
            body = self.get(kind, name)
        except ApiError:
            return  # a test deleted it, and its parent makes it anew
        if body["spec"].get("suspend"):
            self.patch(kind, name, {"spec": {"suspend": None}}, "flux")


def _revision(source: Body) -> str:
    """What a source has fetched; empty where it has fetched nothing."""
    return str(source.get("status", {}).get("artifact", {}).get("revision", ""))


def _is_ready(body: Body | None, head: str) -> bool:
    if body is None:
        return False
    status: Any = body.get("status", {})
    conditions = {one["type"]: one for one in status.get("conditions", [])}
    ready = conditions.get("Ready", {})
    revision = status.get("artifact", {}).get("revision") or status.get("lastAppliedRevision")
    revision = revision or status.get("lastAttemptedRevision", head)  # a release's has the commit's first digits
    is_current = ready.get("observedGeneration") == body["metadata"]["generation"] and head[:12] in revision
    return ready.get("status") == "True" and conditions.keys().isdisjoint(("Reconciling", "Stalled")) and is_current


def require_name(name: str) -> str:
    """Make sure that a region's name can be one of Kubernetes and of a folder.

    Args:
        name: The name.

    Returns:
        It.

    Raises:
        RegionError: It can't.
    """
    if not name or not all(one.isascii() and (one.islower() or one.isdigit() or one == "-") for one in name):
        raise RegionError(f"{name!r} is no name for a region: lower case letters, digits and `-` only")
    return name
