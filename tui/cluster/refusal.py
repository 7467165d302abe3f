"""What an API server answers instead of what was asked for."""

from collections.abc import Mapping

from tui.cluster.backoff import retry_after
from tui.model.decode import decode_status
from tui.ports import ClusterError


class Refused(ClusterError):  # noqa: N818 - read where it is raised and caught, it is a sentence
    """The API server answered, and not with what was asked for; the text is a sentence."""

    def __init__(self, code: int, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.code = code
        """The HTTP status, or the code of a `metav1.Status`."""
        self.retry_after = retry_after
        """Seconds the server wants to be left alone."""


def refusal(code: int, headers: Mapping[str, str], body: bytes, what: str) -> Refused:
    """Put a refusal into words.

    Args:
        code: The HTTP status.
        headers: The answer's headers.
        body: Its body: a `metav1.Status`, or whatever a proxy on the way wrote.
        what: What was asked for, as it fits after "the API server answers 500 to": `the list of Kustomization`.

    Returns:
        The refusal.
    """
    said = decode_status(body).message.strip()
    return Refused(code, f"The API server answers {code} to {what}{f': {said}' if said else '.'}", retry_after(headers))
