"""Which contexts are meant."""

from fnmatch import fnmatchcase

from tui.cluster.kubeconfig import Kubeconfig
from tui.commands.ending import StartError
from tui.config.settings import Settings


def choose_contexts(kubeconfig: Kubeconfig, wanted: str, every: bool, settings: Settings) -> tuple[str, ...]:
    """Decide which contexts are watched at start.

    The command line wins over the settings, the settings over the kubeconfig's current context.

    Args:
        kubeconfig: All contexts.
        wanted: `--context`: names or globs, separated by commas; empty where it was not given.
        every: `--all-contexts`.
        settings: The settings.

    Returns:
        Names of contexts; none where nothing is chosen and the kubeconfig has no current context.

    Raises:
        StartError: A context that was asked for on the command line does not exist.
    """
    names = [entry.name for entry in kubeconfig.contexts]
    if wanted:
        patterns = [pattern.strip() for pattern in wanted.split(",") if pattern.strip()]
        unknown = [pattern for pattern in patterns if not _matching(names, [pattern])]
        if unknown:
            raise StartError(f"there is no context {unknown[0]!r} in the kubeconfig; there are: {', '.join(names)}")
        return _matching(names, patterns)
    if every or settings.all_contexts:
        return tuple(names)
    chosen = _matching(names, list(settings.contexts))
    return chosen or ((kubeconfig.current,) if kubeconfig.current else ())


def _matching(names: list[str], patterns: list[str]) -> tuple[str, ...]:
    """Names that a pattern names, else those that it matches as a glob: a name may itself have a `*` or `[`."""
    found: dict[str, None] = {}
    for pattern in patterns:
        exact = [name for name in names if name == pattern]
        found.update(dict.fromkeys(exact or [name for name in names if fnmatchcase(name, pattern)]))
    return tuple(found)
