"""How incidents of the corpus come about for real: sources, what depends on what, and what can't be built."""

import subprocess
import sys
from collections.abc import Callable

from tests.e2e.content import config_map, yaml
from tests.e2e.gitea import OWNER
from tests.e2e.mirror import Mirror
from tests.e2e.ports import free_ports
from tests.e2e.processes import ROOT
from tests.e2e.stage import Stage

Play = Callable[[Stage], None]

NO_YAML = "- [\n-\n"
_WRONG = "0123456789abcdef0123456789abcdef01234567"


def settings(namespace: str = "flux-system", name: str = "settings") -> str:
    """A file for Git with a ConfigMap.

    Args:
        namespace: Its namespace, as the corpus calls it.
        name: Its name.
    """
    return yaml(config_map(name, f"{{ns:{namespace}}}"))


def _kustomizations(stage: Stage, *folders: str) -> None:
    """Each of them applies a ConfigMap of its own."""
    stage.files({f"{folder}/config.yaml": settings(name=folder) for folder in folders})


# What can't be built


def bad_yaml(stage: Stage) -> None:
    """A file is no YAML."""
    stage.files({"infra/ingress.yaml": NO_YAML, "apps/a.yaml": settings(), "tenants/a.yaml": settings()})
    stage.make()


def path_missing(stage: Stage) -> None:
    """Git has no such folder."""
    stage.files({"clusters/us/apps/a.yaml": settings()})
    stage.make()


def substitution_source_missing(stage: Stage) -> None:
    """A ConfigMap with variables is not there."""
    stage.files({"apps/s.yaml": settings(name="s")})
    stage.more["apps"] = {"postBuild": {"substituteFrom": [{"kind": "ConfigMap", "name": "cluster-vars"}]}}
    stage.make()


def source_suspended(stage: Stage) -> None:
    """What was fetched does not build, and nothing new is fetched."""
    broken = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  a: b\n  b: c\n c: d\n"
    stage.files({"apps/deploy.yaml": broken, "apps/kustomization.yaml": yaml({"resources": ["deploy.yaml"]})})
    stage.make()
    stage.later(lambda: stage.suspend("fleet", after="fleet"))


def child_kustomization_fails(stage: Stage) -> None:
    """A Kustomization waits for one that it applied."""
    stage.in_git = {"apps"}
    stage.more["clusters"] = {"timeout": "5s"}
    stage.files({"clusters/apps.yaml": yaml(stage.body("apps")), "apps/x.yaml": NO_YAML})
    stage.make()


# What depends on what


def depends_on_nobody(stage: Stage) -> None:
    """The dependency does not exist."""
    _kustomizations(stage, "apps")
    stage.make()


def cycle(stage: Stage) -> None:
    """Two wait for each other, and one for them."""
    _kustomizations(stage, "network", "storage", "db")
    stage.make()


def ready_expression(stage: Stage) -> None:
    """The dependency is ready, but not for everybody."""
    _kustomizations(stage, "infra", "apps")
    stage.make()


def deletion_blocked(stage: Stage) -> None:
    """A Kustomization waits for what it applied to go, and that does not go."""
    held = config_map("held", "{ns:flux-system}")
    held["metadata"]["finalizers"] = ["example.com/held"]
    stage.files({"old/held.yaml": yaml(held), "new/config.yaml": settings()})
    stage.more["old"] = {"deletionPolicy": "WaitForTermination"}
    stage.make()
    path = stage.region.api.path("v1", "ConfigMap", stage.ns("flux-system"), "held")

    def release() -> None:
        if stage.scene.get(path):
            patch = {"metadata": {"finalizers": None}}
            stage.region.api.request("PATCH", path, patch, "application/merge-patch+json")

    def delete() -> None:
        stage.until_ready("old", "new")
        stage.scene.delete(stage.scene.path(stage.body("old")))
        stage.request("new")

    stage.scene.ending.callback(release)
    stage.later(delete)


def tenants_prod_suspended(stage: Stage) -> None:
    """Somebody suspended a Kustomization, and Git moved on."""
    _kustomizations(stage, "tenants-prod", "apps-prod")
    stage.make()

    def suspend() -> None:
        stage.until_ready("apps-prod")
        stage.suspend("tenants-prod", after="tenants-prod")
        stage.repository.push({"apps-prod/more.yaml": stage.named(settings(name="more"))}, "More")
        stage.request("fleet")

    stage.later(suspend)


def suspended_itself(stage: Stage) -> None:
    """Somebody suspended a Kustomization that had applied another one."""
    stage.in_git = {"tenant-a"}
    stage.files({"tenants-prod/a.yaml": yaml(stage.body("tenant-a")), "tenant-a/config.yaml": settings()})
    stage.make()
    stage.later(lambda: stage.suspend("tenants-prod", after="tenants-prod"))


# Sources


def _mirrored(stage: Stage, token: str = "") -> None:
    """Let the source be private, and give Flux a token for it, a good one by default."""
    gitea = stage.region.gitea
    mirror = Mirror(gitea, stage.name, stage.git_url)
    mirror.create()
    stage.scene.ending.callback(mirror.remove)
    stage.git_url = mirror.url
    stage.secret("git-token", username=OWNER, password=token or gitea.token)


def credentials_lapsed_on_first_fetch(stage: Stage) -> None:
    """Flux never got in."""
    _kustomizations(stage, "infra", "apps")
    _mirrored(stage, _WRONG)
    stage.make()


def credentials_lapsed_while_all_is_green(stage: Stage) -> None:
    """Flux was let in once."""
    _kustomizations(stage, "infra", "apps")
    _mirrored(stage)
    stage.make()

    def lapse() -> None:
        stage.until_ready("infra", "apps")
        stage.secret("git-token", username=OWNER, password=_WRONG)
        stage.request("fleet")

    stage.later(lapse)


def credentials_secret_missing(stage: Stage) -> None:
    """Nobody made the Secret."""
    _kustomizations(stage, "apps")
    stage.make()


def branch_gone(stage: Stage) -> None:
    """The branch was fetched once, and then renamed."""
    _kustomizations(stage, "apps")
    stage.secret("git-token", username=OWNER, password=_WRONG)
    stage.make()

    def rename() -> None:
        stage.until_ready("fleet")
        bare = stage.repository.served / "repo.git"
        subprocess.run(["git", "-C", str(bare), "branch", "--move", "main", "trunk"], check=True, timeout=60)
        stage.request("fleet")

    stage.later(rename)


def git_host_refuses(stage: Stage) -> None:
    """The Git server has ended."""
    _kustomizations(stage, "apps")
    stage.secret("git-token", username=OWNER, password=_WRONG)
    processes, port = stage.region.processes, free_ports(1)[0]
    argv = [sys.executable, "-m", "tests.e2e.githttp", str(stage.repository.served), "127.0.0.1", str(port)]
    processes.start(stage.name, argv, env={"PYTHONPATH": str(ROOT)})
    stage.scene.ending.callback(processes.stop, stage.name)
    stage.git_url = f"http://127.0.0.1:{port}/repo.git"
    stage.make()

    def end() -> None:
        stage.until_ready("apps")
        processes.stop(stage.name)
        stage.request("fleet")

    stage.later(end)


def source_suspended_while_green(stage: Stage) -> None:
    """Nothing new is fetched."""
    _kustomizations(stage, "apps")
    stage.make()
    stage.later(lambda: stage.suspend("fleet", after="apps"))


def source_gone(stage: Stage) -> None:
    """Nobody made the source."""
    stage.make()


SOURCES: dict[str, Play] = {
    play.__name__.replace("_", "-"): play
    for play in (
        bad_yaml,
        path_missing,
        substitution_source_missing,
        source_suspended,
        child_kustomization_fails,
        depends_on_nobody,
        cycle,
        ready_expression,
        deletion_blocked,
        tenants_prod_suspended,
        suspended_itself,
        credentials_lapsed_on_first_fetch,
        credentials_lapsed_while_all_is_green,
        credentials_secret_missing,
        branch_gone,
        git_host_refuses,
        source_suspended_while_green,
        source_gone,
    )
}
"""By the corpus's file."""
