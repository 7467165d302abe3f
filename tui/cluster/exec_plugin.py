"""Exec credential plugins: programs that kubeconfig names and that print credentials.

The contract is client-go's (plugin/pkg/client/auth/exec/exec.go), but the program never gets the terminal: neither
stdin nor stderr, nor /dev/tty, for it runs in a session of its own.
"""

import asyncio
import base64
import contextlib
import os
import shlex
import shutil
import signal
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec

from tui.cluster.entries import ClusterEntry, ContextEntry, ExecEntry
from tui.cluster.errors import LoginNeeded
from tui.cluster.tls import authority_pem
from tui.model.text import clean

DEADLINE = 30.0
"""Seconds a plugin may take: some ask a cloud's API, none may wait for a person."""

_WORDS = 300
"""How much of a plugin's last words an error repeats."""


class ExecStatus(msgspec.Struct, frozen=True, rename="camel"):
    """The `status` of a plugin's `ExecCredential`."""

    token: str = ""
    client_certificate_data: str = ""
    client_key_data: str = ""
    expiration_timestamp: datetime | None = None

    def __repr__(self) -> str:
        return "ExecStatus()"


class _ExecCredential(msgspec.Struct, frozen=True, rename="camel"):
    api_version: str = ""
    kind: str = ""
    status: ExecStatus | None = None

    def __repr__(self) -> str:
        return "ExecCredential()"


async def run_plugin(
    entry: ContextEntry, plugin: ExecEntry, environ: Mapping[str, str], deadline: float = DEADLINE
) -> ExecStatus:
    """Run an exec plugin and read the credentials that it prints.

    Args:
        entry: The context for which credentials are wanted.
        plugin: The plugin of its user.
        environ: The environment, to which the plugin's own variables are added.
        deadline: Seconds after which it is killed, with all that it started.

    Returns:
        What it printed.

    Raises:
        LoginNeeded: It is not there, failed, took too long, printed no credentials, or insists on a terminal.
    """
    shown = clean(shlex.join([plugin.name, *plugin.args]))
    who = f"user {entry.user.name!r} of context {entry.name!r}"
    if plugin.interactive_mode == "Always":
        raise LoginNeeded(
            f"The exec plugin of {who} wants a terminal (interactiveMode: Always), which is taken here; log in with"
            f" `{shown}` in another terminal, and set interactiveMode: IfAvailable if it remembers the login."
        )
    program = shutil.which(plugin.name, path=environ.get("PATH"))
    if program is None:
        hint = f" {clean(plugin.install_hint).strip()}" if plugin.install_hint.strip() else ""
        raise LoginNeeded(
            f"The exec plugin {plugin.name} of {who} is not installed, or not in PATH; install it, then retry.{hint}"
        )
    env = {**environ, **dict(plugin.env), "KUBERNETES_EXEC_INFO": exec_info(entry.cluster, plugin)}
    outcome = await _run([program, *plugin.args], env, deadline)
    if isinstance(outcome, str):
        raise LoginNeeded(
            f"The exec plugin of {who}, `{shown}`, {outcome}; log in with it in another terminal, then retry."
        )
    return _parse(outcome, plugin, f"The exec plugin {plugin.name} of {who}")


def exec_info(cluster: ClusterEntry, plugin: ExecEntry) -> str:
    """What a plugin is told in `KUBERNETES_EXEC_INFO`.

    Args:
        cluster: The cluster, which the plugin is told of where it asks for it.
        plugin: The plugin.

    Returns:
        An `ExecCredential` as JSON, with `interactive: false`.
    """
    spec: dict[str, Any] = {"interactive": False}
    if plugin.provide_cluster_info:
        authority = base64.b64encode(authority_pem(cluster)).decode()
        told = {
            "server": cluster.server,
            "tls-server-name": cluster.tls_server_name,
            "insecure-skip-tls-verify": cluster.insecure,
            "certificate-authority-data": authority,
            "proxy-url": cluster.proxy_url,
            "disable-compression": cluster.disable_compression,
            "config": cluster.exec_config,
        }
        spec["cluster"] = {key: value for key, value in told.items() if value}
    document = {"kind": "ExecCredential", "apiVersion": plugin.api_version, "spec": spec}
    return msgspec.json.encode(document).decode()


async def _run(argv: list[str], env: Mapping[str, str], deadline: float) -> bytes | str:
    """Run a program; what it printed, or how it failed, in words."""
    try:
        process = await asyncio.create_subprocess_exec(
            *argv,
            env=env,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"can't be started ({getattr(error, 'strerror', None) or error})"
    try:
        async with asyncio.timeout(deadline):
            output, errors = await process.communicate()
    except TimeoutError:
        return f"gave no credentials within {deadline:g} seconds"
    finally:
        # Also what it left running in its group; its pipes would stay open.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if process.returncode == 0:
        return output
    return f"failed ({_how(process.returncode or 0)}){_last_words(errors)}"


def _how(code: int) -> str:
    return f"exit code {code}" if code >= 0 else f"signal {-code}"


def _last_words(errors: bytes) -> str:
    lines = [line.strip() for line in clean(errors.decode("utf-8", "replace")).splitlines() if line.strip()]
    return f": {lines[-1][:_WORDS]}" if lines else ""


def _parse(output: bytes, plugin: ExecEntry, who: str) -> ExecStatus:
    try:
        credential = msgspec.json.decode(output, type=_ExecCredential)
    except msgspec.MsgspecError:
        raise LoginNeeded(
            f"{who} printed no ExecCredential; run it in another terminal and see what it says."
        ) from None
    status = credential.status
    if credential.kind != "ExecCredential" or status is None:
        raise LoginNeeded(f"{who} printed no ExecCredential with a status; run it in another terminal to see why.")
    if credential.api_version != plugin.api_version:
        raise LoginNeeded(
            f"{who} answers in {clean(credential.api_version)!r}, but its kubeconfig entry says {plugin.api_version!r};"
            " write the version there that the plugin speaks."
        )
    if bool(status.client_certificate_data) != bool(status.client_key_data):
        raise LoginNeeded(f"{who} printed a client certificate without its key, or a key alone; update the plugin.")
    if not status.token and not status.client_certificate_data:
        raise LoginNeeded(f"{who} printed neither a token nor a client certificate; log in with it, then retry.")
    return status
