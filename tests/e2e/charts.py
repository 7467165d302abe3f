"""A Helm repository on loopback: an index and charts, made of what a test has put there, and a locked door."""

import gzip
import io
import json
import tarfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.e2e.content import yaml

VERSION = "1.9.1"
"""Of every chart."""

CONFIG = """apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}-config
"""
"""The template of a chart that can be installed."""


class Charts:
    """Helm repositories by name; `locked` ones want a login that nobody has."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.locked: set[str] = set()
        self.base = ""
        """The URL below which they are."""

    def put(self, repository: str, **templates: str) -> None:
        """Make a repository.

        Args:
            repository: Its name.
            templates: For each chart its one template, `templates/deploy.yaml`.
        """
        entries: dict[str, Any] = {}
        for name, template in templates.items():
            about = {"apiVersion": "v2", "name": name, "version": VERSION}
            file = f"{name}-{VERSION}.tgz"
            self.files[f"/{repository}/{file}"] = archive(
                name, {"Chart.yaml": yaml(about), "templates/deploy.yaml": template}
            )
            entries[name] = [about | {"urls": [file]}]
        index = {"apiVersion": "v1", "entries": entries}
        self.files[f"/{repository}/index.yaml"] = json.dumps(index).encode()


@contextmanager
def serving_charts() -> Iterator[Charts]:
    """Serve Helm repositories until the block ends.

    Yields:
        The repositories, none at first.
    """
    charts = Charts()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args: Any) -> None:
            """Say nothing."""

        def do_GET(self) -> None:
            content = charts.files.get(self.path)
            if self.path.split("/")[1] in charts.locked:
                self.send_error(401)
            elif content is None:
                self.send_error(404)
            else:
                self.send_response(200)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        charts.base = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield charts
        finally:
            server.shutdown()
            thread.join()


def archive(name: str, files: dict[str, str]) -> bytes:
    """A chart as a tarball, in which all is below a folder of its name.

    Args:
        name: The chart's name.
        files: Its files by path.

    Returns:
        The same bytes for the same files.
    """
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as written:
        for path, text in files.items():
            content = text.encode()
            entry = tarfile.TarInfo(f"{name}/{path}")
            entry.size = len(content)
            written.addfile(entry, io.BytesIO(content))
    return gzip.compress(tar.getvalue(), mtime=0)
