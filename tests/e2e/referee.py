"""The flux CLI, as the referee of the program's verdicts."""

import subprocess
from pathlib import Path

import msgspec

from tests.e2e.controlplane.locate import require_all
from tests.e2e.region import Region
from tui.model.kinds import find_kind
from tui.model.refs import ObjectRef


class Verdict(msgspec.Struct, frozen=True):
    """A row of `flux get`."""

    revision: str
    suspended: str
    ready: str
    """`True`, `False` or `Unknown`."""
    message: str


def flux(region: Region, *arguments: str) -> str:
    """Run the flux CLI as the region's administrator.

    Args:
        region: The region.
        arguments: Its arguments.

    Returns:
        What it printed.
    """
    return run_flux(region.kubeconfig, *arguments)


def run_flux(kubeconfig: Path, *arguments: str) -> str:
    """Run the flux CLI.

    Args:
        kubeconfig: Whose kubeconfig.
        arguments: Its arguments.

    Returns:
        What it printed.
    """
    argv = [str(require_all()["flux"].path), "--kubeconfig", str(kubeconfig), *arguments]
    done = subprocess.run(argv, capture_output=True, text=True, timeout=30, check=False)
    assert done.returncode == 0, f"{' '.join(argv)}: {done.stderr}"
    return done.stdout


def verdicts(region: Region) -> dict[ObjectRef, Verdict]:
    """What `flux get all -A` says of each object (flux2 cmd/flux/get.go).

    Args:
        region: The region.

    Returns:
        Its verdicts.
    """
    found = {}
    for line in flux(region, "get", "all", "--all-namespaces", "--no-header").splitlines():
        if line.strip():
            namespace, path, *revision, suspended, ready, message, _ = (cell.strip() for cell in line.split("\t"))
            word, name = path.split("/")
            kind = find_kind(word)
            assert kind is not None, word
            found[ObjectRef(region.name, kind.name, namespace, name)] = Verdict(
                "".join(revision), suspended, ready, message
            )
    return found
