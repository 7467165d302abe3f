"""A certificate for the load server: kubectl, and so the program, sends credentials over TLS only."""

import shutil
import subprocess
from pathlib import Path


def make_certificate(folder: Path) -> tuple[Path, Path] | None:
    """Make a certificate for the loopback address that signs itself.

    Args:
        folder: Where to put it.

    Returns:
        The files of the certificate and of its key, both PEM; None on a machine without openssl.
    """
    if shutil.which("openssl") is None:
        return None
    certificate, key = folder / "server.crt", folder / "server.key"
    extensions = ("subjectAltName=IP:127.0.0.1", "keyUsage=critical,digitalSignature,keyCertSign")
    command = [
        *("openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2"),
        *("-subj", "/CN=load server", "-keyout", str(key), "-out", str(certificate)),
        *(word for extension in extensions for word in ("-addext", extension)),
    ]
    subprocess.run(command, check=True, capture_output=True)
    return certificate, key
