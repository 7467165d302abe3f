"""Kubeconfig as kubectl reads it (client-go tools/clientcmd/loader.go), except that one broken file hides no other."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import TypeVar

import msgspec

from tui.cluster.entries import AuthProvider, ClusterEntry, ContextEntry, ExecEntry, RawContext, UserEntry, find_fault
from tui.cluster.errors import Unreachable
from tui.cluster.kubeconfig_file import KubeconfigFile, read_file
from tui.cluster.server import proxy_for
from tui.model.text import clean

__all__ = [
    "AuthProvider",
    "ClusterEntry",
    "ContextEntry",
    "ExecEntry",
    "Kubeconfig",
    "UserEntry",
    "load_kubeconfig",
    "reread_user",
]

T = TypeVar("T")

SERVICE_ACCOUNT = Path("/var/run/secrets/kubernetes.io/serviceaccount")
"""Where a pod finds its credentials (client-go rest/config.go, InClusterConfig)."""

IN_CLUSTER = "in-cluster"
"""What the context of the pod's own service account is called."""


class Kubeconfig(msgspec.Struct, frozen=True):
    """All contexts of all files, merged."""

    contexts: tuple[ContextEntry, ...]
    """In the order of the files; those with a `problem` can't be used. Empty: there is nothing to start with."""
    current: str
    """The current context, empty where none is set or it does not exist."""
    problems: tuple[str, ...]
    """Sentences, each with file, line where there is one, and next step."""
    paths: tuple[Path, ...]
    """The files that were read."""


def load_kubeconfig(explicit: Path | None, environ: Mapping[str, str], home: Path) -> Kubeconfig:
    """Read the kubeconfig files that kubectl would read, and merge them as it does.

    The explicit file alone, else those of `KUBECONFIG`, else `~/.kube/config`, else a pod's service account. Nothing is
    raised for what the files hold: what is wrong is told in `problems`, and what can be read is used.

    Args:
        explicit: The file of `--kubeconfig`.
        environ: The environment.
        home: The user's home folder.

    Returns:
        The contexts; none where there is nothing to start with, and then `problems` says why.
    """
    candidates = [explicit] if explicit is not None else _candidates(environ, home)
    files = {path: file for path in candidates if (file := read_file(path)) is not None}
    if not files:
        if explicit is not None:
            return _nothing(f"There is no file {explicit}, which --kubeconfig names; check the path.")
        return _in_cluster(environ) or _nothing(_not_found(environ, candidates))
    return _merge(files)


def reread_user(user: UserEntry) -> UserEntry:
    """Read a user anew from its file: a login elsewhere may have written new credentials there.

    Args:
        user: The user as it was read.

    Returns:
        The user as it is now; as it was, where it can't be read now.
    """
    file = read_file(user.origin) if user.origin is not None else None
    now = file.users.get(user.name) if file is not None else None
    return now if isinstance(now, UserEntry) else user


def _candidates(environ: Mapping[str, str], home: Path) -> list[Path]:
    """The files to look for; `KUBECONFIG` replaces the one in the home folder even where none of its files exists."""
    listed = environ.get("KUBECONFIG", "")
    if not listed:
        return [home / ".kube" / "config"]
    return list(dict.fromkeys(Path(entry) for entry in listed.split(os.pathsep) if entry))


def _nothing(problem: str) -> Kubeconfig:
    return Kubeconfig((), "", (problem,), ())


def _not_found(environ: Mapping[str, str], candidates: list[Path]) -> str:
    if environ.get("KUBECONFIG"):
        names = " and ".join(map(str, candidates)) or "no file"
        return f"no kubeconfig found: KUBECONFIG names {names}, and there is no such file; try `gitops-tui demo`."
    return f"no kubeconfig found at {candidates[0]}; set KUBECONFIG, pass --kubeconfig, or try `gitops-tui demo`."


def _merge(files: dict[Path, KubeconfigFile]) -> Kubeconfig:
    clusters = _first_wins([file.clusters for file in files.values()])
    users = _first_wins([file.users for file in files.values()])
    raw_contexts = _first_wins([file.contexts for file in files.values()])
    contexts = tuple(
        _context(name, raw, clusters, users) for name, raw in raw_contexts.items() if isinstance(raw, RawContext)
    )
    problems = [problem for file in files.values() for problem in file.problems]
    problems += [entry.problem for entry in contexts if entry.problem and entry.problem not in problems]
    current = next((file.current for file in files.values() if file.current), "")
    if current and not any(entry.name == current for entry in contexts):
        problems.append(
            f"The current context {clean(current)!r} is in none of the kubeconfig files;"
            " choose one with --context or `kubectl config use-context`."
        )
        current = ""
    if not contexts:
        problems.append(f"No context can be read from {' or '.join(map(str, files))}; try `gitops-tui demo`.")
    return Kubeconfig(contexts, current, tuple(problems), tuple(files))


def _first_wins(maps: list[dict[str, T | str]]) -> dict[str, T | str]:
    """Merge the files' maps: the first to set a name wins, but an entry that can be read beats one that can't."""
    merged: dict[str, T | str] = {}
    for entries in maps:
        for name, entry in entries.items():
            if isinstance(merged.get(name, ""), str):
                merged[name] = entry
    return merged


def _context(
    name: str,
    raw: RawContext,
    clusters: Mapping[str, ClusterEntry | str],
    users: Mapping[str, UserEntry | str],
) -> ContextEntry:
    where = f"{raw.origin}: context {clean(name)!r} can't be used:"
    cluster = clusters.get(raw.cluster)
    # A context may do without a user (anonymous), but not name one that is missing.
    user = users.get(raw.user) if raw.user else UserEntry("")
    problem = ""
    if cluster is None:
        problem = f"{where} it names cluster {clean(raw.cluster)!r}, which is in no file; add it or name another."
    elif user is None:
        problem = f"{where} it names user {clean(raw.user)!r}, which is in no file; add it or name another."
    elif isinstance(cluster, str):
        problem = cluster
    elif isinstance(user, str):
        problem = user
    elif fault := find_fault(cluster, user):
        problem = f"{where} {clean(fault)}."
    else:
        try:
            proxy_for(cluster, {})
        except Unreachable as error:
            problem = str(error)
    return ContextEntry(
        name,
        namespace=raw.namespace or "default",
        cluster=cluster if isinstance(cluster, ClusterEntry) else ClusterEntry(raw.cluster),
        user=user if isinstance(user, UserEntry) else UserEntry(raw.user),
        origin=raw.origin,
        problem=problem,
    )


def _in_cluster(environ: Mapping[str, str]) -> Kubeconfig | None:
    host, port = environ.get("KUBERNETES_SERVICE_HOST"), environ.get("KUBERNETES_SERVICE_PORT")
    token = SERVICE_ACCOUNT / "token"
    if not (host and port and token.is_file()):
        return None
    authority = SERVICE_ACCOUNT / "ca.crt"
    cluster = ClusterEntry(
        IN_CLUSTER,
        server=f"https://{f'[{host}]' if ':' in host else host}:{port}",
        certificate_authority=authority if authority.is_file() else None,
    )
    try:
        namespace = (SERVICE_ACCOUNT / "namespace").read_text(encoding="utf-8").strip()
    except OSError:
        namespace = ""
    namespace = environ.get("POD_NAMESPACE") or namespace or "default"
    entry = ContextEntry(IN_CLUSTER, namespace, cluster, UserEntry(IN_CLUSTER, token_file=token))
    return Kubeconfig((entry,), IN_CLUSTER, (), ())
