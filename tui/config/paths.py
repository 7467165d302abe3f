"""Where configuration, cache and state live."""

import os
from collections.abc import Mapping
from pathlib import Path

import msgspec
import platformdirs

APP = "gitops-tui"
"""The name of our folders on every platform."""


class Paths(msgspec.Struct, frozen=True):
    """The folders of one user; none of them needs to exist."""

    config: Path
    """Holds `config.yaml` and `themes/`. The program only reads it."""
    cache: Path
    """Holds what can be had again: Git mirrors."""
    state: Path
    """Holds what can't: the journal."""

    @property
    def settings(self) -> Path:
        """The settings file."""
        return self.config / "config.yaml"

    @property
    def themes(self) -> Path:
        """The user's own themes."""
        return self.config / "themes"

    @property
    def journal(self) -> Path:
        """What was asked, and what became of it."""
        return self.state / "journal.jsonl"


def find_paths(environ: Mapping[str, str] | None = None) -> Paths:
    """Find the user's folders.

    Args:
        environ: The environment, by default this process's. `GITOPS_TUI_CONFIG_DIR`, `GITOPS_TUI_CACHE_DIR` and
            `GITOPS_TUI_STATE_DIR` win over the platform's conventions; a leading `~` is the home folder.

    Returns:
        The folders, absolute.
    """
    env = os.environ if environ is None else environ
    return Paths(
        config=_folder(env.get("GITOPS_TUI_CONFIG_DIR"), platformdirs.user_config_path(APP)),
        cache=_folder(env.get("GITOPS_TUI_CACHE_DIR"), platformdirs.user_cache_path(APP)),
        state=_folder(env.get("GITOPS_TUI_STATE_DIR"), platformdirs.user_state_path(APP)),
    )


def _folder(override: str | None, default: Path) -> Path:
    return Path(os.path.abspath(os.path.expanduser(override))) if override else default


def builtin_themes() -> Path:
    """Find the themes that are shipped: inside the package when installed, beside it in a checkout.

    Returns:
        The folder; it exists unless the installation is broken.
    """
    package = Path(__file__).resolve().parents[1]
    installed = package / "themes"
    return installed if installed.is_dir() else package.parent / "themes"


def shown(path: Path) -> str:
    """Write a path as people do, with `~` for the home folder.

    Args:
        path: A path.

    Returns:
        The path for a sentence.
    """
    try:
        return str(Path("~") / path.relative_to(Path.home()))
    except (ValueError, RuntimeError):  # elsewhere, or there is no home folder
        return str(path)
