"""A region's Git repository: a bare one that is served over smart HTTP, and the clone from which tests push."""

import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path

_ENVIRON = {
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_SYSTEM": os.devnull,
    "GIT_TERMINAL_PROMPT": "0",
    "GIT_AUTHOR_NAME": "dev",
    "GIT_AUTHOR_EMAIL": "dev@example.com",
    "GIT_COMMITTER_NAME": "dev",
    "GIT_COMMITTER_EMAIL": "dev@example.com",
}


class Repository:
    """Commits and pushes."""

    def __init__(self, folder: Path, pushed: Callable[[str], None]) -> None:
        self.served = folder / "git"
        """The folder that is served; the repository is `repo.git` in it."""
        self._pushed = pushed
        """Told each commit that was pushed after the first."""
        self._clone = folder / "clone"

    def create(self, files: dict[str, str]) -> None:
        """Make the repository with one commit.

        Args:
            files: What it holds, by path.
        """
        self.served.mkdir(parents=True)
        self._clone.mkdir()
        self._git("init", "--quiet", "--bare", "--initial-branch=main", str(self.served / "repo.git"))
        self._git("init", "--quiet", "--initial-branch=main")
        self._git("remote", "add", "origin", str(self.served / "repo.git"))
        self._push(files, "The fleet")

    def push(self, files: Mapping[str, str | None], message: str) -> str:
        """Commit files and push them.

        Args:
            files: Their content by path; None deletes a file or a folder.
            message: The commit's message.

        Returns:
            The commit.
        """
        commit = self._push(files, message)
        self._pushed(commit)
        return commit

    def head(self) -> str:
        """The last commit."""
        return self._git("rev-parse", "HEAD")

    def reset(self) -> str:
        """Push the first content again, where it has changed since.

        Returns:
            The commit that brought it back; empty where nothing had changed.
        """
        first = self._git("rev-list", "--max-parents=0", "HEAD")
        if self._git("rev-parse", f"{first}^{{tree}}") == self._git("rev-parse", "HEAD^{tree}"):
            return ""
        self._git("read-tree", "-u", "--reset", first)
        return self.push({}, "As it was")

    def read(self, path: str) -> str:
        """What a file holds.

        Args:
            path: Its path.
        """
        return (self._clone / path).read_text(encoding="utf-8")

    def _push(self, files: Mapping[str, str | None], message: str) -> str:
        for path, content in files.items():
            file = self._clone / path
            if content is None:
                shutil.rmtree(file) if file.is_dir() else file.unlink()
            else:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(content, encoding="utf-8")
        self._git("add", "--all")
        self._git("commit", "--quiet", "--allow-empty", "--message", message)
        self._git("push", "--quiet", "origin", "main")
        return self._git("rev-parse", "HEAD")

    def _git(self, *arguments: str) -> str:
        done = subprocess.run(
            ["git", *arguments], cwd=self._clone, env=os.environ | _ENVIRON, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"git {' '.join(arguments)}: {done.stderr.strip()}")
        return done.stdout.strip()
