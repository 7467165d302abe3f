"""The program killed between a request and its answer, as a process against the demo; and started again."""

import asyncio
import signal
from pathlib import Path

import pytest
from aiohttp import web

from tests.fakes.terminal import Terminal, running
from tui.demo.apiserver import _ApiServer
from tui.demo.paths import Target
from tui.demo.serve import DemoServer
from tui.journal import FileJournal
from tui.model.intent import Step
from tui.model.journal import Action, fold


def _actions(journal: Path) -> list[Action]:
    return fold(FileJournal(journal).read().entries)


class Killer:
    """Ends the program as soon as the API server has done what it asked, before it gets to know."""

    def __init__(self) -> None:
        self.terminal: Terminal | None = None
        self.patched: list[str] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Let it see the patches that come."""
        patch = _ApiServer._patch

        async def patch_and_kill(server: _ApiServer, request: web.Request, target: Target) -> web.Response:
            reply = await patch(server, request, target)
            self.patched.append(target.name)
            assert self.terminal is not None
            self.terminal.process.send_signal(signal.SIGKILL)
            return reply

        monkeypatch.setattr(_ApiServer, "_patch", patch_and_kill)


def _reconcile_and_be_killed(environ: dict[str, str], killer: Killer) -> None:
    with running("--context", "us-east", environ=environ) as terminal:
        killer.terminal = terminal
        terminal.until_shown("kube-addons")
        terminal.type("/kube-addons\r")
        terminal.until_shown("us-east · ks flux-system/kube-addons")
        terminal.type("R")
        assert terminal.end() == -signal.SIGKILL


def _start_again(environ: dict[str, str]) -> None:
    with running("--context", "us-east", environ=environ, size=(140, 30)) as terminal:
        terminal.until_shown("was not followed to its end: it came to ready")
        assert "your reconcile of ks flux-system/kube-addons, " in terminal.text
        terminal.type("q")
        assert terminal.end() == 0


@pytest.mark.timeout(150)
async def test_the_next_start_tells_what_became_of_the_request(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    journal, killer = tmp_path / "journal.jsonl", Killer()
    killer.install(monkeypatch)
    async with DemoServer() as demo:
        environ = {"KUBECONFIG": str(demo.kubeconfig), "GITOPS_TUI_STATE_DIR": str(tmp_path)}
        await asyncio.to_thread(_reconcile_and_be_killed, environ, killer)
        (before,) = _actions(journal)
        assert (before.last.step, before.is_open) == (Step.ASKED, True)
        await asyncio.to_thread(_start_again, environ)
        (after,) = _actions(journal)
        assert (after.last.step, after.last.looked_up, after.is_same(before)) == (Step.READY, True, True)
    assert killer.patched == ["kube-addons"]
