"""Git's smart HTTP protocol, reading only, without a git binary: what fetches and clones need, version 0.

The client says what it wants and has; it gets a pack of the difference (git's Documentation/gitprotocol-http and
gitprotocol-pack). Pushing goes to the repository's folder.
"""

import asyncio
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from aiohttp import web

from tui.demo.repository import BRANCH, Repository

_FLUSH = b"0000"
_OID = re.compile(r"[0-9a-f]{40}")
_NO_CACHE = {"Cache-Control": "no-cache"}


def git_app(repositories: Mapping[str, Repository]) -> web.Application:
    """Serve repositories.

    Args:
        repositories: URL path (`/fleet.git`) → repository.

    Returns:
        The application.
    """
    app = web.Application()
    for path, repository in repositories.items():
        reader = _Reader(repository)
        app.router.add_get(f"{path}/info/refs", reader.advertise)
        app.router.add_post(f"{path}/git-upload-pack", reader.upload_pack)
        app.router.add_post(f"{path}/git-receive-pack", _refuse_push)
    return app


def _packet(text: str) -> bytes:
    line = f"{text}\n".encode()
    return f"{len(line) + 4:04x}".encode() + line


def _packets(body: bytes) -> Iterator[str]:
    position = 0
    while position + 4 <= len(body):
        length = int(body[position : position + 4], 16)
        if length > 4:
            yield body[position + 4 : position + length].decode("utf-8", "replace").rstrip("\n")
        position += max(length, 4)


async def _refuse_push(request: web.Request) -> web.Response:
    return web.Response(status=403, text=f"{request.path}: read-only here; push to the repository's folder instead\n")


class _Reader:
    """Answers for one repository."""

    def __init__(self, repository: Repository) -> None:
        self._repository = repository

    async def advertise(self, request: web.Request) -> web.Response:
        """Say which references there are."""
        if request.query.get("service") != "git-upload-pack":
            return await _refuse_push(request)
        references = self._repository.references()
        head = references.get(f"refs/heads/{BRANCH}", "")
        lines = [(head, "HEAD"), *sorted((oid, name) for name, oid in references.items())] if head else []
        body = _packet("# service=git-upload-pack") + _FLUSH
        for position, (oid, name) in enumerate(lines):
            capabilities = f"\0multi_ack_detailed symref=HEAD:refs/heads/{BRANCH} agent=gitops-tui-demo"
            body += _packet(f"{oid} {name}{'' if position else capabilities}")
        kind = "application/x-git-upload-pack-advertisement"
        return web.Response(body=body + _FLUSH, content_type=kind, headers=_NO_CACHE)

    async def upload_pack(self, request: web.Request) -> web.Response:
        """Answer one round of the negotiation; the last one with the pack."""
        wanted: list[str] = []
        had: list[str] = []
        done = False
        for line in _packets(await request.read()):
            word, _, rest = line.partition(" ")
            oid = rest[:40]
            if word == "want" and _OID.fullmatch(oid):
                wanted.append(oid)
            elif word == "have" and _OID.fullmatch(oid) and self._repository.has(oid):
                had.append(oid)
            done = done or word == "done"
        if unknown := [oid for oid in wanted if not self._repository.has(oid)]:
            body = _packet(f"ERR upload-pack: not our ref {unknown[0]}")
        else:
            body = b"".join(_packet(f"ACK {oid} common") for oid in had)
            body += _packet(f"ACK {had[-1]}" if done and had else "NAK")
            if done:
                body += await asyncio.to_thread(self._pack, wanted, had)
        kind = "application/x-git-upload-pack-result"
        return web.Response(body=body, content_type=kind, headers=_NO_CACHE)

    def _pack(self, wanted: list[str], had: list[str]) -> bytes:
        # A repository of its own: libgit2's objects don't like to be shared between threads.
        repository = Repository(self._repository.path)
        with TemporaryDirectory(prefix="gitops-tui-pack-") as folder:
            return repository.pack(repository.objects(wanted, had), Path(folder))
