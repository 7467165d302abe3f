"""A registry for OCI artifacts, crane's, and how a chart gets into it."""

import json
import urllib.request
from hashlib import sha256
from typing import Any

from tests.e2e.api import wait_for
from tests.e2e.charts import archive
from tests.e2e.ownregion import OwnRegion

_CONFIG = "application/vnd.cncf.helm.config.v1+json"
CHART = "application/vnd.cncf.helm.chart.content.v1.tar+gzip"
"""The media type of the layer that holds a chart (helm pkg/registry/constants.go)."""
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"

Json = dict[str, Any]


class Registry:
    """The registry of a region, empty at first."""

    def __init__(self, region: OwnRegion) -> None:
        self._base = region.site.url("registry")
        self.url = f"oci://{region.site.address('registry')}"
        """Where repositories are, as an OCIRepository names it."""
        region.start("registry")
        wait_for("the registry to answer", self._answers)

    def push_chart(self, name: str, tag: str, files: dict[str, str]) -> str:
        """Push a chart, as `helm push` does.

        Args:
            name: The chart's name, which is that of the repository.
            tag: The tag, which moves if there is one.
            files: What the chart holds, by path.

        Returns:
            The manifest's digest.
        """
        config = self._blob(name, json.dumps({"name": name}).encode(), _CONFIG)
        layer = self._blob(name, archive(name, files), CHART)
        manifest = {"schemaVersion": 2, "mediaType": _MANIFEST, "config": config, "layers": [layer]}
        content = json.dumps(manifest).encode()
        self._send("PUT", f"/v2/{name}/manifests/{tag}", content, _MANIFEST)
        return _digest(content)

    def _blob(self, name: str, content: bytes, kind: str) -> Json:
        """Upload a blob at one go; gives how a manifest names it."""
        digest = _digest(content)
        self._send("POST", f"/v2/{name}/blobs/uploads/?digest={digest}", content, "application/octet-stream")
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    def _answers(self) -> bool:
        try:
            self._send("GET", "/v2/")
        except OSError:
            return False
        return True

    def _send(self, method: str, path: str, content: bytes | None = None, kind: str = "") -> None:
        headers = {"Content-Type": kind} if kind else {}
        request = urllib.request.Request(self._base + path, content, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            answer.read()


def _digest(content: bytes) -> str:
    return f"sha256:{sha256(content).hexdigest()}"
