"""What the program needs of the world, as protocols that the adapters fulfil."""

from collections.abc import AsyncGenerator, Callable
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from tui.model.changes import Change, LogLine
from tui.model.journal import Entry, Pages
from tui.model.pending import Pending, Question
from tui.model.refs import ObjectRef
from tui.model.resources import Resource
from tui.model.workloads import Applied

Emit = Callable[[Change], None]
"""Takes a change, at once and without waiting."""


class Access(StrEnum):
    """What an access review answered."""

    ALLOWED = "allowed"
    DENIED = "denied"
    UNKNOWN = "unknown"
    """Not asked yet, or it could not be asked."""


class WriteReply(msgspec.Struct, frozen=True):
    """What became of one write. A write is sent once and never retried."""

    accepted: bool
    message: str = ""
    """Why it was not accepted, and the next step."""
    uncertain: bool = False
    """The connection was lost after the request was sent: it may or may not have been done."""
    version: str = ""
    """The object's resourceVersion with the change in it, where that is known."""


class ControllerState(msgspec.Struct, frozen=True):
    """Whether a controller is there to do anything, as far as its Deployments and pods tell."""

    text: str
    """Which pod to look at and why, without a full stop; or why that can't be told."""
    runs: bool = False
    """Whether its pods run and are ready."""


class Clock(Protocol):
    """The time, which tests inject."""

    def now(self) -> datetime:
        """The time now, in UTC, with its zone."""
        ...


class Cluster(Protocol):
    """One context of a kubeconfig: its API server, spoken to with its credentials."""

    @property
    def context(self) -> str:
        """The context's name."""
        ...

    async def run(self, emit: Emit) -> None:
        """Watch everything until cancelled; never raises for what the network or the API server does.

        Args:
            emit: Called in the event loop's thread for each change, the context's own state included.
        """
        ...

    def retry_now(self) -> None:
        """Cut a backoff short: credentials are read anew and the connection is tried at once."""
        ...

    async def patch(self, ref: ObjectRef, body: dict[str, Any], uid: str = "") -> WriteReply:
        """Send one JSON merge patch to the main resource, as field manager `gitops-tui`.

        Args:
            ref: The object.
            body: The merge patch.
            uid: Whom it is meant for: an object that took its place is left alone; empty for whoever bears the name.

        Returns:
            What became of it; network failures and refusals are replies too.
        """
        ...

    async def read(self, ref: ObjectRef) -> Resource | None:
        """Read one Flux object as the API server has it now.

        Args:
            ref: The object.

        Returns:
            It, None where there is none.

        Raises:
            ClusterError: It could not be read.
        """
        ...

    async def controller(self, name: str) -> ControllerState:
        """Look whether a Flux controller runs; one that can't be looked at is an answer too.

        Args:
            name: The controller's name, `kustomize-controller`.

        Returns:
            What stands in its way, worst first, or that it runs.
        """
        ...

    async def may_patch(self, kind: str, namespace: str) -> Access:
        """Ask whether this user may patch such objects (SelfSubjectAccessReview); remembered for minutes.

        Args:
            kind: A Flux kind.
            namespace: The namespace of the object.

        Returns:
            The answer, `UNKNOWN` where it could not be asked.
        """
        ...

    def logs(self, controller: str) -> AsyncGenerator[LogLine, None]:
        """Follow the log of a Flux controller, all its pods, from some minutes back until the iterator is closed.

        Args:
            controller: The controller's name, `kustomize-controller`.

        Yields:
            Lines in order of arrival.

        Raises:
            ClusterError: No pod was found or the log may not be read; the message says so.
        """
        ...

    async def applied(self, applier: Resource) -> tuple[Applied, ...]:
        """Read what an object applied besides Flux's own kinds, as it is now.

        Args:
            applier: A Kustomization, HelmRelease, ResourceSet or FluxInstance.

        Returns:
            The objects of its inventory, worst first, workloads that are not ready with their pods.

        Raises:
            ClusterError: None of them could be read.
        """
        ...

    async def manifest(self, ref: ObjectRef, group: str | None = None) -> str:
        """Read one object as the API server has it now.

        Args:
            ref: The object.
            group: The API group of its kind, None for Flux's kinds.

        Returns:
            It as YAML, managed fields left out, its text cleaned.

        Raises:
            ClusterError: It could not be read.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class ClusterError(Exception):
    """Something a cluster refused or that could not be reached; the text is fit to be shown."""


class Git(Protocol):
    """Mirrors of the repositories that sources name."""

    async def pending(self, question: Question, progress: Callable[[str], None]) -> Pending:
        """Find out what is pending; fetches what is missing.

        Args:
            question: The repository and the commits that the cluster knows.
            progress: Told in words what is being done, from the event loop's thread.

        Returns:
            The answer; failures are in its `problem`.
        """
        ...


class Journal(Protocol):
    """Where each request and what became of it is written down, for this run of the program and for later ones."""

    @property
    def author(self) -> str:
        """Who works here, `user@host`."""
        ...

    @property
    def run(self) -> int:
        """This run's own number."""
        ...

    def write(self, entry: Entry) -> str:
        """Append an entry, at once.

        Args:
            entry: The entry.

        Returns:
            Why it could not be written, and what to do; empty when it was.
        """
        ...

    def read(self) -> Pages:
        """Read all that is kept.

        Returns:
            The entries, and what could not be read.
        """
        ...

    def take_over(self, run: int) -> bool:
        """Become the one that finds out how another run's requests ended.

        Args:
            run: That run's number.

        Returns:
            False while that run, or another that took it over, still lives.
        """
        ...

    def close(self) -> None:
        """End this run: others may take it over."""
        ...
