"""A region's own Gitea, with one person in it, as the place where mirrors are."""

import base64
import json
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from tests.e2e.api import Body, wait_for
from tests.e2e.commands import Site
from tests.e2e.controlplane.guard import guarded
from tests.e2e.processes import Processes
from tests.e2e.region import RegionError

OWNER = "gitops"
"""Who owns the mirrors, and administers Gitea."""

_ACCOUNT = "nobody" if os.geteuid() == 0 else ""
"""Who Gitea runs as; it refuses to be root."""


class Gitea:
    """One Gitea: `prepare` and `start`, then `set_up`, once; after that it can be ended and started at any time."""

    def __init__(self, site: Site, processes: Processes) -> None:
        self.url = site.url("gitea")
        self.password = ""
        """The owner's."""
        self.token = ""
        """With it the owner can read repositories, and nothing else."""
        self._admin = ""
        """The owner's token for everything."""
        self._site = site
        self._processes = processes
        self._home = site.folder / "gitea"
        self._binary = site.binaries["gitea"].path

    def prepare(self) -> None:
        """Make its folder, which is removed when the region's last process has ended.

        Another user's Gitea has a folder that this user can reach, with all that it reads in it: what lies in the
        home of root can't be reached.
        """
        data = self._site.binaries["gitea"].data
        if _ACCOUNT:
            self._home = Path(tempfile.mkdtemp(prefix="gitops-tui-gitea-", dir=_reachable()))
        self._home.mkdir(mode=0o700, exist_ok=True)
        self._processes.remove_in_the_end(self._home)
        (self._home / "tmp").mkdir()
        if _ACCOUNT:
            shutil.copytree(data, self._home / "static")
            data = self._home / "static"
            self._binary = Path(shutil.copy(self._binary, self._home))
        (self._home / "app.ini").write_text(self._settings(data))
        if _ACCOUNT:
            for path in (self._home, *self._home.rglob("*")):
                shutil.chown(path, _ACCOUNT)

    def start(self) -> None:
        """Start it anew."""
        self._processes.start("gitea", self._command("web"), folder=self._home, user=_ACCOUNT)

    def restart(self) -> None:
        """End it, with what it is doing in its log, and start it anew."""
        self._processes.signal("gitea", signal.SIGQUIT)
        wait_for("gitea to end", lambda: "gitea" not in self._processes.running(), 30)
        self.start()
        self.await_ready()

    def set_up(self) -> None:
        """Wait for it to start, and make its owner and what they log in with.

        Raises:
            RegionError: It did not work.
        """
        self.await_ready()
        self._make_owner()
        basic = base64.b64encode(f"{OWNER}:{self.password}".encode()).decode()
        wish = {"name": "reader", "scopes": ["read:repository"]}
        self.token = self.ask("POST", f"/users/{OWNER}/tokens", wish, f"Basic {basic}")["sha1"]

    def await_ready(self) -> None:
        """Wait until it answers.

        Raises:
            RegionError: It ended.
        """

        def ready() -> bool:
            if "gitea" not in self._processes.running():
                raise RegionError(f"gitea ended; its log is {self._processes.log('gitea')}")
            try:
                with urllib.request.urlopen(f"{self.url}/api/healthz", timeout=10) as answer:
                    return bool(answer.status == 200)
            except OSError:
                return False

        wait_for("gitea to be ready", ready, 120)

    def ask(self, method: str, path: str, body: Body | None = None, authorization: str = "") -> Any:
        """Send one request to its API.

        Args:
            method: The HTTP method.
            path: The path below `/api/v1`.
            body: JSON to send.
            authorization: The header, by default the owner's.

        Returns:
            The answer's JSON; None where it is empty.

        Raises:
            RegionError: It refused.
            OSError: It can't be reached.
        """
        headers = {"Authorization": authorization or f"token {self._admin}", "Content-Type": "application/json"}
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.url}/api/v1{path}", data, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                content = answer.read()
        except urllib.error.HTTPError as error:
            with error:
                raise RegionError(f"{method} {path}: {error.code} {error.read().decode(errors='replace')}") from None
        return json.loads(content) if content else None

    def _make_owner(self) -> None:
        command = self._command("admin", "user", "create", "--admin", "--username", OWNER)
        wish = ["--email", f"{OWNER}@example.com", "--random-password", "--access-token"]
        done = subprocess.run(
            guarded(*command, *wish, user=_ACCOUNT), cwd=self._home, capture_output=True, text=True, check=False,
            env={"PATH": os.environ["PATH"], "HOME": str(self._home), "TMPDIR": str(self._home / "tmp")},
        )  # fmt: skip
        password = re.search(r"generated random password is '(.+)'", done.stdout)
        token = re.search(r"Access token was successfully created\W+(\w+)", done.stdout)
        if done.returncode or password is None or token is None:
            raise RegionError(f"gitea made no administrator: {done.stderr.strip()[-500:]}")
        self.password, self._admin = password[1], token[1]

    def _command(self, *arguments: str) -> list[str]:
        return [str(self._binary), *arguments, "--config", str(self._home / "app.ini")]

    def _settings(self, static: Path) -> str:
        return _SETTINGS.format(
            home=self._home, static=static, port=self._site.ports["gitea"], url=self.url,
            key=secrets.token_hex(32), token=secrets.token_hex(32),
        )  # fmt: skip


def _reachable() -> Path:
    """A folder for temporary files that every user can reach."""
    chosen = Path(tempfile.gettempdir())
    return chosen if all(path.stat().st_mode & 0o001 for path in (chosen, *chosen.parents)) else Path("/tmp")


_SETTINGS = """RUN_MODE = prod
WORK_PATH = {home}

[server]
HTTP_ADDR = 127.0.0.1
HTTP_PORT = {port}
ROOT_URL = {url}/
STATIC_ROOT_PATH = {static}
APP_DATA_PATH = {home}/data
DISABLE_SSH = true
OFFLINE_MODE = true

[security]
INSTALL_LOCK = true
SECRET_KEY = {key}
INTERNAL_TOKEN = {token}

[database]
DB_TYPE = sqlite3
PATH = {home}/gitea.db
SQLITE_TIMEOUT = 30000
SQLITE_JOURNAL_MODE = WAL

[service]
DISABLE_REGISTRATION = true
REQUIRE_SIGNIN_VIEW = true

[mirror]
MIN_INTERVAL = 1m

[git.timeout]
MIRROR = 20

[cron.update_mirrors]
SCHEDULE = @every 10s

[migrations]
ALLOW_LOCALNETWORKS = true

[webhook]
ALLOWED_HOST_LIST = loopback
DELIVER_TIMEOUT = 60

[queue]
TYPE = channel

[indexer]
ISSUE_INDEXER_TYPE = db

[oauth2]
ENABLED = false

[actions]
ENABLED = false

[packages]
ENABLED = false

[log]
MODE = console
LEVEL = Info
"""
"""Gitea's app.ini: loopback only, nothing of the outside, and mirrors of what is on loopback too."""
