"""Certificates: read where the kubeconfig says, handed to OpenSSL without being left on disk."""

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tui.cluster.entries import ClusterEntry


def authority_pem(cluster: ClusterEntry) -> bytes:
    """The certificates of the authority that a cluster's entry trusts; data win over a file.

    Args:
        cluster: The cluster's entry.

    Returns:
        PEM, empty where the entry names none (the system's authorities count then) or the file can't be read.
    """
    if cluster.certificate_authority_data or cluster.certificate_authority is None:
        return cluster.certificate_authority_data
    with contextlib.suppress(OSError):
        return cluster.certificate_authority.read_bytes()
    return b""


@contextlib.contextmanager
def as_file(content: bytes) -> Iterator[str]:
    """Lend bytes a path, for OpenSSL reads certificates from paths only.

    Args:
        content: What the file is to hold; it may be a secret.

    Yields:
        A path that is good inside the `with`: of anonymous memory where the system has that (Linux), else of a file
        that only this user can read.
    """
    if hasattr(os, "memfd_create") and Path("/proc/self/fd").is_dir():
        descriptor = os.memfd_create("pem", os.MFD_CLOEXEC)
        try:
            with os.fdopen(os.dup(descriptor), "wb") as file:
                file.write(content)
            yield f"/proc/self/fd/{descriptor}"
        finally:
            os.close(descriptor)
    else:
        with tempfile.NamedTemporaryFile() as file:  # made with mode 0600
            file.write(content)
            file.flush()
            yield file.name
