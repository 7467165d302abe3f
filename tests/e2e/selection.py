"""Whether the end-to-end tests run: when they are asked for, and then against what."""

import os
from pathlib import Path

import pytest

from tests.e2e.controlplane.locate import absent, told

HERE = Path(__file__).parent
KUBECONFIG = "GITOPS_TUI_E2E_KUBECONFIG"
"""Names the kubeconfig of a cluster with Flux; its current context is used."""

WISH = "GITOPS_TUI_E2E"
"""`required`: the end-to-end tests run, and without a control plane nothing does."""


def is_wanted(config: pytest.Config) -> bool:
    """Whether the end-to-end tests are asked for: by `make e2e`, or by naming them.

    Args:
        config: pytest's configuration.
    """
    named = (Path(one.split("::")[0]).resolve() for one in config.args)
    return os.environ.get(WISH) == "required" or any(path == HERE or HERE in path.parents for path in named)


def is_in_scope(config: pytest.Config) -> bool:
    """Whether pytest was asked to look where the end-to-end tests are.

    Args:
        config: pytest's configuration.
    """
    named = (Path(one.split("::")[0]).resolve() for one in config.args)
    return any(path == HERE or path in HERE.parents or HERE in path.parents for path in named)


def why_not() -> str:
    """Why there is no region to test against; empty where there is one."""
    if os.environ.get(KUBECONFIG):
        return ""
    missing = absent()
    return told(missing) if missing else ""


def require(config: pytest.Config) -> None:
    """Refuse to begin where the end-to-end tests are required and can't run.

    Args:
        config: pytest's configuration.

    Raises:
        pytest.UsageError: Why, in one line.
    """
    if os.environ.get(WISH) == "required" and (why := why_not()):
        raise pytest.UsageError(f"the end-to-end tests can't run: {why}")


def summary(config: pytest.Config) -> str:
    """What a run says of the end-to-end tests in its end; empty where there is nothing to say.

    Args:
        config: pytest's configuration.

    Returns:
        One line.
    """
    if not is_in_scope(config):
        return ""
    why = why_not()
    if is_wanted(config):
        return f"End-to-end tests: skipped, {why}" if why else ""
    return f"End-to-end tests: not run; {why or '`make e2e` runs them'}"
