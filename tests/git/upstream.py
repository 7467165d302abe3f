"""Real repositories to fetch from, made commit by commit."""

from pathlib import Path

import pygit2

NOON = 1_790_000_000
"""Seconds since 1970 of the first commit; each further one is a minute younger."""


class Upstream:
    """A bare repository as a forge would have it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.repository = pygit2.init_repository(str(path), bare=True, initial_head="main")
        self._minutes = 0

    @property
    def url(self) -> str:
        """Where it is, as a local repository."""
        return self.path.as_uri()

    def commit(
        self,
        files: dict[str, bytes | str | None] | None = None,
        *,
        branch: str = "main",
        parent: str | None = None,
        subject: str | bytes = "change",
        author: str = "Ana",
    ) -> str:
        """Commit to a branch, on top of its tip or of another parent; None deletes a file."""
        name = f"refs/heads/{branch}"
        known = self.repository.references.get(name)
        tip = parent or (str(known.target) if known else None)
        index = pygit2.Index()
        if tip:
            index.read_tree(self.repository[tip].peel(pygit2.Tree))
        for path, content in (files or {}).items():
            if content is None:
                index.remove(path)
                continue
            data = content.encode() if isinstance(content, str) else content
            blob = self.repository.create_blob(data)
            index.add(pygit2.IndexEntry(path, blob, pygit2.enums.FileMode.BLOB))
        tree = index.write_tree(self.repository)
        self._minutes += 1
        who = pygit2.Signature(author, "ana@example.com", NOON + 60 * self._minutes, 120)
        oid = self.repository.create_commit(None, who, who, subject, tree, [tip] if tip else [])
        self.repository.references.create(name, oid, force=True)
        return str(oid)

    def tag(self, name: str, commit: str, *, annotated: bool = False) -> None:
        """Tag a commit."""
        if annotated:
            who = pygit2.Signature("Ana", "ana@example.com", NOON, 0)
            self.repository.create_tag(name, commit, pygit2.enums.ObjectType.COMMIT, who, "a release")
        else:
            self.repository.references.create(f"refs/tags/{name}", commit)
