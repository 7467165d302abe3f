"""Incidents of the corpus made for real, each in namespaces and a Git repository of its own."""

import re
from collections.abc import Callable, Iterator
from typing import Any

from tests.e2e.api import Body, wait_for
from tests.e2e.repo import Repository
from tests.e2e.scene import PATIENCE, Scene
from tests.incidents import FOLDER, load, ref_of_name
from tui.model.kinds import RECONCILE_REQUEST
from tui.model.refs import ObjectRef

_QUICK: dict[str, Body] = {"Kustomization": {"retryInterval": "10s"}, "HelmRelease": {"interval": "10m"}}
_VARIES = (
    (re.compile(r"\b(since|for) (?:<1m|\d+[mhdy])"), r"\1 …"),
    (re.compile(r"(?:<1m|\d+[mhdy]) ago\b"), "… ago"),
    (re.compile(r"\d+\.\d+\.\d+\.\d+:\d+"), "address"),
    (re.compile(r"\bmain@[0-9a-f]{8,}"), "main@…"),
    (re.compile(r"https://"), "http://"),
)
"""What no two runs of an incident have in common: durations, addresses, commits, and TLS."""


class Stage:
    """One incident. The corpus says what there is; the namespaces' names end with the incident's."""

    def __init__(self, scene: Scene, name: str) -> None:
        self.scene = scene
        self.region = scene.region
        self.name = name
        self.incident = load(FOLDER / f"{name}.yaml")
        self.charts_url = f"{scene.charts.base}/{name}"
        self.git_url = scene.git.url(f"{name}/git/repo.git")
        self.repository = Repository(scene.folder / name, lambda _: None)
        self.more: dict[str, Body] = {}
        """What a spec has besides what the corpus says, by the object's name."""
        self.in_git: set[str] = set()
        """The names of the objects that Git brings, so that nobody else makes them."""
        self.real: dict[str, str] = {}
        """What is called otherwise in the corpus."""

    @property
    def asked(self) -> ObjectRef:
        """The object that the incident is about."""
        ref = ref_of_name(self.incident, self.incident["ask"])
        return ref._replace(context=self.region.name, namespace=self.ns(ref.namespace))

    def ns(self, namespace: str) -> str:
        """A namespace of this incident, whether it exists or not.

        Args:
            namespace: What the corpus calls it.
        """
        return f"{namespace}-{self.name}"

    def files(self, files: dict[str, str]) -> None:
        """Make the repository.

        Args:
            files: What it holds, by path; in a text `{ns:x}` is the namespace that the corpus calls x.
        """
        self.repository.create({path: self.named(text) for path, text in files.items()})

    def named(self, text: str) -> str:
        """A text of the corpus with the real namespaces.

        Args:
            text: In it `{ns:x}` is the namespace that the corpus calls x.
        """
        return re.sub(r"\{ns:([\w-]+)\}", lambda found: self.ns(found[1]), text)

    def make(self) -> None:
        """Make the objects that the corpus has, but those that Git brings and those that controllers generate."""
        for body in self.objects():
            if body["metadata"]["name"] not in self.in_git:
                self.apply(body)

    def objects(self) -> Iterator[Body]:
        """What the corpus has of this incident, as a person would write it."""
        for one in next(iter(self.incident["contexts"].values())):
            if one["kind"] != "HelmChart":
                yield self._wish(one)

    def body(self, name: str) -> Body:
        """One of them.

        Args:
            name: Its name.
        """
        return next(body for body in self.objects() if body["metadata"]["name"] == name)

    def apply(self, body: Body) -> None:
        """Make an object and the namespace that it is in; both are gone in the end.

        Args:
            body: The object.
        """
        namespace = body["metadata"].get("namespace", "")
        if namespace:
            self.scene.namespace(namespace)
        self.scene.apply(body)

    def secret(self, name: str, **data: str) -> None:
        """Make or change a Secret next to the sources.

        Args:
            name: Its name.
            data: What it holds.
        """
        meta = {"name": name, "namespace": self.ns("flux-system")}
        self.apply({"apiVersion": "v1", "kind": "Secret", "metadata": meta, "stringData": data})

    def later(self, do: Callable[[], None]) -> None:
        """Do something when all incidents have begun.

        Args:
            do: What.
        """
        self.scene.later.append(do)

    def until_ready(self, *names: str) -> None:
        """Wait until objects are ready.

        Args:
            names: Their names.
        """
        for name in names:
            path = self.scene.path(self.body(name))
            wait_for(f"{path} to be ready", lambda path=path: self._is_ready(path), PATIENCE)  # type: ignore[misc]

    def edit(self, name: str, patch: Body, manager: str = "kubectl-edit") -> None:
        """Change an object.

        Args:
            name: Its name.
            patch: A merge patch.
            manager: Who does so.
        """
        path = self.scene.path(self.body(name))
        self.region.api.request("PATCH", f"{path}?fieldManager={manager}", patch, "application/merge-patch+json")

    def suspend(self, name: str, after: str) -> None:
        """Suspend an object, as the flux CLI does.

        Args:
            name: Its name.
            after: Which object has to be ready before.
        """
        self.until_ready(after)
        self.edit(name, {"spec": {"suspend": True}}, "flux")

    def request(self, name: str) -> None:
        """Ask for a run.

        Args:
            name: Of which object.
        """
        self.edit(name, {"metadata": {"annotations": {RECONCILE_REQUEST: "now"}}}, "flux")

    def status(self, version: str, kind: str, namespace: str, name: str, status: Body) -> None:
        """Write the status that a controller of Kubernetes would write, once the object is there.

        Args:
            version: The API version.
            kind: The kind.
            namespace: The namespace.
            name: The object's name.
            status: The status.
        """
        path = self.region.api.path(version, kind, namespace, name)
        wait_for(f"{path} to be there", lambda: self.scene.get(path), PATIENCE)
        self.region.api.request("PATCH", f"{path}/status", {"status": status}, "application/merge-patch+json")

    def expected(self) -> Any:
        """What the corpus says, without what no two runs have in common."""
        return _alike(self.incident["expected"])

    def told(self, said: Any) -> Any:
        """What the program says, in the corpus's names, without what no two runs have in common.

        Args:
            said: Texts in lists and dicts.
        """
        return _alike(said, {f"-{self.name}": "", **self.real})

    def _wish(self, one: Body) -> Body:
        meta = {"name": one["metadata"]["name"], "namespace": self.ns(one["metadata"]["namespace"])}
        spec: Body = self._moved(one["spec"]) | _QUICK.get(one["kind"], {}) | self.more.get(meta["name"], {})
        spec.pop("suspend", None)
        if "url" in spec:
            url = {"GitRepository": self.git_url, "HelmRepository": self.charts_url}.get(one["kind"])
            spec["url"] = url or spec["url"]
            self.real[spec["url"]] = one["spec"]["url"]
        return {"apiVersion": one["apiVersion"], "kind": one["kind"], "metadata": meta, "spec": spec}

    def _moved(self, value: Any) -> Any:
        """A value of a spec with the real namespaces."""
        if isinstance(value, list):
            return [self._moved(one) for one in value]
        if not isinstance(value, dict):
            return value
        return {key: self.ns(one) if key == "namespace" else self._moved(one) for key, one in value.items()}

    def _is_ready(self, path: str) -> bool:
        conditions = self.region.api.request("GET", path).get("status", {}).get("conditions", [])
        return any(one["type"] == "Ready" and one["status"] == "True" for one in conditions)


def _alike(value: Any, real: dict[str, str] | None = None) -> Any:
    if isinstance(value, dict):
        return {key: _alike(one, real) for key, one in value.items() if key != "then"}
    if isinstance(value, list):
        return [_alike(one, real) for one in value]
    text = str(value)
    for what, called in (real or {}).items():
        text = text.replace(what, called)
    for pattern, said in _VARIES:
        text = pattern.sub(said, text)
    return text
