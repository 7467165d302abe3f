"""Refusals as `metav1.Status`, worded as the API server words them."""

from typing import Any

import msgspec
from aiohttp import web

from tui.demo.resources import Object, ResourceType

_REASONS = {
    400: "BadRequest",
    401: "Unauthorized",
    403: "Forbidden",
    404: "NotFound",
    405: "MethodNotAllowed",
    409: "Conflict",
    410: "Expired",
    415: "UnsupportedMediaType",
    422: "Invalid",
}


class ApiError(Exception):
    """A request is refused."""

    def __init__(self, code: int, message: str, **details: Any) -> None:
        """Refuse.

        Args:
            code: The HTTP status.
            message: Why, in the API server's words.
            **details: `name`, `group`, `kind`.
        """
        super().__init__(message)
        self.code = code
        self.message = message
        self.details = details

    @property
    def status(self) -> Object:
        """The `metav1.Status`."""
        return {
            "kind": "Status",
            "apiVersion": "v1",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": _REASONS[self.code],
            "details": self.details,
            "code": self.code,
        }


def not_found(item: ResourceType, name: str) -> ApiError:
    """There is no such object.

    Args:
        item: The resource type.
        name: The object's name.

    Returns:
        The refusal.
    """
    resource = f"{item.plural}.{item.group}" if item.group else item.plural
    return ApiError(404, f'{resource} "{name}" not found', name=name, group=item.group, kind=item.plural)


def no_such_path() -> ApiError:
    """The path is not served.

    Returns:
        The refusal.
    """
    return ApiError(404, "the server could not find the requested resource")


def not_allowed() -> ApiError:
    """The method is not served here.

    Returns:
        The refusal.
    """
    return ApiError(405, "the server does not allow this method on the requested resource")


def expired() -> ApiError:
    """The resource version is too old.

    Returns:
        The refusal.
    """
    return ApiError(410, "too old resource version: the log of changes does not reach back so far")


def json_response(body: Any, code: int = 200) -> web.Response:
    """Answer with JSON.

    Args:
        body: The document.
        code: The HTTP status.

    Returns:
        The response.
    """
    return web.Response(body=msgspec.json.encode(body), status=code, content_type="application/json")
