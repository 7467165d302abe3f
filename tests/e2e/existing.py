"""A region that somebody else runs, kind or k3d: the same objects in a namespace of their own, and nothing else."""

import os
import secrets
import shutil
import sys
from functools import partial
from pathlib import Path

from tests.e2e.api import ApiError, wait_for
from tests.e2e.content import CHAIN, PAUSED, RELEASE, ROOT, repository
from tests.e2e.extra import is_gone
from tests.e2e.origin import Origin
from tests.e2e.ports import free_ports
from tests.e2e.processes import ROOT as CHECKOUT
from tests.e2e.processes import Processes
from tests.e2e.region import Region, RegionError
from tests.e2e.selection import KUBECONFIG
from tui.cluster.kubeconfig import load_kubeconfig

GIT_HOST = "GITOPS_TUI_E2E_GIT_HOST"
"""How the pods of that cluster reach this host, whose Git server then listens on every interface."""


class ExistingRegion(Region):
    """A namespace in a cluster that is there; only the Git server is ours."""

    def __init__(self, folder: Path, kubeconfig: Path) -> None:
        found = load_kubeconfig(kubeconfig, {}, Path.home())
        if not found.current:
            told = found.problems[0] if found.problems else "it has no current context"
            raise RegionError(f"{KUBECONFIG} names {kubeconfig}: {told}")
        host = os.environ.get(GIT_HOST, "127.0.0.1")
        self._port = free_ports(1)[0]
        namespace = f"gitops-tui-e2e-{secrets.token_hex(3)}"
        super().__init__(found.current, folder, namespace, Origin(f"http://{host}:{self._port}/repo.git"))
        self._listen = "127.0.0.1" if host == "127.0.0.1" else "0.0.0.0"
        folder.mkdir(parents=True, exist_ok=True)
        self.kubeconfig.touch(mode=0o600)
        self.kubeconfig.write_bytes(kubeconfig.read_bytes())
        self.processes = Processes(folder)

    def up(self) -> None:
        """Make the namespace and what is in it, and wait until it is reconciled.

        Raises:
            RegionError: It did not work.
        """
        try:
            self.repository.create(repository(self.name, self.namespace))
            argv = [
                sys.executable,
                "-m",
                "tests.e2e.githttp",
                str(self.repository.served),
                self._listen,
                str(self._port),
            ]
            self.processes.start("git", argv, env={"PYTHONPATH": str(CHECKOUT)})
            self.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}})
            self.furnish()
        except BaseException:
            self.down()
            raise

    def down(self) -> None:
        """Delete everything, while there is still a Git server, and forget it."""
        try:
            self._delete()
        finally:
            self.processes.close()
            shutil.rmtree(self.repository.served, ignore_errors=True)
            self.kubeconfig.unlink(missing_ok=True)

    def _delete(self) -> None:
        api = self.api
        objects = [("HelmRelease", RELEASE), *(("Kustomization", name) for name in (ROOT, *CHAIN, PAUSED))]

        for kind, name in (*objects, ("GitRepository", ROOT)):
            try:
                api.delete(kind, name, self.namespace)
            except ApiError as error:
                if error.status != 404:
                    raise
        for kind, name in objects:
            wait_for(f"{kind} {name} to be deleted", partial(is_gone, self, kind, name), 60)
        api.request("DELETE", api.path("v1", "Namespace", "", self.namespace))
