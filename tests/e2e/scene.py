"""What is made in a region for a while: objects in namespaces of their own, and where their Git and charts are."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from tests.e2e.api import ApiError, Body, wait_for
from tests.e2e.charts import Charts, serving_charts
from tests.e2e.ownregion import OwnRegion
from tests.git.smarthttp import Server, serve

PATIENCE = 120.0
"""Seconds for what controllers do, on a machine that is busy."""


class Scene:
    """All incidents that are there at the same time, and what has to go in the end."""

    def __init__(self, region: OwnRegion, folder: Path, git: Server, charts: Charts, ending: ExitStack) -> None:
        self.region = region
        self.folder = folder
        self.git = git
        self.charts = charts
        self.ending = ending
        """What has to be undone before anything is deleted."""
        self.later: list[Callable[[], None]] = []
        self._made: dict[str, None] = {}
        self._namespaces: dict[str, None] = {}

    def namespace(self, name: str) -> None:
        """Make a namespace, where it is not there.

        Args:
            name: Its name.
        """
        if name not in self._namespaces:
            self._namespaces[name] = None
            self.region.api.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})

    def apply(self, body: Body) -> None:
        """Make an object, or change it.

        Args:
            body: The object.
        """
        self._made[self.path(body)] = None
        self.region.api.apply(body)

    def path(self, body: Body) -> str:
        """Where the API server has an object.

        Args:
            body: The object.
        """
        meta = body["metadata"]
        return self.region.api.path(body["apiVersion"], body["kind"], meta.get("namespace", ""), meta["name"])

    def get(self, path: str) -> Body | None:
        """Read an object.

        Args:
            path: Where it is.

        Returns:
            It; None where it is not there.
        """
        try:
            found: Body = self.region.api.request("GET", path)
        except ApiError as error:
            if error.status != 404:
                raise
            return None
        return found

    def delete(self, path: str) -> None:
        """Delete an object at once, where it is there.

        Args:
            path: Where it is.
        """
        try:
            self.region.api.request("DELETE", f"{path}?gracePeriodSeconds=0")
        except ApiError as error:
            if error.status != 404:
                raise

    def clear(self) -> None:
        """Delete everything and wait until it is gone; nobody else ends namespaces here."""
        for path in reversed(self._made):
            self.delete(path)
        for path in self._made:
            wait_for(f"{path} to go", lambda path=path: self.get(path) is None, PATIENCE)  # type: ignore[misc]
        for name in self._namespaces:
            path = self.region.api.path("v1", "Namespace", "", name)
            self.delete(path)
            body = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}, "spec": {"finalizers": []}}
            self.region.api.request("PUT", f"{path}/finalize", body)


@contextmanager
def scene(region: OwnRegion, folder: Path) -> Iterator[Scene]:
    """A region in which incidents can be made.

    Args:
        region: The region.
        folder: Where their Git repositories are made.

    Yields:
        The scene; all that was made in it is gone afterwards.
    """
    with serve(folder) as git, serving_charts() as charts, ExitStack() as ending:
        made = Scene(region, folder, git, charts, ending)
        ending.callback(made.clear)
        yield made
