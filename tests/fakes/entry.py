"""A kubeconfig context that points at a server of the test."""

from tui.cluster.entries import ClusterEntry, ContextEntry, UserEntry


def entry_for(url: str, context: str) -> ContextEntry:
    """A context with a token and nothing else."""
    return ContextEntry(context, "default", ClusterEntry(context, server=url), UserEntry("anna", token="secret-token"))
