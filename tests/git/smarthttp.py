"""A real smart-HTTP server on loopback: `git http-backend` behind http.server, with a door, and able to stall."""

import base64
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit


@dataclass
class Server:
    """A running server and how it behaves; the fields may be changed while it runs."""

    root: Path
    port: int = 0
    password: str = ""
    """Of user `flux`; empty lets everybody in."""
    status: int = 0
    """Answer everything with this HTTP status."""
    stall_after: int = -1
    """Stop sending a pack after so many bytes, until `release` is set; -1 sends all of it."""
    slow: float = 0.0
    """Seconds to wait before each answer."""
    stalled: threading.Event = field(default_factory=threading.Event)
    release: threading.Event = field(default_factory=threading.Event)
    requests: list[str] = field(default_factory=list)
    """`GET /repo.git/info/refs` and so on, in order of arrival."""
    authorizations: list[str] = field(default_factory=list)
    """`user:password` of each request that carried any."""

    def url(self, path: str = "fleet.git", user: str = "") -> str:
        """The URL of a repository below the root."""
        return f"http://{user + '@' if user else ''}127.0.0.1:{self.port}/{path}"


class Handler(BaseHTTPRequestHandler):
    """One request."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    behaviour: Server

    def log_message(self, *args: Any) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        """Answer the list of references."""
        self.answer()

    def do_POST(self) -> None:
        """Answer a request for a pack."""
        self.answer()

    def answer(self) -> None:
        """Let in, or not, and run the backend."""
        server = self.behaviour
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = self.read_chunks()
        server.requests.append(f"{self.command} {urlsplit(self.path).path}")
        if server.slow:
            server.release.wait(server.slow)
        if server.status:
            return self.refuse(server.status)
        if not self.let_in():
            return self.refuse(401)
        return self.send(*self.run_backend(body))

    def read_chunks(self) -> bytes:
        """Read a body that has no length."""
        body = b""
        while size := int(self.rfile.readline().strip(), 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def let_in(self) -> bool:
        """Whether the password is right."""
        given = self.headers.get("Authorization", "")
        if given:
            self.behaviour.authorizations.append(base64.b64decode(given.removeprefix("Basic ")).decode())
        return not self.behaviour.password or self.behaviour.authorizations[-1:] == [f"flux:{self.behaviour.password}"]

    def refuse(self, status: int) -> None:
        """Answer with nothing but a status."""
        self.send_response(status)
        if status == 401:
            self.send_header("WWW-Authenticate", 'Basic realm="fleet"')
        self.send_header("Content-Length", "0")
        self.end_headers()

    def run_backend(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        """Ask git."""
        url = urlsplit(self.path)
        environ = os.environ | {
            "GIT_PROJECT_ROOT": str(self.behaviour.root),
            "GIT_HTTP_EXPORT_ALL": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "PATH_INFO": url.path,
            "QUERY_STRING": url.query,
            "REQUEST_METHOD": self.command,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }
        done = subprocess.run(["git", "http-backend"], input=body, env=environ, capture_output=True, check=True)
        head, _, answer = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().splitlines())
        return int(headers.pop("Status", "200").split()[0]), headers, answer

    def send(self, status: int, headers: dict[str, str], answer: bytes) -> None:
        """Send it, and stall in the middle of a pack where that is asked for."""
        server = self.behaviour
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        if self.command == "POST" and 0 <= server.stall_after < len(answer):
            self.wfile.write(answer[: server.stall_after])
            self.wfile.flush()
            server.stalled.set()
            server.release.wait(30)
            self.close_connection = True
            return
        self.wfile.write(answer)


@contextmanager
def serve(root: Path, address: str = "127.0.0.1", port: int = 0) -> Iterator[Server]:
    """Serve every repository below a folder until the block ends, by default at a port that is free."""
    behaviour = Server(root)
    handler = type("BoundHandler", (Handler,), {"behaviour": behaviour})
    http = ThreadingHTTPServer((address, port), handler)
    http.daemon_threads = True
    behaviour.port = http.server_address[1]
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield behaviour
    finally:
        behaviour.release.set()
        http.shutdown()
        http.server_close()
        thread.join()
