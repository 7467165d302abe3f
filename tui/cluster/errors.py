"""Why an API server could not be asked."""

from tui.ports import ClusterError


class Unreachable(ClusterError):  # noqa: N818 - a state, as people say it
    """The network, TLS, a proxy or a deadline came between; the text names the host, the failure and the next step."""

    def __init__(self, message: str, *, sent: bool = False) -> None:
        super().__init__(message)
        self.sent = sent
        """Whether the request had left when it failed: the API server may have carried it out."""


class LoginNeeded(ClusterError):  # noqa: N818 - a state, as people say it
    """The API server refused fresh credentials too, or they could not be had; the text says where to log in."""
