"""How one binary is built from its Go module, and what of the module is kept beside it."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import threading
from pathlib import Path

import msgspec

from tests.e2e.controlplane.cache import DATA, Cache
from tests.e2e.controlplane.gomod import standalone, wrapping_kubernetes
from tests.e2e.controlplane.guard import guarded
from tests.e2e.controlplane.versions import Binary, Recipe

_API_SERVER = """package main

import (
	"os"
	_ "time/tzdata"

	"k8s.io/component-base/cli"
	_ "k8s.io/component-base/logs/json/register"
	_ "k8s.io/component-base/metrics/prometheus/clientgo"
	_ "k8s.io/component-base/metrics/prometheus/version"
	"k8s.io/kubernetes/cmd/kube-apiserver/app"
)

func main() { os.Exit(cli.Run(app.NewAPIServerCommand())) }
"""
"""What upstream's cmd/kube-apiserver/apiserver.go does."""


class BuildError(Exception):
    """A build did not succeed; the text is for people, the log's last lines and its path included."""


class Builder:
    """Builds binaries into a cache; `stop` ends what is under way, from any thread."""

    def __init__(self, go: str, cache: Cache, jobs: int) -> None:
        self._go = go
        self._cache = cache
        self._jobs = jobs
        """How many packages one build compiles at once."""
        self._lock = threading.Lock()
        self._running: set[subprocess.Popen[bytes]] = set()
        self._stopped = False

    def build(self, binary: Binary) -> None:
        """Build one binary and put it into the cache.

        Args:
            binary: The binary.

        Raises:
            BuildError: It did not work.
        """
        log = self._cache.log(binary)
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_bytes(b"")
        with self._cache.making(binary) as (work, product):
            job = _Job(binary, work, log)
            module = self._download(job)
            self._compile(job, module, product / binary.name)
            data = product / DATA
            data.mkdir()
            for file in sorted(file for pattern in binary.data for file in module.glob(pattern)):
                _copy(file, data / file.name)

    def stop(self) -> None:
        """End every build that is under way; no other begins."""
        with self._lock:
            self._stopped = True
            for process in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)

    def _download(self, job: "_Job") -> Path:
        """Fetch a module into Go's module cache; its folder there."""
        answer = job.work / "module.json"
        argv = [self._go, "mod", "download", "-json", f"{job.binary.module}@{job.binary.version}"]
        try:
            self._run(job, argv, job.work, answer)
        except BuildError:  # go writes the reason into its answer
            with job.log.open("ab") as file:
                file.write(answer.read_bytes())
            raise BuildError(job.failure()) from None
        return Path(json.loads(answer.read_bytes())["Dir"])

    def _compile(self, job: "_Job", module: Path, product: Path) -> None:
        binary, work = job.binary, job.work
        flags = ["-s", "-w"]
        argv = [self._go, "build", "-mod=mod", "-buildvcs=false", f"-p={self._jobs}", "-o", str(product)]
        argv += [f"-tags={','.join(binary.tags)}"] if binary.tags else []
        text = (module / "go.mod").read_text()
        shutil.copyfile(module / "go.sum", work / "go.sum")
        folder = work
        match binary.recipe:
            case Recipe.MODULE:
                (work / "go.mod").write_text(standalone(text, binary.module, binary.version))
                argv.append(f"-modfile={work / 'go.mod'}")
                folder = module
            case Recipe.KUBERNETES:
                (work / "go.mod").write_text(wrapping_kubernetes(text, binary.version))
                (work / "main.go").write_text(_API_SERVER)
                flags += _kubernetes_version(binary.version)
            case Recipe.FLUX_CLI:
                folder = _flux_tree(module, work)
                flags += ["-X", f"main.VERSION={binary.version.removeprefix('v')}"]
        self._run(job, [*argv, f"-ldflags={' '.join(flags)}", binary.package], folder)

    def _run(self, job: "_Job", argv: list[str], folder: Path, output: Path | None = None) -> None:
        """Run a step in a process group of its own, so that all of it can be ended."""
        scratch = job.work / "tmp"
        scratch.mkdir(exist_ok=True)
        environ = os.environ | {"CGO_ENABLED": str(int(job.binary.cgo)), "GOWORK": "off", "GOTMPDIR": str(scratch)}
        with job.log.open("ab") as errors, (output or job.log).open("ab") as out:
            with self._lock:
                if self._stopped:
                    raise BuildError(f"{job.binary.label} was not built: stopped")
                process = subprocess.Popen(
                    guarded(*argv), cwd=folder, env=environ, stdin=subprocess.DEVNULL, stdout=out, stderr=errors,
                    start_new_session=True,
                )  # fmt: skip
                self._running.add(process)
            code = process.wait()
            with self._lock:
                self._running.discard(process)
        if code:
            raise BuildError(job.failure())


class _Job(msgspec.Struct, frozen=True):
    """One binary being built."""

    binary: Binary
    work: Path
    """A folder that is removed in the end."""
    log: Path

    def failure(self) -> str:
        """That it failed, and what its log says."""
        lines = self.log.read_text(errors="replace").strip().splitlines()[-8:]
        tail = "\n".join(f"    {line}" for line in lines)
        return f"{self.binary.label} could not be built; its log ends with\n{tail}\n  and is all in {self.log}"


def _copy(source: Path, target: Path) -> None:
    """Copy a file or folder of the module cache, which is read-only, to something that can be written and removed."""
    if source.is_file():
        shutil.copyfile(source, target)
        return
    shutil.copytree(source, target, copy_function=shutil.copyfile)
    for folder in (target, *(path for path in target.rglob("*") if path.is_dir())):
        folder.chmod(0o755)


def _flux_tree(module: Path, work: Path) -> Path:
    """A copy of the module with a manifest to embed: a release embeds those of `flux install`, which we never run."""
    tree = work / "tree"
    _copy(module, tree)
    manifests = tree / "cmd" / "flux" / "manifests"
    manifests.mkdir(exist_ok=True)
    (manifests / "none.yaml").write_text("apiVersion: v1\n")
    return tree


def _kubernetes_version(version: str) -> list[str]:
    major, minor, *_ = version.removeprefix("v").split(".")
    facts = {"gitVersion": version, "gitMajor": major, "gitMinor": minor}
    return [word for name, value in facts.items() for word in ("-X", f"k8s.io/component-base/version.{name}={value}")]
