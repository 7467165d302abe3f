"""etcd behind the API server's back, through its JSON gateway (etcd server/v3/embed: `/v3/kv/`)."""

import json
import urllib.request

from tests.e2e.api import Body


def compact(url: str) -> None:
    """Forget all history: no watch can begin in the past any more.

    Args:
        url: etcd's URL for clients.
    """
    head = _ask(url, "range", {"key": "AA=="})["header"]["revision"]
    _ask(url, "compaction", {"revision": head, "physical": True})


def _ask(url: str, verb: str, body: Body) -> Body:
    request = urllib.request.Request(f"{url}/v3/kv/{verb}", json.dumps(body).encode())
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=30) as answer:
        found: Body = json.load(answer)
    return found
