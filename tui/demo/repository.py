"""The real Git repositories of the demo: written once with fixed dates, read by the simulated source-controller."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pygit2
from pygit2.enums import FileMode, ObjectType

from tui.demo.history import Author, trees

BRANCH = "main"
_HEAD = f"refs/heads/{BRANCH}"


class GitError(Exception):
    """A reference or a path is not there; the text says which."""


class Repository:
    """One bare repository."""

    def __init__(self, path: Path) -> None:
        """Open it, or make it where there is none.

        Args:
            path: Its folder.
        """
        self.path = path
        if not path.exists():
            pygit2.init_repository(str(path), bare=True, initial_head=BRANCH)
        self._repository = pygit2.Repository(str(path))
        self._files: dict[str, dict[str, bytes]] = {}
        self._blobs: dict[str, pygit2.Oid] = {}

    def commit(self, files: Mapping[str, str], author: Author, when: datetime, message: str) -> str:
        """Commit a whole tree on the main branch.

        Args:
            files: Path → content of every file.
            author: Who commits.
            when: When, to the second; the same arguments always give the same commit.
            message: The commit message.

        Returns:
            The commit's hash.
        """
        moment = int(when.timestamp())
        signature = pygit2.Signature(author.name, author.email, moment, 0, "utf-8")
        parent = self._repository.references.get(_HEAD)
        parents = [parent.target] if parent is not None else []
        tree = self._write_tree({tuple(path.split("/")): content for path, content in files.items()})
        message = message if message.endswith("\n") else f"{message}\n"
        return str(self._repository.create_commit(_HEAD, signature, signature, message, tree, parents))

    def _write_tree(self, files: Mapping[tuple[str, ...], str]) -> pygit2.Oid:
        builder = self._repository.TreeBuilder()
        folders: dict[str, dict[tuple[str, ...], str]] = {}
        for path, content in files.items():
            if len(path) == 1:
                builder.insert(path[0], self._write_blob(content), FileMode.BLOB)
            else:
                folders.setdefault(path[0], {})[path[1:]] = content
        for name, inner in folders.items():
            builder.insert(name, self._write_tree(inner), FileMode.TREE)
        return builder.write()

    def _write_blob(self, content: str) -> pygit2.Oid:
        if content not in self._blobs:
            self._blobs[content] = self._repository.create_blob(content.encode())
        return self._blobs[content]

    def tag(self, name: str, commit: str) -> None:
        """Tag a commit.

        Args:
            name: The tag.
            commit: The commit.
        """
        self._repository.references.create(f"refs/tags/{name}", commit)

    def move(self, commit: str) -> None:
        """Set the main branch, as a mirror does that catches up.

        Args:
            commit: A commit that the repository has.
        """
        self._repository.references.create(_HEAD, commit, force=True)

    def copy_from(self, origin: "Repository", commit: str) -> None:
        """Fetch the history up to one commit from another repository, and its tags, and set the main branch to it.

        Args:
            origin: Where to fetch from.
            commit: The commit.
        """
        missing = [commit, *(oid for oid in origin.tags().values() if origin.is_ancestor(oid, commit))]
        for oid in origin.objects(missing, []):
            if oid not in self._repository:
                kind, data = origin.read(oid)
                self._repository.write(kind, data)
        for name, oid in origin.tags().items():
            if oid in missing and f"refs/tags/{name}" not in self._repository.references:
                self.tag(name, oid)
        self.move(commit)

    def read(self, oid: pygit2.Oid | str) -> tuple[int, bytes]:
        """Read one Git object.

        Args:
            oid: Its hash.

        Returns:
            Its type and its data.
        """
        return self._repository.odb.read(oid)

    def tags(self) -> dict[str, str]:
        """All tags.

        Returns:
            Name → commit.
        """
        names = [name for name in self._repository.references if name.startswith("refs/tags/")]
        return {name.removeprefix("refs/tags/"): self._peel(name) for name in names}

    def _peel(self, name: str) -> str:
        return str(self._repository.references[name].peel(pygit2.Commit).id)

    def references(self) -> dict[str, str]:
        """All branches and tags.

        Returns:
            Full name → hash.
        """
        return {name: str(self._repository.references[name].target) for name in self._repository.references}

    def resolve(self, ref: Mapping[str, str]) -> tuple[str, str]:
        """Find what `spec.ref` of a GitRepository means.

        Args:
            ref: The reference; commit before name, tag and branch.

        Returns:
            The commit, and the revision as Flux writes it.

        Raises:
            GitError: There is no such reference.
        """
        if commit := ref.get("commit"):
            return commit, f"sha1:{commit}"
        if name := ref.get("name"):
            full, shown = name, name
        elif tag := ref.get("tag"):
            full, shown = f"refs/tags/{tag}", tag
        else:
            branch = ref.get("branch", "master")
            full, shown = f"refs/heads/{branch}", branch
        if full not in self._repository.references:
            raise GitError(f'couldn\'t find remote ref "{full}"')
        commit = self._peel(full)
        return commit, f"{shown}@sha1:{commit}"

    def subject(self, commit: str) -> str:
        """The first line of a commit's message.

        Args:
            commit: Its hash.

        Returns:
            The line.
        """
        return self._commit(commit).message.partition("\n")[0]

    def _commit(self, commit: str) -> pygit2.Commit:
        if commit not in self._repository:
            raise GitError(f"object not found: {commit}")
        return self._repository[commit].peel(pygit2.Commit)

    def files(self, commit: str) -> dict[str, bytes]:
        """All files of a commit.

        Args:
            commit: Its hash.

        Returns:
            Path → content, not to be changed: the last answer is remembered.

        Raises:
            GitError: There is no such commit.
        """
        if commit not in self._files:
            self._files = {commit: dict(self._walk(self._commit(commit).tree, ""))}
        return self._files[commit]

    def _walk(self, tree: pygit2.Tree, prefix: str) -> Iterator[tuple[str, bytes]]:
        for entry in tree:
            path = f"{prefix}{entry.name}"
            if isinstance(entry, pygit2.Tree):
                yield from self._walk(entry, f"{path}/")
            elif entry.type == ObjectType.BLOB:
                yield path, entry.read_raw()

    def is_ancestor(self, commit: str, of: str) -> bool:
        """Whether a commit is another one or comes before it.

        Args:
            commit: The older one.
            of: The younger one.

        Returns:
            Whether it is.
        """
        return commit == of or self._repository.descendant_of(of, commit)

    def has(self, oid: str) -> bool:
        """Whether the repository has an object.

        Args:
            oid: Its hash.

        Returns:
            Whether it does.
        """
        return oid in self._repository

    def objects(self, wanted: list[str], had: list[str]) -> list[str]:
        """The objects that somebody needs who has some commits and wants others.

        Args:
            wanted: Commits or annotated tags that are wanted.
            had: Commits that are there already.

        Returns:
            The hashes: tags, commits, and their trees and files as far as the commits they have don't have them.
        """
        tags = [oid for oid in wanted if isinstance(self._repository.get(oid), pygit2.Tag)]
        found: dict[str, None] = dict.fromkeys(tags)
        walker = self._repository.walk(None)
        for oid in wanted:
            walker.push(self._repository[oid].peel(pygit2.Commit).id)
        known: dict[str, None] = {}
        for oid in had:
            walker.hide(oid)
            self._collect(self._commit(oid).tree, known, {})
        for commit in walker:
            found[str(commit.id)] = None
            self._collect(commit.tree, found, known)
        return list(found)

    def _collect(self, tree: pygit2.Tree, found: dict[str, None], known: Mapping[str, None]) -> None:
        if str(tree.id) in found or str(tree.id) in known:
            return
        found[str(tree.id)] = None
        for entry in tree:
            if isinstance(entry, pygit2.Tree):
                self._collect(entry, found, known)
            elif entry.type == ObjectType.BLOB and str(entry.id) not in known:
                found[str(entry.id)] = None

    def pack(self, oids: list[str], folder: Path) -> bytes:
        """Pack objects.

        Args:
            oids: Their hashes.
            folder: An empty folder for the file that is made on the way.

        Returns:
            The pack.
        """
        builder = pygit2.PackBuilder(self._repository)
        for oid in oids:
            builder.add(pygit2.Oid(hex=oid))
        builder.write(str(folder))
        return next(folder.glob("*.pack")).read_bytes()


def write_history(origin: Repository, now: datetime) -> list[tuple[datetime, str]]:
    """Commit the fleet's whole history.

    Args:
        origin: An empty repository.
        now: The time that the commits' ages count from, whole seconds matter.

    Returns:
        Time and hash of each commit, oldest first.
    """
    made: list[tuple[datetime, str]] = []
    for commit, files in trees():
        when = now - commit.age
        sha = origin.commit(files, commit.author, when, commit.message)
        if commit.tag:
            origin.tag(commit.tag, sha)
        made.append((when, sha))
    return made
