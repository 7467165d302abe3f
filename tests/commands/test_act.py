"""What reconcile, suspend and resume do, say, and end with."""

import json

import pytest

from tests.commands.acting import Answer, Answering, limited, perform, runs, sleeps, switched
from tests.commands.asking import live
from tests.fakes.objects import FAILING, Body, git, inventory_id, ks, suspended_by
from tui.commands.ending import Exit, StartError
from tui.commands.request import Request
from tui.model.changes import ContextStatus, Phase
from tui.model.guardrails import Protected
from tui.model.intent import Verb
from tui.ports import ClusterError, WriteReply

RECONCILE = Request(Verb.RECONCILE)
SOURCE = git()
APPS, WEB, PAUSED = ks("apps"), ks("web"), ks("paused", suspend=True)


def _eu(*objects: Body, context: str = "eu", source: Answer = lambda _: [], **answers: Answer) -> Answering:
    return Answering(context, live(*objects, context=context), {**answers, "flux-system": source})


def test_an_object_is_followed_until_it_is_ready(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps", 12))
    assert perform(RECONCILE, "ks/apps", clusters=[eu]) is Exit.FINE
    captured = capsys.readouterr()
    assert captured.err.splitlines() == ["eu ks flux-system/apps: asked"]
    assert captured.out.startswith("eu ks flux-system/apps: ready in 12s, Applied revision: main@sha1:a1b2c3d4\n")
    assert len(eu.patches) == 1


def test_a_failure_is_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps", 3, FAILING))
    assert perform(RECONCILE, "ks/apps", clusters=[eu]) is Exit.FAULTS
    assert capsys.readouterr().out.startswith("eu ks flux-system/apps: failed after 3.0s, HealthCheckFailed: timeout")


def test_the_source_is_reconciled_first(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(SOURCE, APPS, apps=runs(ks, "apps"), source=lambda token: [(2, git(requested=token, handled=token))])
    assert perform(Request(Verb.RECONCILE, with_source=True), "ks/apps", clusters=[eu], output="json") is Exit.FINE
    assert [patched.kind for patched, _ in eu.patches] == ["GitRepository", "Kustomization"]
    captured = capsys.readouterr()
    steps = [line.partition(",")[0] for line in captured.err.splitlines()]
    assert "eu git flux-system/flux-system: ready in 2.0s" in steps
    assert steps[-1] == "eu ks flux-system/apps: ready in 2.0s"
    items = json.loads(captured.out)["items"]
    assert [(item["kind"], item["step"]) for item in items] == [("Kustomization", "ready"), ("GitRepository", "ready")]


def test_one_document_for_all(capsys: pytest.CaptureFixture[str]) -> None:
    eu, us = _eu(APPS, apps=runs(ks, "apps", 2)), _eu(APPS, context="us", apps=runs(ks, "apps", 3, FAILING))
    assert perform(RECONCILE, "ks/apps", clusters=[eu, us], output="json") is Exit.FAULTS
    captured = capsys.readouterr()
    document = json.loads(captured.out)
    assert (document["apiVersion"], document["kind"]) == ("gitops-tui/v1", "ActionList")
    assert [one["state"] for one in document["contexts"]] == ["live", "live"]
    first, second = document["items"]
    assert (first["context"], first["step"], first["durationSeconds"]) == ("eu", "ready", 2.0)
    assert (second["context"], second["step"], second["verb"]) == ("us", "failed", "reconcile")
    assert first["token"] == eu.tokens()[0] != ""
    assert set(first) == {
        *("context", "group", "kind", "namespace", "name", "verb", "step", "message"),
        *("asked", "settled", "durationSeconds", "token"),
    }
    assert captured.err.splitlines()[:3] == [
        "gitops-tui: reconcile 2 objects in eu, us:",
        "  eu ks flux-system/apps",
        "  us ks flux-system/apps",
    ]


def test_suspending_is_done_when_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=switched("apps"))
    assert perform(Verb.SUSPEND, "ks/apps", clusters=[eu]) is Exit.FINE
    assert [body["spec"] for _, body in eu.patches] == [{"suspend": True}]
    assert capsys.readouterr().out == "eu ks flux-system/apps: suspended in 0.0s\n"


def test_what_its_parent_will_undo_is_said_before_it_is_done(capsys: pytest.CaptureFixture[str]) -> None:
    declared = suspended_by("kustomize-controller", 60, "Apply")
    parent = ks("fleet", inventory=[inventory_id("Kustomization", "apps")])
    eu = _eu(ks("apps", managed=declared), parent, apps=switched("apps"))
    assert perform(Verb.SUSPEND, "ks/apps", clusters=[eu]) is Exit.FINE
    assert capsys.readouterr().err.splitlines()[0] == (
        "gitops-tui: suspend: ks flux-system/fleet will undo it at its next run, within 10m: "
        "Git says that it is not suspended"
    )


def test_what_would_do_nothing_is_refused_unsent(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(PAUSED)
    assert perform(RECONCILE, "ks/paused", clusters=[eu]) is Exit.FAULTS
    assert capsys.readouterr().out == "eu ks flux-system/paused: refused, it is suspended: resume it first\n"
    assert eu.patches == []


def test_what_was_never_sent_took_no_time(capsys: pytest.CaptureFixture[str]) -> None:
    assert perform(RECONCILE, "ks/paused", clusters=[_eu(PAUSED)], output="json") is Exit.FAULTS
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["step"], item["durationSeconds"], item["settled"]) == ("refused", None, item["asked"])


def test_what_the_api_server_refuses_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS)
    eu.replies = [WriteReply(accepted=False, message="You may not change it")]
    assert perform(RECONCILE, "ks/apps", clusters=[eu]) is Exit.FAULTS
    assert capsys.readouterr().out == "eu ks flux-system/apps: refused, You may not change it\n"


def test_without_waiting_it_ends_when_the_api_server_has_it(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps", 60))
    assert perform(Request(Verb.RECONCILE, wait=False), "ks/apps", clusters=[eu]) is Exit.FINE
    assert capsys.readouterr().out == "eu ks flux-system/apps: asked, the API server has it\n"


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        pytest.param(WriteReply(accepted=True), "it was asked and not followed to its end", id="taken"),
        pytest.param(
            WriteReply(accepted=False, message="The reply was lost.", uncertain=True),
            "it was sent, and whether the API server has it is not known",
            id="not-known",
        ),
    ],
)
def test_after_its_timeout_it_says_how_far_it_came(
    reply: WriteReply, said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    eu = _eu(APPS, apps=sleeps(ks, "apps") if reply.accepted else lambda _: [])
    eu.replies, eu.unreadable = [reply], [ClusterError("unreachable")] * 99
    assert perform(limited(RECONCILE), "ks/apps", clusters=[eu], timeout=20) is Exit.FAULTS
    line = "eu ks flux-system/apps: timed out after 20s, --timeout is over after 20s: "
    assert capsys.readouterr().out == f"{line}{said}\n"


def test_without_a_timeout_each_object_has_its_own(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=sleeps(ks, "apps"))
    assert perform(RECONCILE, "ks/apps", clusters=[eu]) is Exit.FAULTS
    out = capsys.readouterr().out
    assert out.startswith("eu ks flux-system/apps: timed out after ")
    assert "kustomize-controller" in out


def test_an_interrupt_says_what_was_sent(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(SOURCE, APPS, source=sleeps(git, "flux-system"))
    request = Request(Verb.RECONCILE, with_source=True)
    assert perform(request, "ks/apps", clusters=[eu], output="json", interrupt=9) is None
    captured = capsys.readouterr()
    assert captured.err.splitlines()[-2:] == [
        "eu ks flux-system/apps: queued, interrupted: it was not sent",
        "eu git flux-system/flux-system: asked, interrupted: it was asked and not followed to its end",
    ]
    assert [(one["step"], one["settled"]) for one in json.loads(captured.out)["items"]] == [
        ("queued", None),
        ("asked", None),
    ]


def test_an_interrupt_before_anything_was_sent_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    eu = Answering("eu", [], {})
    assert perform(RECONCILE, "ks/apps", clusters=[eu], interrupt=5) is None
    assert capsys.readouterr().err == "gitops-tui: interrupted: nothing was sent\n"


def test_a_connection_that_is_lost_is_told_and_waited_for(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps", 60))
    eu.later = [
        (10, ContextStatus("eu", Phase.STALE, message="the connection is lost")),
        (20, ContextStatus("eu", Phase.LIVE)),
    ]
    assert perform(RECONCILE, "ks/apps", clusters=[eu]) is Exit.FINE
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("gitops-tui: ")]
    assert told == [
        "gitops-tui: eu: stale: the connection is lost",
        "gitops-tui: eu: is live",
    ]


def test_what_is_not_found_does_not_keep_from_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps"))
    assert perform(RECONCILE, "ks/apps", "ks/typo", clusters=[eu]) is Exit.UNKNOWN
    captured = capsys.readouterr()
    assert captured.err.splitlines()[0] == "gitops-tui: ks/typo is not found in namespace flux-system"
    assert captured.out.startswith("eu ks flux-system/apps: ready")


def test_a_context_that_does_not_answer_does_not_keep_from_the_rest(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, apps=runs(ks, "apps"))
    gone = Answering("us", [ContextStatus("us", Phase.UNREACHABLE, message="nothing listens")], {})
    assert perform(RECONCILE, "ks/apps", clusters=[eu, gone]) is Exit.UNKNOWN
    captured = capsys.readouterr()
    assert captured.err.splitlines()[0] == "gitops-tui: us: nothing listens"
    assert captured.out.startswith("eu ks flux-system/apps: ready")


def test_all_of_a_kind_leaves_out_what_would_not_change(capsys: pytest.CaptureFixture[str]) -> None:
    eu = _eu(APPS, WEB, PAUSED, paused=runs(ks, "paused"))
    assert perform(Request(Verb.RESUME, every=True), "ks", clusters=[eu]) is Exit.FINE
    assert [patched.name for patched, _ in eu.patches] == ["paused"]
    assert capsys.readouterr().err.splitlines()[0] == "gitops-tui: left out 2 objects: it is not suspended"


def test_nothing_to_do_is_fine(capsys: pytest.CaptureFixture[str]) -> None:
    assert perform(Request(Verb.SUSPEND, every=True), "ks", clusters=[_eu(PAUSED)]) is Exit.FINE
    assert capsys.readouterr().err.splitlines() == [
        "gitops-tui: left out 1 object: it is suspended already",
        "gitops-tui: nothing to suspend",
    ]


def test_a_name_that_is_in_several_namespaces_is_not_guessed_at() -> None:
    eu = _eu(APPS, ks("apps", "shop"))
    with pytest.raises(StartError, match=r"^eu: ks/apps is in flux-system, shop: choose one with -n$"):
        perform(RECONCILE, "ks/apps", clusters=[eu], namespace="")
    assert eu.patches == []


def test_what_is_protected_wants_somebody_who_agrees() -> None:
    eu = _eu(APPS, context="prod-eu", apps=runs(ks, "apps"))
    with pytest.raises(StartError, match=r"^prod-eu ks flux-system/apps is protected, and nobody can be"):
        perform(Request(Verb.RECONCILE, protected=Protected(("prod-*",))), "ks/apps", clusters=[eu])
    assert eu.patches == []


def test_who_agrees_beforehand_is_not_asked() -> None:
    eu = _eu(APPS, context="prod-eu", apps=runs(ks, "apps"))
    request = Request(Verb.RECONCILE, protected=Protected(("prod-*",)), agreed=True)
    assert perform(request, "ks/apps", clusters=[eu]) is Exit.FINE
    assert len(eu.patches) == 1
