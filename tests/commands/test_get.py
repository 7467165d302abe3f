"""What `get` prints, and how it ends."""

import json
from collections.abc import Iterable

import pytest
import yaml

from tests.commands.asking import ask, live
from tests.fakes.objects import FAILING, MAIN, OLD_MAIN, PROGRESSING, body, condition, git, hr, ks, suspended_by
from tui.commands.ending import Exit, StartError
from tui.commands.targets import parse_target
from tui.model.changes import Change, ContextStatus, ObjectSkipped, Phase
from tui.model.decode import Skipped

WAITING = (condition("Ready", "False", "DependencyNotReady", "dependency 'flux-system/infra' is not ready"),)
FLEET = live(
    git(),
    ks("web", "shop"),
    ks("infra", conditions=FAILING, applied=OLD_MAIN),
    ks("apps", after=["infra"], conditions=WAITING),
    ks("tenants", suspend=True, managed=suspended_by("anna", 60 * 24 * 41)),
)


@pytest.fixture(autouse=True)
def _plain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")


def test_a_table(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", told={"eu": [FLEET]}) is Exit.FAULTS
    captured = capsys.readouterr()
    assert captured.err == ""
    assert captured.out == (
        "NAMESPACE     NAME         STATE       REVISION            SINCE   MESSAGE\n"
        "flux-system   ks/apps      waiting     main@a1b2c3d4       6m      waits on infra\n"
        "flux-system   ks/infra     failed      9f8e7d6c→a1b2c3d4   6m      "
        "timeout waiting for: [Deployment/web/api status: 'InProgress']\n"
        "flux-system   ks/tenants   suspended   main@a1b2c3d4       41d     41d ago by anna\n"
    )


def test_several_contexts_and_all_namespaces(capsys: pytest.CaptureFixture[str]) -> None:
    told = {"eu": [live(git(), ks("web", "shop"))], "us": [live(hr("api", "shop"), ks("b"), ks("a"), context="us")]}
    assert ask("get", told=told, namespace="") is Exit.FINE
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["CONTEXT", "NAMESPACE", "NAME", "STATE", "REVISION", "SINCE", "MESSAGE"]
    assert [line.split()[:4] for line in lines[1:]] == [
        ["eu", "flux-system", "git/flux-system", "ready"],
        ["eu", "shop", "ks/web", "ready"],
        ["us", "flux-system", "ks/a", "ready"],
        ["us", "flux-system", "ks/b", "ready"],
        ["us", "shop", "hr/api", "ready"],
    ]


def test_names_are_those_of_kubectl_and_can_be_given_back(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks,gitrepo", output="name", told={"eu": [FLEET]}) is Exit.FAULTS
    names = capsys.readouterr().out.split()
    assert names == [
        "gitrepository.source.toolkit.fluxcd.io/flux-system",
        "kustomization.kustomize.toolkit.fluxcd.io/apps",
        "kustomization.kustomize.toolkit.fluxcd.io/infra",
        "kustomization.kustomize.toolkit.fluxcd.io/tenants",
    ]
    ask("get", *names, output="name", told={"eu": [FLEET]})
    assert capsys.readouterr().out.split() == names


@pytest.mark.parametrize("output", ["json", "yaml"])
def test_documents_have_the_documented_shape(output: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", "apps", "infra", output=output, told={"eu": [FLEET]}) is Exit.FAULTS
    printed = capsys.readouterr().out
    document = json.loads(printed) if output == "json" else yaml.safe_load(printed)
    assert list(document) == ["apiVersion", "kind", "contexts", "items"]
    assert (document["apiVersion"], document["kind"]) == ("gitops-tui/v1", "List")
    assert document["contexts"] == [{"name": "eu", "state": "live", "message": ""}]
    apps, infra = document["items"]
    failed = {
        "ref": _reference("infra"),
        "edge": "dependsOn",
        "sentence": "fails since 6m: timeout waiting for: [Deployment/web/api status: 'InProgress']",
        "state": "failed",
        "since": "2026-11-21T11:54:00Z",
        "evidence": ["timeout waiting for: [Deployment/web/api status: 'InProgress']"],
    }
    waits = {
        "ref": _reference("apps"),
        "edge": "self",
        "sentence": "waits on infra",
        "state": "waiting",
        "since": "2026-11-21T11:54:00Z",
        "evidence": ["dependency 'flux-system/infra' is not ready"],
    }
    assert apps == {
        "context": "eu",
        "group": "kustomize.toolkit.fluxcd.io",
        "kind": "Kustomization",
        "namespace": "flux-system",
        "name": "apps",
        "state": "waiting",
        "reason": "DependencyNotReady",
        "message": "dependency 'flux-system/infra' is not ready",
        "since": "2026-11-21T11:54:00Z",
        "revision": MAIN,
        "attemptedRevision": MAIN,
        "suspended": False,
        "drifted": False,
        "failures": 0,
        "sentence": "waits on infra, which " + failed["sentence"],
        "causes": [[waits, failed]],
        "nextSteps": infra["nextSteps"],
        "next": "",
        "blast": None,
        "suspension": None,
    }
    assert infra["causes"] == [[failed | {"edge": "self"}]]
    assert (infra["revision"], infra["attemptedRevision"]) == (OLD_MAIN, MAIN)
    assert infra["nextSteps"] != [""]


def _reference(name: str) -> dict[str, str]:
    group = "kustomize.toolkit.fluxcd.io"
    return {"context": "eu", "group": group, "kind": "Kustomization", "namespace": "flux-system", "name": name}


def test_what_is_fine_has_no_causes(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "git", output="json", told={"eu": [FLEET]}) is Exit.FINE
    (item,) = json.loads(capsys.readouterr().out)["items"]
    assert (item["state"], item["causes"], item["nextSteps"]) == ("ready", [], [])


def test_what_is_secret_or_hostile_is_neither_shown_nor_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    message = "\x1b[31mfailed\x07 to clone\nhttps://anna:hunter2@git.example.com/x"
    fleet = live(ks("apps", conditions=[condition("Ready", "False", "BuildFailed", message)]))
    for output in ("table", "json", "yaml"):
        ask("get", output=output, told={"eu": [fleet]})
        printed = capsys.readouterr().out
        assert "hunter2" not in printed
        assert "\x1b" not in printed
        assert "u001b" not in printed
        assert "git.example.com" in printed
    ask("get", told={"eu": [fleet]})
    assert len(capsys.readouterr().out.splitlines()) == 2


RETRIED = ks(
    "apps",
    conditions=PROGRESSING,
    status={"history": [{"lastReconciledStatus": "HealthCheckFailed", "totalReconciliations": 4}]},
)


@pytest.mark.parametrize(
    ("fleet", "code"),
    [
        pytest.param(live(ks("apps")), Exit.FINE, id="ready"),
        pytest.param(live(ks("apps", suspend=True)), Exit.FINE, id="suspended"),
        pytest.param(live(ks("apps", conditions=PROGRESSING)), Exit.FINE, id="progressing"),
        pytest.param(live(RETRIED), Exit.FAULTS, id="tried again"),
        pytest.param(live(ks("apps", conditions=FAILING)), Exit.FAULTS, id="failed"),
        pytest.param(live(ks("apps", conditions=WAITING)), Exit.FAULTS, id="waiting"),
        pytest.param(live(), Exit.FINE, id="nothing there"),
        pytest.param(live(body("Alert", "on-call")), Exit.FINE, id="static"),
    ],
)
def test_exit_codes(fleet: Iterable[Change], code: Exit) -> None:
    assert ask("get", told={"eu": [fleet]}) is code


SKIPPED = ObjectSkipped(Skipped("eu", "Kustomization", "flux-system/odd", "spec.path is a number"))


@pytest.mark.parametrize(
    ("words", "told", "complaint"),
    [
        pytest.param(
            (), [ContextStatus("eu", Phase.LOGIN, message="refused (401); log in again")],
            "eu: refused (401); log in again", id="login",
        ),
        pytest.param(
            (), [ContextStatus("eu", Phase.UNREACHABLE, message="nothing listens")], "eu: nothing listens", id="away"
        ),
        pytest.param((), [], "eu: no answer within 30s; --timeout gives it more time", id="silent"),
        pytest.param((), [ContextStatus("eu", Phase.ABSENT, message="No Flux")], "eu: No Flux", id="no Flux"),
        pytest.param(
            ("ks",), live(forbidden=("Kustomization",), message="forbids to list Kustomization"),
            "eu: forbids to list Kustomization", id="forbidden",
        ),
        pytest.param(
            ("rset",), live(missing=("ResourceSet",)),
            "eu: https://eu.example does not serve ResourceSet: the CRD is not installed", id="not served",
        ),
        pytest.param(("ks",), live(message="HelmRelease: 500"), "eu: HelmRelease: 500", id="error"),
        pytest.param(
            ("ks", "apps"), live(ks("apps", "shop")),
            "ks apps is not found in namespace flux-system; there is one in shop: add -n shop", id="elsewhere",
        ),
        pytest.param(("hr/api",), live(), "hr/api is not found in namespace flux-system", id="not found"),
        pytest.param((), [*live(ks("apps")), SKIPPED], "eu: Kustomization flux-system/odd is not shown", id="skipped"),
    ],
)  # fmt: skip
def test_what_could_not_be_told(
    words: tuple[str, ...], told: list[Change], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask("get", *words, told={"eu": [told]}) is Exit.UNKNOWN
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"gitops-tui: {complaint}")


def test_what_may_not_be_listed_is_no_gap_where_nobody_asked_for_it(capsys: pytest.CaptureFixture[str]) -> None:
    narrow = live(ks("apps"), narrowed=("Kustomization",), namespace="flux-system", message="forbids the others")
    assert ask("get", "ks", told={"eu": [narrow]}) is Exit.FINE
    assert capsys.readouterr().err == ""
    assert ask("get", "ks", told={"eu": [narrow]}, namespace="") is Exit.UNKNOWN
    assert capsys.readouterr().err == "gitops-tui: eu: forbids the others\n"


def test_what_is_known_is_printed_beside_what_is_not(capsys: pytest.CaptureFixture[str]) -> None:
    lost = ContextStatus("us", Phase.UNREACHABLE, message="nothing listens")
    assert ask("get", "ks", told={"eu": [FLEET], "us": [[lost]]}) is Exit.UNKNOWN
    captured = capsys.readouterr()
    assert captured.err == "gitops-tui: us: nothing listens\n"
    assert "ks/infra" in captured.out


def test_nothing_in_the_namespace_has_a_hint(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask("get", "ks", told={"eu": [live(ks("apps", "shop"), ks("b", "b"))]}) is Exit.FINE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err == "gitops-tui: nothing found in namespace flux-system; -A shows the 2 of all namespaces\n"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("pods",), "there is no kind 'pods' of Flux; there are: git (GitRepository)"),
        (("kustomization.example.com/apps",), "there is no kind 'kustomization.example.com' of Flux"),
        (("ks/",), "'ks/' is not KIND/NAME"),
        (("ks/a/b",), "'ks/a/b' is not KIND/NAME"),
        (("ks/apps", "infra"), "'infra' is not KIND/NAME"),
        ((",",), "',' names no kind"),
    ],
)
def test_words_that_mean_nothing(words: tuple[str, ...], complaint: str) -> None:
    with pytest.raises(StartError) as refused:
        parse_target(words)
    assert str(refused.value).startswith(complaint)


@pytest.mark.parametrize(
    ("words", "kinds", "named"),
    [
        (("ks",), 1, ("Kustomization",)),
        (("HelmReleases,hc",), 2, ("HelmRelease", "HelmChart")),
        (("all",), 18, ()),
        ((), 18, ()),
        (("kustomizations.kustomize.toolkit.fluxcd.io",), 1, ("Kustomization",)),
        (("ks/a", "ks/b", "hr/c"), 2, ("Kustomization", "HelmRelease")),
    ],
)
def test_words_that_mean_something(words: tuple[str, ...], kinds: int, named: tuple[str, ...]) -> None:
    target = parse_target(words)
    assert (len(target.kinds), target.named_kinds) == (kinds, named)
