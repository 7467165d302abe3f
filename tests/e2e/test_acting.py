"""reconcile, suspend and resume without a terminal, on real controllers: outcomes, exit codes, and the flux CLI's."""

import json
import subprocess
import sys

import pytest

from tests.e2e.content import ROOT, config_map, yaml
from tests.e2e.referee import complaint
from tests.e2e.region import Region
from tests.fakes.terminal import ROOT as CHECKOUT
from tui.commands.ending import Exit
from tui.model.kinds import RECONCILE_REQUEST


def _run(region: Region, command: str, *words: str) -> subprocess.CompletedProcess[str]:
    where = ("--kubeconfig", str(region.kubeconfig), "--context", region.name, "-n", region.namespace)
    argv = [sys.executable, "-m", "tui", command, *words, *where]
    return subprocess.run(argv, cwd=CHECKOUT, capture_output=True, text=True, timeout=200, check=False)


def test_reconcile_with_source_applies_what_was_just_pushed(region: Region) -> None:
    commit = region.push("infra/new.yaml", yaml(config_map("new", region.namespace, answer="42")))
    done = _run(region, "reconcile", "ks/infra", "--with-source", "-o", "json")
    assert done.returncode == Exit.FINE, done.stdout + done.stderr
    applied, source = json.loads(done.stdout)["items"]
    assert (applied["name"], applied["step"], source["step"]) == ("infra", "ready", "ready")
    assert commit in applied["message"]
    assert source["token"] == region.get("GitRepository", ROOT)["status"]["lastHandledReconcileAt"]
    assert region.get("Kustomization", "infra")["status"]["lastAppliedRevision"].endswith(commit)
    annotations = region.get("Kustomization", "infra")["metadata"]["annotations"]
    assert annotations[RECONCILE_REQUEST] == applied["token"]


def test_suspend_and_resume(region: Region) -> None:
    done = _run(region, "suspend", "ks/tenants")
    assert done.returncode == Exit.FINE, done.stdout + done.stderr
    assert region.get("Kustomization", "tenants")["spec"]["suspend"] is True
    refused = _run(region, "reconcile", "ks/tenants")
    assert (refused.returncode, "it is suspended: resume it first" in refused.stdout) == (Exit.FAULTS, True)
    done = _run(region, "resume", "ks/tenants", "--no-wait")
    assert done.returncode == Exit.FINE, done.stdout + done.stderr
    assert not region.get("Kustomization", "tenants")["spec"].get("suspend")
    done = _run(region, "resume", "ks/tenants")
    assert done.returncode == Exit.FINE, done.stdout + done.stderr
    assert done.stdout.startswith(f"{region.name} ks {region.namespace}/tenants: ready in ")


def test_a_failing_kustomization_is_reported_failed_where_flux_waits(region: Region) -> None:
    region.push("infra/broken.yaml", "kind: [\n")
    ours = _run(region, "reconcile", "ks/infra", "--with-source", "-o", "json")
    assert ours.returncode == Exit.FAULTS, ours.stderr
    infra = next(item for item in json.loads(ours.stdout)["items"] if item["name"] == "infra")
    assert (infra["step"], infra["message"].partition(":")[0]) == ("failed", "BuildFailed")
    theirs = complaint(region, "reconcile", "ks", "infra", "-n", region.namespace, "--timeout", "8s")
    assert "✗" in theirs
    assert "BuildFailed" not in theirs


@pytest.mark.parametrize("command", ["reconcile", "suspend", "resume"])
def test_with_read_only_nothing_is_touched(region: Region, command: str) -> None:
    before = region.get("Kustomization", "infra")["metadata"]
    done = _run(region, command, "ks/infra", "--read-only")
    assert (done.returncode, done.stdout) == (Exit.UNKNOWN, "")
    after = region.get("Kustomization", "infra")["metadata"]
    assert all(after.get(key) == before.get(key) for key in ("generation", "annotations"))
