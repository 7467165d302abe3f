"""Where nothing may be written, and where even a single write is asked about first."""

from fnmatch import fnmatchcase

import msgspec

from tui.model.refs import ObjectRef


class ReadOnly(msgspec.Struct, frozen=True):
    """In which contexts no write is ever sent, and who says so."""

    contexts: tuple[str, ...] = ()
    """Names or globs."""
    said_by: str = ""
    """`config.yaml line 7`; empty for the command line."""

    def why(self, context: str) -> str:
        """Why nothing is written to a context.

        Args:
            context: Its name.

        Returns:
            The reason in words, empty where writing is allowed.
        """
        glob = next((glob for glob in self.contexts if fnmatchcase(context, glob)), "")
        if not glob:
            return ""
        if not self.said_by:
            return "read-only: started so that nothing is written"
        return f"read-only: {self.said_by} says {'true' if glob == EVERYWHERE else glob}"


EVERYWHERE = "*"
"""The glob of every context."""

READ_ONLY = ReadOnly((EVERYWHERE,))
"""As `--read-only` asks."""

WRITABLE = ReadOnly()
"""Writing is allowed everywhere."""


class Protected(msgspec.Struct, frozen=True):
    """Where even a single write is asked about first."""

    contexts: tuple[str, ...] = ()
    """Names or globs."""
    namespaces: tuple[str, ...] = ()
    """Names or globs: `payments` in every context, `prod-*/payments` in some."""

    def what(self, ref: ObjectRef) -> str:
        """What protects an object.

        Args:
            ref: The object.

        Returns:
            `context` or `namespace`, empty where neither does.
        """
        if any(fnmatchcase(ref.context, glob) for glob in self.contexts):
            return "context"
        return "namespace" if any(_covers(glob, ref) for glob in self.namespaces) else ""


def _covers(glob: str, ref: ObjectRef) -> bool:
    """A context's name may hold slashes, a namespace's does not."""
    context, _, namespace = glob.rpartition("/")
    return fnmatchcase(ref.namespace, namespace) and fnmatchcase(ref.context, context or EVERYWHERE)
