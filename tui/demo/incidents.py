"""What is broken in the demo's world, and since when. Everything else follows from Git and from the simulation."""

from datetime import timedelta
from urllib.parse import urlsplit

BROKEN_IMAGES = frozenset(
    (
        "registry.example.com/shop/api:1.9.2",
        "registry.example.com/search/index:7.0.0-rc1",
        "docker.io/grafana/loki:3.6.0-nightly",
    )
)
"""Images that can't be pulled: a Deployment that uses one never turns ready. Any other tag heals it."""

UNREACHABLE_HOSTS = frozenset(("charts.retired.example.com",))
"""Hosts that no longer resolve."""

BOOTSTRAPPED = timedelta(days=60)
"""How long ago Flux was installed in every region."""

SUSPENDED = timedelta(days=41)
"""How long ago somebody suspended the production tenant by hand."""

MIRROR_STOPPED = timedelta(hours=3, minutes=20)
"""How long ago the Git mirror of ap-south was brought up to date last."""

RECENT = timedelta(minutes=40)
"""From when on the past was simulated without gaps: Events last an hour, so this is all that is seen of it."""

BAD_COMMIT = timedelta(minutes=7, seconds=20)
"""How long ago the commit was pushed that broke the API in eu-west."""

DENIED_NAMESPACE = "payments"
"""In ap-south, the user of the demo may look at objects in this namespace and not patch them."""


def is_reachable(url: str) -> bool:
    """Whether a host of the demo's world answers.

    Args:
        url: Any URL.

    Returns:
        False for those that are gone.
    """
    return urlsplit(url).hostname not in UNREACHABLE_HOSTS
