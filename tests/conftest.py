"""What holds for every test: the time zone, and a home and environment that are not the developer's."""

import os
import time

import pytest

os.environ["TZ"] = "UTC"
time.tzset()
for name in ("NO_COLOR", "KUBECONFIG", "COLORTERM"):
    os.environ.pop(name, None)


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from or written to the developer's folders."""
    base = tmp_path_factory.getbasetemp() / "home"
    for what in ("CONFIG", "CACHE", "STATE"):
        monkeypatch.setenv(f"GITOPS_TUI_{what}_DIR", str(base / what.lower()))
