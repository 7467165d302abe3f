"""The flux CLI, as the referee of the program's verdicts: what its commands say, taken apart."""

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import msgspec

from tests.e2e.controlplane.locate import require_all
from tests.e2e.region import Region
from tui.model.kinds import find_kind
from tui.model.refs import InventoryId, ObjectRef
from tui.model.text import clean, one_line


class Verdict(msgspec.Struct, frozen=True):
    """A row of `flux get`."""

    revision: str
    suspended: str
    ready: str
    """`True`, `False` or `Unknown`."""
    message: str


class Told(msgspec.Struct, frozen=True):
    """A row of `flux events`."""

    namespace: str
    type: str
    reason: str
    subject: str
    """`Kustomization/apps`."""
    message: str
    """Cleaned, in one line: the CLI prints control characters as they are, and blanks where lines are short."""
    count: int


class Line(msgspec.Struct, frozen=True):
    """A line of `flux logs`."""

    time: str
    """As the controller wrote it."""
    level: str
    subject: str
    """`Kustomization/apps.flux-system`."""
    text: str
    """Message and error, cleaned, in one line."""


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
    done = _run(kubeconfig, *arguments)
    assert done.returncode == 0, f"flux {' '.join(arguments)}: {done.stderr}"
    return done.stdout


def complaint(region: Region, *arguments: str) -> str:
    """Run the flux CLI, which has nothing to print.

    Args:
        region: The region.
        arguments: Its arguments.

    Returns:
        What it complains of.
    """
    done = _run(region.kubeconfig, *arguments)
    assert not done.stdout.strip(), f"flux {' '.join(arguments)} printed {done.stdout}"
    return done.stderr


def _run(kubeconfig: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    argv = [str(require_all()["flux"].path), "--kubeconfig", str(kubeconfig), *arguments]
    return subprocess.run(argv, capture_output=True, text=True, timeout=60, check=False)


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


def tree(region: Region, name: str, *flags: str) -> dict[InventoryId, frozenset[InventoryId]]:
    """What `flux tree kustomization` has below each object (flux2 cmd/flux/tree_kustomization.go).

    Args:
        region: The region.
        name: The Kustomization.
        flags: More flags.

    Returns:
        The children of each object that has any.
    """
    found: dict[InventoryId, frozenset[InventoryId]] = {}
    nodes = [json.loads(flux(region, "tree", "kustomization", name, "-n", region.namespace, "-o", "json", *flags))]
    for node in nodes:
        children = node.get("resources") or []
        nodes.extend(children)
        if children:
            found[_identity(node)] = frozenset(map(_identity, children))
    return found


def _identity(node: Any) -> InventoryId:
    resource = node["resource"]
    kind = resource["GroupKind"]
    return InventoryId(resource["Namespace"], resource["Name"], kind["Group"], kind["Kind"])


_FIELD = re.compile(
    r"(Object|Namespace|Status|Kustomization|HelmRelease|HelmChart|GitRepository|Path|Revision|Message|URL|Branch|Chart"
    r"|Version): +(.*)"
)


def trace(region: Region, kind: str, name: str) -> list[dict[str, str]]:
    """What `flux trace` says, from the object to the source (flux2 cmd/flux/trace.go).

    Args:
        region: The region.
        kind: The object's kind.
        name: Its name.

    Returns:
        The fields of each of its blocks: of the object, of what applied it, of each source.
    """
    blocks: list[dict[str, str]] = [{}]
    field = ""
    for line in flux(region, "trace", kind, name, "-n", region.namespace).splitlines():
        if line == "---":
            blocks.append({})
        elif match := _FIELD.fullmatch(line):
            field = match[1]
            blocks[-1][field] = match[2]
        elif line.strip():
            blocks[-1][field] = one_line(f"{blocks[-1][field]} {line}")
    return blocks


_PLAIN = 4
"""Cells before the message, where there is none with the namespace: last seen, type, reason, object."""


def events(region: Region, *arguments: str) -> list[Told]:
    """What `flux events` says (flux2 cmd/flux/events.go).

    Args:
        region: The region.
        arguments: `--for` and an object, or `--all-namespaces`.

    Returns:
        Its rows, oldest first.
    """
    found: list[Told] = []
    printed = flux(region, "events", "-n", region.namespace, *arguments)
    header, *rows = (clean(one) for one in printed.splitlines())
    width = len(header.rstrip().split("\t"))
    for row in rows:
        *cells, message = (cell.strip() for cell in row.split("\t", width - 1))
        if len(cells) >= _PLAIN and cells[-4]:
            count = re.search(r"\(x(\d+) over ", cells[-4])
            namespace = cells[0] if len(cells) > _PLAIN else region.namespace
            type_, reason, subject = cells[-3:]
            found.append(Told(namespace, type_, reason, subject, message, int(count[1]) if count else 1))
        else:
            found[-1] = msgspec.structs.replace(found[-1], message=f"{found[-1].message} {message}")
    return [msgspec.structs.replace(one, message=one_line(one.message)) for one in found]


_LINE = re.compile(r"(\S+T\S+Z) (\w+) (\S+) - ")


def logs(region: Region, kind: str, name: str) -> list[Line]:
    """What `flux logs` says of one object (flux2 cmd/flux/logs.go).

    Args:
        region: The region.
        kind: Its kind.
        name: Its name.

    Returns:
        Its lines, oldest first.
    """
    found: list[Line] = []
    for row in flux(region, "logs", "--kind", kind, "--name", name, "-n", region.namespace).splitlines():
        if match := _LINE.match(row):
            found.append(Line(match[1], match[2], match[3], row[match.end() :]))
        else:
            found[-1] = msgspec.structs.replace(found[-1], text=f"{found[-1].text} {row}")
    return [msgspec.structs.replace(one, text=one_line(clean(one.text))) for one in found]
