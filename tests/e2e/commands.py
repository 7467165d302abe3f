"""How each process of a region is started."""

import sys
from pathlib import Path

import msgspec

from tests.e2e.content import CONTROLLERS
from tests.e2e.controlplane.locate import Found
from tests.e2e.ports import free_ports
from tests.e2e.processes import ROOT, Processes

PORTS = (
    "etcd",
    "etcd-peer",
    "kube-apiserver",
    "git",
    "gitea",
    "storage",
    "events",
    "receiver",
    "kwok",
    "registry",
    *(f"{name}-{what}" for name in CONTROLLERS for what in ("health", "metrics")),
)


class Site(msgspec.Struct, frozen=True):
    """Where a region lives on this machine."""

    folder: Path
    ports: dict[str, int]
    binaries: dict[str, Found]

    def url(self, port: str, scheme: str = "http") -> str:
        """The URL of a port.

        Args:
            port: Its name.
            scheme: The URL's scheme.
        """
        return f"{scheme}://{self.address(port)}"

    def address(self, port: str) -> str:
        """Host and number of a port.

        Args:
            port: Its name.
        """
        return f"127.0.0.1:{self.ports[port]}"

    def file(self, name: str) -> str:
        """The path of a file of the region.

        Args:
            name: Its name.
        """
        return str(self.folder / name)


def make_site(folder: Path, binaries: dict[str, Found]) -> Site:
    """Choose ports.

    Args:
        folder: The region's folder.
        binaries: The control plane.

    Returns:
        The site.
    """
    return Site(folder, dict(zip(PORTS, free_ports(len(PORTS)), strict=True)), binaries)


def start(site: Site, processes: Processes, name: str) -> None:
    """Start a process of a region anew, where it was before.

    Args:
        site: The region's site.
        processes: Its processes.
        name: `git`, `registry`, or the name of a binary.
    """
    if name == "registry":
        argv = [str(site.binaries["crane"].path), "registry", "serve", f"--address={site.address('registry')}"]
        processes.start(name, argv)
        return
    if name == "git":
        argv = [sys.executable, "-m", "tests.e2e.githttp", site.file("git"), "127.0.0.1", str(site.ports["git"])]
        processes.start(name, argv, env={"PYTHONPATH": str(ROOT)})
        return
    argv = [str(site.binaries[name].path)]
    if name in CONTROLLERS:
        environ = {"KUBECONFIG": site.file("kubeconfig-flux"), "RUNTIME_NAMESPACE": "flux-system", "GOMAXPROCS": "2"}
        processes.start(name, argv + _controller(site, name), cri=True, env=environ)
    else:
        processes.start(name, argv + _FLAGS[name](site))


def _etcd(site: Site) -> list[str]:
    client, peer = site.url("etcd"), site.url("etcd-peer")
    return [
        f"--data-dir={site.file('etcd')}",
        "--unsafe-no-fsync",
        f"--listen-client-urls={client}",
        f"--advertise-client-urls={client}",
        f"--listen-peer-urls={peer}",
        f"--initial-advertise-peer-urls={peer}",
        f"--initial-cluster=default={peer}",
        "--log-level=warn",
    ]


def _api_server(site: Site) -> list[str]:
    return [
        f"--etcd-servers={site.url('etcd')}",
        "--bind-address=127.0.0.1",
        f"--secure-port={site.ports['kube-apiserver']}",
        f"--cert-dir={site.file('certificates')}",
        f"--tls-cert-file={site.file('tls.crt')}",
        f"--tls-private-key-file={site.file('tls.key')}",
        f"--token-auth-file={site.file('tokens.csv')}",
        "--authorization-mode=RBAC",
        "--service-cluster-ip-range=10.0.0.0/24",
        "--service-account-issuer=https://kubernetes.default.svc",
        f"--service-account-key-file={site.file('tls.key')}",
        f"--service-account-signing-key-file={site.file('tls.key')}",
        "--disable-admission-plugins=ServiceAccount",  # there is no kube-controller-manager to make accounts
        "--endpoint-reconciler-type=none",
        f"--audit-policy-file={site.file('audit.yaml')}",
        f"--audit-log-path={site.file('audit.log')}",
        "--kubelet-preferred-address-types=InternalIP",
    ]


def _kwok(site: Site) -> list[str]:
    return [
        f"--kubeconfig={site.file('kubeconfig-flux')}",
        "--manage-all-nodes",
        "--node-ip=127.0.0.1",
        f"--node-port={site.ports['kwok']}",
        f"--server-address={site.address('kwok')}",
        f"--tls-cert-file={site.file('tls.crt')}",
        f"--tls-private-key-file={site.file('tls.key')}",
        f"--config={site.file('kwok.yaml')}",
    ]


def _controller(site: Site, name: str) -> list[str]:
    flags = [
        "--enable-leader-election=false",
        "--log-encoding=json",
        "--watch-all-namespaces=true",
        f"--health-addr={site.address(f'{name}-health')}",
        f"--metrics-addr={site.address(f'{name}-metrics')}",
    ]
    if name == "notification-controller":
        return [*flags, f"--events-addr={site.address('events')}", f"--receiverAddr={site.address('receiver')}"]
    flags.append(f"--events-addr={site.url('events')}/")
    if name == "source-controller":
        storage = site.address("storage")
        return [
            *flags,
            f"--storage-path={site.file('storage')}",
            f"--storage-addr={storage}",
            f"--storage-adv-addr={storage}",
        ]
    return [*flags, "--requeue-dependency=2s"]


_FLAGS = {"etcd": _etcd, "kube-apiserver": _api_server, "kwok": _kwok}
