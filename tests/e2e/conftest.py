"""Regions for the end-to-end tests: started once, brought back to how they were after each test, ended with pytest."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.existing import ExistingRegion
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import Region
from tests.e2e.selection import HERE, KUBECONFIG, why_not

KEPT = HERE.parents[1] / "e2e-logs"
"""Where the logs of a run that failed are kept."""

_TIMEOUT = 240
"""Seconds for one test; the first one that wants a region waits for it to start."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what is here, and skip what can't run."""
    why = why_not()
    theirs = bool(os.environ.get(KUBECONFIG))
    for item in items:
        if HERE not in item.path.parents:
            continue
        item.add_marker("e2e")
        item.add_marker(pytest.mark.timeout(_TIMEOUT))
        if why:
            item.add_marker(pytest.mark.skip(reason=why))
        elif theirs and item.get_closest_marker("ours"):
            item.add_marker(pytest.mark.skip(reason=f"needs processes of our own; {KUBECONFIG} names a cluster"))


@pytest.fixture(scope="session")
def started(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator["Started"]:
    """The regions of this run, each started when it is first wanted."""
    regions = Started(tmp_path_factory.mktemp("regions"))
    try:
        yield regions
    finally:
        regions.down()
        if request.session.testsfailed:
            regions.keep_logs()


@pytest.fixture
def region(started: "Started") -> Iterator[Region]:
    """The region `eu`, or the cluster that somebody named."""
    yield from started.lend("eu")


@pytest.fixture
def own(started: "Started") -> Iterator[OwnRegion]:
    """The region `eu`, whose processes are ours."""
    for one in started.lend("eu"):
        assert isinstance(one, OwnRegion)
        yield one


@pytest.fixture
def other(started: "Started") -> Iterator[OwnRegion]:
    """The region `us`, whose processes are ours."""
    for one in started.lend("us"):
        assert isinstance(one, OwnRegion)
        yield one


@pytest.fixture
def regions(own: OwnRegion, other: OwnRegion) -> tuple[OwnRegion, OwnRegion]:
    """Both regions side by side."""
    return own, other


class Started:
    """Regions by name."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._regions: dict[str, OwnRegion | ExistingRegion] = {}

    def lend(self, name: str) -> Iterator[Region]:
        """Lend a region to a test and bring it back to how it was; one that does not come back is ended."""
        if name not in self._regions:
            self._regions[name] = self._start(name)
        region = self._regions[name]
        yield region
        try:
            region.reset()
        except BaseException:
            self._regions.pop(name).down()
            raise

    def down(self) -> None:
        """End every region."""
        for region in self._regions.values():
            region.down()

    def keep_logs(self) -> None:
        """Copy every log to where it outlasts pytest's temporary folders; other processes of this run do so too."""
        for folder in self._folder.iterdir():
            shutil.copytree(folder / "logs", KEPT / folder.name)

    def _start(self, name: str) -> OwnRegion | ExistingRegion:
        folder = Path(tempfile.mkdtemp(prefix=f"{name}-", dir=self._folder))
        kubeconfig = os.environ.get(KUBECONFIG)
        region = ExistingRegion(folder, Path(kubeconfig)) if kubeconfig else OwnRegion(folder, name)
        region.up()
        return region
