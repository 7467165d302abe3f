"""Exec plugins: scripts that stand for `aws eks get-token` and its like."""

import asyncio
import base64
import json
import os
import shlex
import sys
import textwrap
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.fakes.rig import until
from tui.cluster.entries import ClusterEntry, ContextEntry, ExecEntry, UserEntry
from tui.cluster.errors import LoginNeeded
from tui.cluster.exec_plugin import ExecStatus, run_plugin

V1 = "client.authentication.k8s.io/v1"
V1BETA1 = "client.authentication.k8s.io/v1beta1"


def script(tmp_path: Path, body: str) -> str:
    """A plugin of a few lines of Python."""
    code = tmp_path / "plugin.py"
    code.write_text(textwrap.dedent(body))
    command = tmp_path / "plugin"
    command.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -S -E {shlex.quote(str(code))} "$@"\n')
    command.chmod(0o700)
    return str(command)


def credential(version: str = V1, **status: Any) -> str:
    return json.dumps({"apiVersion": version, "kind": "ExecCredential", "status": status})


async def run(
    command: str,
    *,
    cluster: ClusterEntry | None = None,
    environ: dict[str, str] | None = None,
    deadline: float = 20.0,
    version: str = V1,
    **fields: Any,
) -> ExecStatus:
    plugin = ExecEntry(command, api_version=version, **{"interactive_mode": "IfAvailable", **fields})
    entry = ContextEntry(
        "eu", "default", cluster or ClusterEntry("c", server="https://a.test"), UserEntry("anna", exec=plugin)
    )
    return await run_plugin(entry, plugin, {"PATH": os.defpath} if environ is None else environ, deadline)


async def refusal(command: str, **fields: Any) -> str:
    with pytest.raises(LoginNeeded) as caught:
        await run(command, **fields)
    return str(caught.value)


@pytest.mark.parametrize("version", [V1, V1BETA1])
async def test_token(tmp_path: Path, version: str) -> None:
    text = credential(version, token="t", expirationTimestamp="2026-11-21T12:00:00Z", more=1)
    status = await run(script(tmp_path, f"print('''{text}''')"), version=version)
    assert status.token == "t"
    assert status.expiration_timestamp is not None
    assert status.expiration_timestamp.isoformat() == "2026-11-21T12:00:00+00:00"
    assert "t" not in repr(status).removeprefix("ExecStatus")


async def test_certificate(tmp_path: Path) -> None:
    text = credential(clientCertificateData="CERT", clientKeyData="KEY")
    status = await run(script(tmp_path, f"print('''{text}''')"))
    assert (status.client_certificate_data, status.client_key_data) == ("CERT", "KEY")


@pytest.fixture
def typed_ahead() -> Iterator[None]:
    """Keys that wait in this process's stdin, which are not the plugin's."""
    reading, writing = os.pipe()
    os.write(writing, b"R\n")
    os.close(writing)
    before = os.dup(0)
    os.dup2(reading, 0)
    yield
    os.dup2(before, 0)
    os.close(before)
    os.close(reading)


@pytest.mark.usefixtures("typed_ahead")
async def test_what_the_plugin_gets(tmp_path: Path) -> None:
    """Arguments, the merged environment, no stdin, no terminal, `interactive: false`."""
    body = """
        import json, os, sys
        try:
            tty = os.open("/dev/tty", os.O_RDWR)
        except OSError:
            tty = None
        told = {
            "args": sys.argv[1:], "stdin": sys.stdin.read(), "tty": tty, "leader": os.getsid(0) == os.getpid(),
            "env": {key: os.environ.get(key) for key in ("A", "B", "C")}, "info": os.environ["KUBERNETES_EXEC_INFO"],
        }
        open(os.environ["OUT"], "w").write(json.dumps(told))
        print(json.dumps({"apiVersion": "client.authentication.k8s.io/v1", "kind": "ExecCredential",
                          "status": {"token": "t"}}))
    """
    out = tmp_path / "out.json"
    environ = {"PATH": os.defpath, "A": "outer", "B": "outer", "OUT": str(out)}
    await run(
        script(tmp_path, body), environ=environ, args=("--cluster", "x y; $(id)"), env=(("B", "inner"), ("C", "inner"))
    )
    told = json.loads(out.read_text())
    assert told["args"] == ["--cluster", "x y; $(id)"]
    assert told["stdin"] == ""
    assert told["tty"] is None
    assert told["leader"]
    assert told["env"] == {"A": "outer", "B": "inner", "C": "inner"}
    assert json.loads(told["info"]) == {"kind": "ExecCredential", "apiVersion": V1, "spec": {"interactive": False}}


async def test_cluster_info(tmp_path: Path) -> None:
    """`provideClusterInfo`: the cluster, its CA read from the file, and the extension's config."""
    out, authority = tmp_path / "out.json", tmp_path / "ca.pem"
    authority.write_bytes(b"PEM")
    command = script(
        tmp_path,
        f"""
        import os
        open({str(out)!r}, "w").write(os.environ["KUBERNETES_EXEC_INFO"])
        print('''{credential(token="t")}''')
        """,
    )
    cluster = ClusterEntry(
        "c",
        server="https://a.test",
        certificate_authority=authority,
        tls_server_name="b.test",
        proxy_url="http://p.test:1",
        exec_config={"audience": "x"},
    )
    await run(command, cluster=cluster, provide_cluster_info=True)
    assert json.loads(out.read_text())["spec"] == {
        "interactive": False,
        "cluster": {
            "server": "https://a.test",
            "tls-server-name": "b.test",
            "certificate-authority-data": base64.b64encode(b"PEM").decode(),
            "proxy-url": "http://p.test:1",
            "config": {"audience": "x"},
        },
    }


@pytest.mark.parametrize(
    ("body", "told"),
    [
        pytest.param(
            "import sys; sys.stderr.write('first\\n\\033[31mtoken expired\\n\\n'); sys.exit(3)",
            "failed (exit code 3): [31mtoken expired; log in with it in another terminal",
            id="exit code and the last words, without escapes",
        ),
        pytest.param("import os; os.kill(os.getpid(), 15)", "failed (signal 15);", id="signal"),
        pytest.param("print('hello')", "printed no ExecCredential", id="no JSON"),
        pytest.param("print('{}')", "no ExecCredential with a status", id="no status"),
        pytest.param(f"print('{credential()}')", "neither a token nor a client certificate", id="empty status"),
        pytest.param(f"print('{credential(token=1)}')", "printed no ExecCredential", id="wrong type"),
        pytest.param(
            f"print('{credential(clientCertificateData='x')}')", "client certificate without its key", id="no key"
        ),
        pytest.param(f"print('{credential(V1BETA1, token='t')}')", "answers in 'client.authentication", id="version"),
    ],
)
async def test_plugin_that_fails(tmp_path: Path, body: str, told: str) -> None:
    message = await refusal(script(tmp_path, body))
    assert told in message
    assert "user 'anna' of context 'eu'" in message


async def test_stderr_never_reaches_the_terminal(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    await run(script(tmp_path, f"import sys; print('noise', file=sys.stderr); print('{credential(token='t')}')"))
    assert capfd.readouterr() == ("", "")


async def test_command_that_is_not_there(tmp_path: Path) -> None:
    message = await refusal("no-such-plugin", install_hint="Install it with:\nbrew install x")
    assert "no-such-plugin of user 'anna'" in message
    assert message.endswith(
        "is not installed, or not in PATH; install it, then retry. Install it with:\nbrew install x"
    )


async def test_command_in_path_is_found(tmp_path: Path) -> None:
    script(tmp_path, f"print('{credential(token='t')}')")
    assert (await run("plugin", environ={"PATH": f"{tmp_path}{os.pathsep}{os.defpath}"})).token == "t"


async def test_command_that_cant_be_started(tmp_path: Path) -> None:
    command = tmp_path / "plugin"
    command.write_text("#!/no/such/interpreter\n")
    command.chmod(0o700)
    assert "can't be started" in await refusal(str(command))


async def test_interactive_plugin_is_refused_in_words(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    message = await refusal(
        script(tmp_path, f"open({str(ran)!r}, 'w')"), interactive_mode="Always", args=("login", "a b")
    )
    assert "wants a terminal" in message
    assert f"log in with `{tmp_path}/plugin login 'a b'` in another terminal" in message
    assert not ran.exists()


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


HANG = """
    import os, subprocess, sys, time
    child = subprocess.Popen(["sleep", "60"])
    open(os.environ["OUT"] + ".tmp", "w").write(f"{os.getpid()} {child.pid}")
    os.rename(os.environ["OUT"] + ".tmp", os.environ["OUT"])
    time.sleep(60)
"""


async def test_deadline_kills_the_plugin_and_its_children(tmp_path: Path) -> None:
    out = tmp_path / "pids"
    start = time.monotonic()
    message = await refusal(script(tmp_path, HANG), environ={"PATH": os.defpath, "OUT": str(out)}, deadline=1.0)
    assert "gave no credentials within 1 seconds" in message
    assert time.monotonic() - start < 10
    pids = [int(pid) for pid in out.read_text().split()]
    await until(lambda: not any(map(alive, pids)))


async def test_cancelling_kills_the_plugin_and_its_children(tmp_path: Path) -> None:
    out = tmp_path / "pids"
    task = asyncio.create_task(run(script(tmp_path, HANG), environ={"PATH": os.defpath, "OUT": str(out)}))
    await until(out.exists, 20)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    pids = [int(pid) for pid in out.read_text().split()]
    await until(lambda: not any(map(alive, pids)))


async def test_event_loop_goes_on_while_a_plugin_hangs(tmp_path: Path) -> None:
    out = tmp_path / "pids"
    task = asyncio.create_task(
        refusal(script(tmp_path, HANG), environ={"PATH": os.defpath, "OUT": str(out)}, deadline=1.0)
    )
    longest = 0.0
    while not task.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    assert longest < 0.5
    await task
