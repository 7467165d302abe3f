"""What holds for every test: the time zone, a home and environment that are not the developer's, and what is run."""

import itertools
import os
import signal
import time
from pathlib import Path

import pytest

from tests.e2e import selection

os.environ["TZ"] = "UTC"
time.tzset()
signal.signal(signal.SIGINT, signal.default_int_handler)  # in the background it is ignored, by all that is started too
for name in ("NO_COLOR", "KUBECONFIG", "COLORTERM"):
    os.environ.pop(name, None)

_NUMBERS = itertools.count()


@pytest.fixture(autouse=True)
def _own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is read from or written to the developer's folders, and no test finds the journal of another."""
    base = tmp_path_factory.getbasetemp() / "home"
    for what, folder in (("CONFIG", "config"), ("CACHE", "cache"), ("STATE", f"state-{next(_NUMBERS)}")):
        monkeypatch.setenv(f"GITOPS_TUI_{what}_DIR", str(base / folder))


def pytest_configure(config: pytest.Config) -> None:
    """Refuse to begin without a control plane where one is required."""
    selection.require(config)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the end-to-end tests out unless they are asked for."""
    return True if collection_path == selection.HERE and not selection.is_wanted(config) else None


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what became of the end-to-end tests."""
    if told := selection.summary(config):
        terminalreporter.write_line(told)
