"""The floor: a fresh Python process that reads the same lists and does nothing else with them.

    python -m benchmarks.floor KUBECONFIG

imports an HTTP client and the decoder, reads every list page by page, decodes it, and prints how many objects there
were, the processor seconds it used and its memory. No program in this language that shows these objects needs less.
"""

import json
import os
import sys
from pathlib import Path

from benchmarks.kubeconfig import connect
from benchmarks.procfs import memory
from tui.model.decode import decode_page
from tui.model.resources import Resource

_LISTS = {
    "GitRepository": "/apis/source.toolkit.fluxcd.io/v1/gitrepositories",
    "Kustomization": "/apis/kustomize.toolkit.fluxcd.io/v1/kustomizations",
    "HelmRelease": "/apis/helm.toolkit.fluxcd.io/v2/helmreleases",
}
_PAGE = 500


def read_all(kubeconfig: Path) -> list[Resource]:
    """Read and decode every object.

    Args:
        kubeconfig: Where the load server is.

    Returns:
        The objects.
    """
    connection, headers = connect(kubeconfig)
    found: list[Resource] = []
    for kind, path in _LISTS.items():
        url = f"{path}?limit={_PAGE}"
        while url:
            connection.request("GET", url, headers=headers)
            page = decode_page(connection.getresponse().read(), "bench", kind)
            found.extend(page.resources)
            url = f"{path}?limit={_PAGE}&continue={page.continue_token}" if page.continue_token else ""
    connection.close()
    return found


def main() -> None:
    objects = read_all(Path(sys.argv[1]))
    used = os.times()
    _, peak = memory(os.getpid())
    print(json.dumps({"objects": len(objects), "cpu_seconds": used.user + used.system, "memory_mib": peak}), flush=True)
    os._exit(0)  # the end of the process is no part of the floor


if __name__ == "__main__":
    main()
