"""The port: what is pending in Git between what is applied, what was fetched and what upstream has."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pygit2

from tui.git import refs, worker
from tui.git.addresses import Address, parse
from tui.git.answer import answer, known_stages, unanswered
from tui.git.failures import GitFailure
from tui.git.mirrors import Limits, Mirrors, Wanted
from tui.git.worker import Errand
from tui.model.pending import Pending, Question

_READ_SECONDS = 60.0
"""How long reading a mirror may take."""

_DAMAGE = (pygit2.GitError, KeyError, ValueError)
"""What pygit2 raises for objects that are missing or cannot be read."""


class PyGit:
    """Fulfils `tui.ports.Git` with mirrors in a cache folder."""

    def __init__(self, cache: Path, environ: Mapping[str, str] | None = None, limits: Limits | None = None) -> None:
        """Point to a cache folder; nothing is read, written or fetched yet.

        Args:
            cache: The folder that holds the mirrors; made when needed.
            environ: Environment variables, for where credentials are; the process's own by default.
            limits: How patient to be.
        """
        self._mirrors = Mirrors(cache, os.environ if environ is None else environ, limits or Limits())

    async def pending(self, question: Question, progress: Callable[[str], None]) -> Pending:
        """Find out what is pending; fetches what is missing.

        Args:
            question: The repository and the commits that the cluster knows.
            progress: Told in words what is being done, from the event loop's thread.

        Returns:
            The answer; failures are in its `problem`, beside what the mirror knows all the same.
        """
        try:
            address = parse(question.url)
        except ValueError as error:
            return unanswered(question, str(error))
        problem = ""
        try:
            await self._mirrors.refresh(address, _wanted(question), progress)
        except GitFailure as failure:
            problem = str(failure)
        try:
            return await self._read(address, question, problem, progress)
        except _DAMAGE:
            return await self._mend(address, question, progress)
        except TimeoutError:
            return unanswered(question, f"Comparing the commits of {address.url} takes too long; use `git log`.")

    async def _read(
        self, address: Address, question: Question, problem: str, progress: Callable[[str], None]
    ) -> Pending:
        def read() -> Pending:
            with self._mirrors.open(address) as mirror:
                if mirror is None:
                    return unanswered(question, problem)
                return answer(mirror, question, problem, self._mirrors.fetched_at(address) if problem else None)

        errand = Errand(progress, _READ_SECONDS)
        errand.say("comparing the commits")
        return await worker.run(errand, read)

    async def _mend(self, address: Address, question: Question, progress: Callable[[str], None]) -> Pending:
        progress("the mirror is damaged, fetching it anew")
        try:
            await self._mirrors.rebuild(address, _wanted(question), progress)
            return await self._read(address, question, "", progress)
        except GitFailure as failure:
            return unanswered(question, str(failure))
        except (*_DAMAGE, TimeoutError):
            return unanswered(question, f"The history of {address.url} cannot be read; look at it with `git log`.")


def _wanted(question: Question) -> Wanted:
    commits = [stage.commit for stage in known_stages(question)]
    pinned = question.commit.lower()
    commits += [pinned] if refs.is_commit(pinned) else []
    return Wanted(question.name.removesuffix("^{}"), tuple(dict.fromkeys(filter(None, commits))))
