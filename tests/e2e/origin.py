"""Where a region's Flux pulls from."""

from tests.e2e.api import Body


class Origin:
    """The region's repository itself, as it is served: anybody may read it, and it is always at the last commit."""

    secret = ""
    """The name of the Secret with Flux's login; empty where none is needed."""

    def __init__(self, url: str) -> None:
        self.url = url

    def objects(self, namespace: str, source: str) -> list[Body]:
        """What Flux needs besides the source, to be let in and to be told of a push.

        Args:
            namespace: The namespace of the Flux objects.
            source: The GitRepository's name.
        """
        return []

    def login(self) -> str:
        """What lets a person in, a URL as git's credential store has it; empty where nobody is asked."""
        return ""

    def follow(self, commit: str) -> None:
        """Let it come to a commit that was pushed to the repository.

        Args:
            commit: The commit, which is the last one.
        """

    def restore(self, commit: str) -> None:
        """Undo what a test did to it.

        Args:
            commit: The repository's last commit.
        """
