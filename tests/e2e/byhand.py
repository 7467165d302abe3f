"""Regions for use by hand: they outlive the command that starts them, until another one ends them."""

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

from tests.e2e.api import wait_for
from tests.e2e.content import USERS
from tests.e2e.gitea import OWNER
from tests.e2e.ownregion import OwnRegion
from tests.e2e.region import RegionError, require_name

__all__ = ["RegionError", "bring_down", "bring_up"]

_SUPERVISOR = "supervisor.pid"


def bring_up(folder: Path, name: str) -> None:
    """Start a region that stays, and say how to use it.

    Args:
        folder: Where regions live.
        name: The region's name.

    Raises:
        RegionError: It runs already, or did not come up.
    """
    home = folder / require_name(name)
    if _supervisor(home):
        raise RegionError(f"{name} runs already; end it with: {_command('down', name)}")
    shutil.rmtree(home, ignore_errors=True)
    begun = time.monotonic()
    print(f"starting region {name} …", flush=True)
    region = OwnRegion(home, name)
    region.up()
    region.mirror.look_every("1m")
    region.tell_flux()
    (home / _SUPERVISOR).write_text(str(region.processes.supervisor))
    region.processes.leave()
    print(f"region {name} is up after {time.monotonic() - begun:.0f} s")
    print(f"  export KUBECONFIG={region.kubeconfig}")
    for user in USERS[1:]:
        print(f"  as {user:13} {region.kubeconfig_of(user)}")
    print(
        f"  Git           {home / 'git' / 'repo.git'}; Gitea mirrors every minute what is pushed there, and tells Flux"
    )
    print(f"  Gitea         {region.git_url}")
    print(f"  as {OWNER:13} token {region.gitea.token}, which may read; password {region.gitea.password}")
    print(f"  logs          {home / 'logs'}")
    print(f"  to end it     {_command('down', name)}")


def bring_down(folder: Path, name: str) -> None:
    """End a region; its logs stay.

    Args:
        folder: Where regions live.
        name: The region's name.

    Raises:
        RegionError: It does not run.
    """
    home = folder / require_name(name)
    supervisor = _supervisor(home)
    if not supervisor:
        raise RegionError(f"no region {name} runs")
    os.kill(supervisor, signal.SIGTERM)
    wait_for(f"region {name} to end", lambda: not _supervisor(home), 30)
    for path in home.iterdir():
        if path.name != "logs":
            with contextlib.suppress(OSError):
                shutil.rmtree(path) if path.is_dir() else path.unlink()
    print(f"region {name} is down; its logs stay in {home / 'logs'}")


def _supervisor(home: Path) -> int:
    """The region's supervisor; 0 where it does not run."""
    with contextlib.suppress(OSError, ValueError):
        number = int((home / _SUPERVISOR).read_text())
        argv = ["ps", "-o", "command=", "-p", str(number)]
        told = subprocess.run(argv, capture_output=True, text=True, check=False).stdout
        return number if "tests.e2e.supervisor" in told else 0
    return 0


def _command(verb: str, name: str) -> str:
    return f"{sys.executable} -m tests.e2e.controlplane region {verb} {name}"
