"""A region of our own: every process of it runs here, without containers, and can be ended, frozen and restarted."""

import json
import secrets
import shutil
import signal
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.api import FLUX, ApiError, Body, wait_for
from tests.e2e.commands import Site, make_site, start
from tests.e2e.content import CONTROLLERS, USERS, base, pod_name, repository
from tests.e2e.controlplane.locate import require_all
from tests.e2e.gitea import Gitea
from tests.e2e.mirror import Mirror
from tests.e2e.processes import Processes
from tests.e2e.region import Region, RegionError, require_name
from tui.demo.certificate import make_certificate

_MASTERS = ("admin", "adminB", "flux")
_REVOCABLE = "adminB"
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class OwnRegion(Region):
    """A whole region as processes of this machine; all of them end with this process."""

    is_ours = True

    def __init__(self, folder: Path, name: str) -> None:
        binaries = require_all()
        self.site: Site = make_site(folder, binaries)
        self.processes = Processes(folder)
        self.gitea = Gitea(self.site, self.processes)
        self.mirror = Mirror(self.gitea, "repo", self.upstream)
        super().__init__(require_name(name), folder, "flux-system", self.mirror)
        self._tokens = {user: secrets.token_hex(16) for user in (*USERS, "flux")}

    @property
    def upstream(self) -> str:
        """The URL of the repository that Gitea mirrors."""
        return f"{self.site.url('git')}/repo.git"

    def kubeconfig_of(self, user: str) -> Path:
        """A user's kubeconfig; its context is called like the region.

        Args:
            user: One of `USERS`.
        """
        return self.folder / ("kubeconfig" if user == "admin" else f"kubeconfig-{user}")

    def up(self) -> None:
        """Start everything and wait until it is reconciled.

        Raises:
            RegionError: It did not work; nothing is left running.
        """
        try:
            self._write_files()
            self.repository.create(repository(self.name, self.namespace))
            self.gitea.prepare()
            for name in ("etcd", "git", "gitea"):
                self.start(name)
            with ThreadPoolExecutor() as pool:
                mirrored = pool.submit(self._set_up_gitea)
                self.start_api()
                mirrored.result()
            self.furnish()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """End every process, and keep nothing but the logs."""
        self.processes.close()
        for name in ("etcd", "storage", "git", "clone", "tmp", "certificates"):
            shutil.rmtree(self.folder / name, ignore_errors=True)

    def furnish(self) -> None:
        """Make an empty control plane a cluster with Flux, and wait until everything is reconciled."""
        self._install()
        for name in (*CONTROLLERS, "kwok"):
            self.start(name)
        super().furnish()

    def start(self, name: str) -> None:
        """Start a process anew.

        Args:
            name: `git`, `registry`, which nobody starts before a test wants it, or the name of a binary.
        """
        if name == "gitea":
            self.gitea.start()
        else:
            start(self.site, self.processes, name)

    def stop(self, name: str) -> None:
        """Kill a process.

        Args:
            name: What it was started as.
        """
        self.processes.stop(name)

    @contextmanager
    def mirror_held_back(self) -> Iterator[None]:
        """Hold Gitea's mirror back: what is pushed does not come to where Flux pulls from.

        Yields:
            While it is so; at the end the mirror comes to the last commit.
        """
        self.mirror.hold()
        try:
            yield
        finally:
            self.mirror.release(self.repository.head())

    @contextmanager
    def webhook(self) -> Iterator[None]:
        """Let Gitea call Flux's Receiver when a commit has come; otherwise Flux is told by `fetch` only.

        Yields:
            While it is so.
        """
        self.tell_flux()
        try:
            yield
        finally:
            self.mirror.tell("")

    def tell_flux(self) -> None:
        """Let Gitea call Flux's Receiver from now on."""
        self.mirror.tell(
            self.site.url("receiver") + self.get("Receiver", self.mirror.receiver)["status"]["webhookPath"]
        )

    def kill_api(self) -> None:
        """Kill the API server: connections are refused."""
        self.stop("kube-apiserver")

    def start_api(self) -> None:
        """Start the API server where it was, and wait until it is ready.

        Raises:
            RegionError: It does not get ready.
        """
        self.start("kube-apiserver")
        api = self.api

        def ready() -> bool:
            if "kube-apiserver" not in self.processes.running():
                raise RegionError(f"kube-apiserver ended; its log is {self.processes.log('kube-apiserver')}")
            return api.is_ready()

        wait_for("kube-apiserver to be ready", ready, 90)

    def writes_of_program(self) -> list[Body]:
        """Every write of the program that has reached the API server, whatever became of it, by its audit log."""
        lines = (self.folder / "audit.log").read_text().splitlines(keepends=True)
        events = (json.loads(line) for line in lines if line.endswith("\n"))
        return [one for one in events if one["stage"] == "RequestReceived" and _MANAGER in one["requestURI"]]

    def freeze(self) -> None:
        """Stop the API server in the middle of whatever it does: connections hang."""
        self.processes.signal("kube-apiserver", signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen API server go on."""
        self.processes.signal("kube-apiserver", signal.SIGCONT)

    def revoke(self) -> None:
        """Take the token of `adminB` back, which restarts the API server."""
        self._write_tokens({user: token for user, token in self._tokens.items() if user != _REVOCABLE})
        self.start_api()

    def unrevoke(self) -> None:
        """Give the token of `adminB` out again, which restarts the API server."""
        self._write_tokens(self._tokens)
        self.start_api()

    def wipe(self) -> None:
        """Restart the API server with an empty etcd, so that resource versions begin again; no controller runs."""
        for name in (*CONTROLLERS, "kwok", "kube-apiserver", "etcd"):
            self.stop(name)
        shutil.rmtree(self.folder / "etcd")
        self.start("etcd")
        self.start_api()

    def install_crds(self) -> None:
        """Install Flux's CRDs, where they are not there, and wait until they are served."""
        api = self.api
        for name in CONTROLLERS:
            for file in sorted(self.site.binaries[name].data.glob("*.yaml")):
                crd = yaml.load(file.read_text(), Loader=_Loader)
                crd["metadata"].setdefault("labels", {})["app.kubernetes.io/part-of"] = "flux"
                api.apply(crd)

        def served() -> bool:
            try:
                return all(isinstance(api.list(kind), list) for kind in FLUX)
            except (ApiError, KeyError):
                return False

        wait_for("the CRDs to be served", served, 90)

    def _set_up_gitea(self) -> None:
        self.gitea.set_up()
        self.mirror.create()

    def _write_files(self) -> None:
        for name in ("tmp", "certificates", "storage"):
            (self.folder / name).mkdir(parents=True)
        certificate, key = make_certificate()
        _write(self.folder / "tls.crt", certificate)
        _write(self.folder / "tls.key", key)
        self._write_tokens(self._tokens)
        for user, token in self._tokens.items():
            _write(self.kubeconfig_of(user), json.dumps(self._kubeconfig(user, token), indent=2))
        _write(self.folder / "kwok.yaml", self._kwok())
        _write(self.folder / "audit.yaml", json.dumps(_AUDITED))

    def _write_tokens(self, tokens: dict[str, str]) -> None:
        """Write who may log in (kubernetes apiserver pkg/authentication/token/tokenfile: token, name, uid, groups)."""
        lines = (
            f"{token},{user},{user}" + (',"system:masters"' if user in _MASTERS else "")
            for user, token in tokens.items()
        )
        _write(self.folder / "tokens.csv", "\n".join(lines) + "\n")

    def _kubeconfig(self, user: str, token: str) -> Body:
        server = self.site.url("kube-apiserver", "https")
        authority = str(self.folder / "tls.crt")
        cluster = {"server": server, "certificate-authority": authority}
        context = {"cluster": self.name, "user": f"{self.name}-{user}", "namespace": self.namespace}
        return {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": self.name,
            "clusters": [{"name": self.name, "cluster": cluster}],
            "users": [{"name": f"{self.name}-{user}", "user": {"token": token}}],
            "contexts": [{"name": self.name, "context": context}],
        }

    def _kwok(self) -> str:
        """kwok's configuration: how nodes and pods come up, and which file is whose log."""
        stages = [file.read_text() for file in sorted(self.site.binaries["kwok"].data.glob("*.yaml"))]
        logs = [_logs_of(name, self.processes.log(name)) for name in CONTROLLERS]
        return "\n---\n".join([*stages, *map(json.dumps, logs)])

    def _install(self) -> None:
        """Install the CRDs and the objects that stand for the controllers."""
        api = self.api
        self.install_crds()
        for body in base(self.name):
            api.apply(body)
        for name in CONTROLLERS:
            path = api.path("apps/v1", "Deployment", "flux-system", name) + "/status"
            api.request("PATCH", path, {"status": _AVAILABLE}, "application/merge-patch+json")


_MANAGER = "fieldManager=gitops-tui"

_AUDITED: Body = {
    "apiVersion": "audit.k8s.io/v1",
    "kind": "Policy",
    "rules": [
        {
            "level": "Metadata",
            "verbs": ["create", "update", "patch", "delete"],
            "resources": [{"group": f"{one}.toolkit.fluxcd.io"} for one in ("source", "kustomize", "helm")],
        },
        {"level": "None"},
    ],
}
"""What the API server notes: who wrote what of Flux's, each request as soon as it comes (apiserver pkg/audit)."""


def _write(path: Path, text: str) -> None:
    """Write a file that only its owner may read."""
    path.touch(mode=0o600)
    path.write_text(text)


def _logs_of(controller: str, log: Path) -> Body:
    spec = {"logs": [{"containers": ["manager"], "logsFile": str(log), "follow": True}]}
    meta = {"name": pod_name(controller), "namespace": "flux-system"}
    return {"apiVersion": "kwok.x-k8s.io/v1alpha1", "kind": "Logs", "metadata": meta, "spec": spec}


_AVAILABLE = {
    "observedGeneration": 1,
    "replicas": 1,
    "updatedReplicas": 1,
    "readyReplicas": 1,
    "availableReplicas": 1,
    "conditions": [
        {
            "type": "Available",
            "status": "True",
            "reason": "MinimumReplicasAvailable",
            "message": "Stands for a process.",
        }
    ],
}
"""What kube-controller-manager would write into the status of a Deployment that is rolled out."""
