"""What `why` prints: every incident, and how it ends."""

import json
import textwrap
from pathlib import Path

import pytest

from tests.commands.asking import ask, live
from tests.fakes.clock import NOON
from tests.fakes.objects import FAILING, condition, inventory_id, ks, ref
from tests.incidents import FILES, asked, load, outcome, picture_of_incident
from tui.commands.ending import Exit, StartError
from tui.commands.items import is_fault, item_of
from tui.commands.why import explained
from tui.model.causes import explain
from tui.model.health import State
from tui.model.wording import describe
from tui.model.workloads import Applied, AppliedId, Presence
from tui.ports import ClusterError

WAITING = (condition("Ready", "False", "DependencyNotReady", "dependency 'flux-system/infra' is not ready"),)
INFRA = ks("infra", conditions=FAILING, inventory=["web_api_apps_Deployment"])
FLEET = live(INFRA, ks("apps", after=["infra"], conditions=WAITING))
POD = Applied(
    AppliedId("Pod", "", "web", "api-1"),
    Presence.PRESENT,
    State.FAILED,
    "ImagePullBackOff",
    "image web:9 not found",
    NOON,
)
API = Applied(
    AppliedId("Deployment", "apps", "web", "api"), Presence.PRESENT, State.FAILED, "Late", "0 of 1 ready", NOON, (POD,)
)
INVENTORIES = {ref("Kustomization", "infra"): (API,)}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_incident_is_printed_with_the_same_sentences(path: Path) -> None:
    incident = load(path)
    picture, about, expected = picture_of_incident(incident), asked(incident), incident["expected"]
    lines = list(explained(picture, explain(picture, about, NOON), NOON))
    text = "\n".join(lines)
    assert lines[0] == f"{describe(about)} in {about.context} {expected['sentence']}"
    assert [line for line in lines if line.startswith("next step: ")] == [
        f"next step: {step}" for step in expected["next_steps"] if step
    ]
    if expected["then"]:
        assert f"then: {expected['then']}" in lines
    for chain in expected["causes"] if any(" ← " in one for one in expected["causes"]) else ():
        assert [named for named in chain.split(" ← ") if named not in text] == []
    for title, refs in (("needed by: ", expected["waiting"]), ("owner of: ", expected["owned"])):
        told = next((line.partition(title)[2] for line in lines if title in line), "")
        assert told.split(" and ")[0] == ", ".join(refs[:10])


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_every_incident_is_the_same_as_data(path: Path) -> None:
    incident = load(path)
    picture, about, expected = picture_of_incident(incident), asked(incident), outcome(load(path))
    item = item_of(picture, explain(picture, about, NOON), NOON, with_blast=True)
    assert (item.state, item.sentence, item.next) == (expected["state"], expected["sentence"], expected["then"])
    chains = [" ← ".join(cause.ref.name for cause in chain) for chain in item.causes]
    assert chains == [" ← ".join(map(_name, chain.split(" ← "))) for chain in expected["causes"]]
    assert list(item.next_steps) == expected["next_steps"]
    assert item.blast is not None
    assert (len(item.blast.waiting), len(item.blast.owned)) == (len(expected["waiting"]), len(expected["owned"]))


def _name(described: str) -> str:
    return described.partition(" in ")[0].rpartition("/")[2]


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_an_incident_is_a_fault_unless_somebody_wants_it_so(path: Path) -> None:
    incident = load(path)
    picture, about = picture_of_incident(incident), asked(incident)
    is_told = is_fault(picture, explain(picture, about, NOON))
    in_itself = len(incident["expected"]["causes"]) == 1 and " ← " not in incident["expected"]["causes"][0]
    wanted = in_itself and incident["expected"]["state"] in ("suspended", "ready", "terminating", "unknown")
    assert is_told is not wanted


def test_it_goes_down_to_the_pod(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("why", "ks/apps", told={"eu": [FLEET]}, inventories=INVENTORIES) is Exit.FAULTS
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == textwrap.dedent(
        """\
        ks flux-system/apps in eu waits on infra, which fails in turn because of Pod web/api-1: image web:9 not found

        ks flux-system/apps waits on infra
           waiting since 6m
           dependency 'flux-system/infra' is not ready
        └─ ks flux-system/infra fails because of Deployment web/api
              dependsOn · failed since 6m
              timeout waiting for: [Deployment/web/api status: 'InProgress']
           └─ Deployment web/api: 0 of 1 ready
                 checks · failed since <1m
                 Late
              └─ Pod web/api-1: image web:9 not found
                    checks · failed since <1m
                    ImagePullBackOff
        next step: mend the image's tag, or the credentials of its registry

        ks flux-system/infra is needed by: ks flux-system/apps
        """
    )


@pytest.mark.parametrize(
    ("inventories", "hang", "complaint"),
    [
        pytest.param(
            {ref("Kustomization", "infra"): ClusterError("you may not read Deployments")}, False,
            "gitops-tui: eu: ks flux-system/infra: you may not read Deployments\n", id="refused",
        ),
        pytest.param(
            INVENTORIES, True,
            "gitops-tui: what was applied was not read within 30s: the cause may lie deeper\n", id="silent",
        ),
    ],
)  # fmt: skip
def test_what_was_applied_and_can_not_be_read_is_said(
    inventories: dict[object, object], hang: bool, complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    code = ask("why", "ks", "apps", told={"eu": [FLEET]}, inventories=inventories, hang=hang)  # type: ignore[arg-type]
    captured = capsys.readouterr()
    assert code is Exit.FAULTS
    assert captured.err == complaint
    assert captured.out.startswith(
        "ks flux-system/apps in eu waits on infra, which fails since 6m: timeout waiting for"
    )


def test_each_context_that_has_it_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"eu": [FLEET], "us": [live(ks("apps"), context="us")], "ap": [live(ks("other"), context="ap")]}
    assert ask("why", "ks/apps", told=told, output="json", inventories=INVENTORIES) is Exit.FAULTS
    document = json.loads(capsys.readouterr().out)
    assert [(item["context"], item["state"]) for item in document["items"]] == [("eu", "waiting"), ("us", "ready")]
    assert [one["name"] for one in document["contexts"]] == ["eu", "us", "ap"]
    (chain,) = document["items"][0]["causes"]
    assert [(link["edge"], link["ref"]["kind"], link["ref"]["group"]) for link in chain] == [
        ("self", "Kustomization", "kustomize.toolkit.fluxcd.io"),
        ("dependsOn", "Kustomization", "kustomize.toolkit.fluxcd.io"),
        ("checks", "Deployment", "apps"),
        ("checks", "Pod", ""),
    ]
    blast = document["items"][0]["blast"]
    assert (blast["ref"]["name"], [one["name"] for one in blast["waiting"]], blast["owned"]) == ("infra", ["apps"], [])


def test_what_is_fine_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("why", "ks/apps", told={"eu": [live(ks("apps", inventory=[]))]}) is Exit.FINE
    assert capsys.readouterr().out.splitlines()[0] == "ks flux-system/apps in eu is ready"


def test_what_it_owns_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    child = inventory_id("Kustomization", "child")
    assert ask("why", "ks/apps", told={"eu": [live(ks("apps", inventory=[child]), ks("child"))]}) is Exit.FINE
    assert "owner of: ks flux-system/child" in capsys.readouterr().out


def test_what_is_not_found_could_not_be_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("why", "ks/apps", told={"eu": [live(ks("apps", "shop"))]}) is Exit.UNKNOWN
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == (
        "gitops-tui: ks/apps is not found in namespace flux-system; there is one in shop: add -n shop\n"
    )


def test_it_wants_an_object() -> None:
    with pytest.raises(StartError, match="why wants an object"):
        ask("why", "ks", told={"eu": [FLEET]})
