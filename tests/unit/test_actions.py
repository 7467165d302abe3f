"""The table of actions: whole, without contradictions, and honest about what can be done."""

from collections import Counter

import pytest

from tests.fakes.objects import FAILING, ROLLED_BACK, Body, ago, body, git, helm_chart, helm_repository, hr, ks, read
from tui.actions import ACTIONS, DEFAULT_KEYS, KEY_SCOPES, Scope, Topic
from tui.model.guardrails import READ_ONLY
from tui.model.intent import Verb
from tui.ports import Access
from tui.situation import Situation, has_git, makes_sense, refusal, title_for, toggled_verb


def _situation(*objects: Body, access: Access = Access.ALLOWED, read_only: bool = False, marked: int = 0) -> Situation:
    return Situation(
        tuple(read(one) for one in objects), bool(objects), marked, READ_ONLY.why("eu") * read_only, access
    )


def test_no_key_does_two_things() -> None:
    """On one screen; the graph and the fleet have keys that mean something else in the tree."""
    pressed = Counter((KEY_SCOPES[action], key) for action, keys in DEFAULT_KEYS.items() for key in keys)
    assert [key for key, times in pressed.items() if times > 1] == []


def test_each_action_can_be_read_about() -> None:
    for name, action in ACTIONS.items():
        assert action.id == name
        assert action.title
        assert action.help[0].isupper()
        assert not action.help.endswith(".")
    assert {action.topic for action in ACTIONS.values()} == set(Topic)


def test_what_writes_needs_an_object() -> None:
    assert {action.scope for action in ACTIONS.values() if action.verb is not None} == {Scope.OBJECT}


def test_what_is_dangerous_warns_of_it_and_writes() -> None:
    assert [action.id for action in ACTIONS.values() if action.caution] == ["force"]
    assert all(
        action.verb is not None and not action.caution.endswith(".") for action in ACTIONS.values() if action.caution
    )


def test_places_in_the_footer_are_taken_once() -> None:
    places = sorted(action.footer for action in ACTIONS.values() if action.footer)
    assert places == list(range(1, len(places) + 1))
    assert all(ACTIONS[name].keys for name, action in ACTIONS.items() if action.footer)


@pytest.mark.parametrize(
    ("keys", "action"),
    [
        ("R", "reconcile"),
        ("W", "reconcile.source"),
        ("T", "suspend.toggle"),
        ("U", "force"),
        ("v", "graph"),
        ("F", "fleet"),
        ("Z", "reset"),
        ("space", "mark"),
        ("slash", "filter"),
        ("colon", "palette"),
        ("question_mark", "help"),
        ("escape", "back"),
        ("enter", "open"),
        ("ctrl+z", "faults"),
        ("z", "zoom"),
        ("0", "context.all"),
        ("9", "context.9"),
        ("j", "cursor.down"),
        ("k", "cursor.up"),
        ("g", "cursor.top"),
        ("G", "cursor.bottom"),
        ("ctrl+f", "cursor.page_down"),
        ("ctrl+b", "cursor.page_up"),
        ("q", "quit"),
    ],
)
def test_fingers_find_what_they_know(keys: str, action: str) -> None:
    assert keys in DEFAULT_KEYS[action]


OCI_REPOSITORY = helm_repository(oci=True)
EXTERNAL = body("ExternalArtifact", "x")


@pytest.mark.parametrize(
    ("action", "situation", "why"),
    [
        pytest.param("reconcile", _situation(ks("a")), "", id="reconcile"),
        pytest.param("reconcile", _situation(), "select an object first", id="nothing-selected"),
        pytest.param("open", Situation(), "nothing is selected", id="no-row"),
        pytest.param("open", Situation(on_row=True), "", id="a-context-s-row"),
        pytest.param("filter", Situation(), "", id="needs-nothing"),
        pytest.param("reconcile", _situation(ks("a", suspend=True)), "", id="suspended-is-resumed-after-a-question"),
        pytest.param("reconcile", _situation(body("Alert", "a")), "no controller reconciles this Alert", id="static"),
        pytest.param("reconcile", _situation(ks("a"), ks("b", suspend=True)), "", id="one-of-two-can"),
        pytest.param(
            "reconcile",
            _situation(body("Alert", "a"), ks("b", deleted=ago(1), suspend=True)),
            "no controller reconciles this Alert",
            id="none-of-two-can",
        ),
        pytest.param("suspend.toggle", _situation(ks("a", suspend=True)), "", id="resume"),
        pytest.param(
            "suspend.toggle", _situation(EXTERNAL), "ExternalArtifacts cannot be suspended", id="not-suspendable"
        ),
        pytest.param(
            "suspend",
            _situation(ks("a"), read_only=True),
            "read-only: started so that nothing is written",
            id="read-only",
        ),
        pytest.param(
            "reconcile",
            _situation(ks("a", suspend=True), read_only=True),
            "read-only: started so that nothing is written",
            id="read-only-is-said-first",
        ),
        pytest.param("force", _situation(hr("a")), "", id="force"),
        pytest.param("reset", _situation(hr("a")), "", id="reset"),
        pytest.param("force", _situation(ks("a")), "only a HelmRelease can be forced", id="not-forcible"),
        pytest.param("reset", _situation(git()), "only a HelmRelease can be reset", id="not-resettable"),
        pytest.param("force", _situation(ks("a"), hr("b")), "", id="one-of-two-can-be-forced"),
        pytest.param(
            "force", _situation(hr("a", suspend=True)), "it is suspended: resume it first", id="force-is-lost-suspended"
        ),
        pytest.param(
            "reset", _situation(hr("a", suspend=True)), "it is suspended: resume it first", id="reset-is-lost-suspended"
        ),
        pytest.param("reconcile", _situation(ks("a", deleted=ago(1))), "it is being deleted", id="being-deleted"),
        pytest.param("mark", _situation(ks("a"), read_only=True), "", id="looking-is-never-forbidden"),
        pytest.param("diff", _situation(ks("a"), access=Access.DENIED), "", id="reading-needs-no-patch"),
        pytest.param(
            "reconcile",
            _situation(ks("a"), access=Access.DENIED),
            "forbidden: you may not patch kustomizations in flux-system",
            id="forbidden",
        ),
        pytest.param("reconcile", _situation(ks("a"), access=Access.UNKNOWN), "", id="not-known-is-not-forbidden"),
    ],
)
def test_why_an_action_can_do_nothing(action: str, situation: Situation, why: str) -> None:
    assert refusal(ACTIONS[action], situation) == why


@pytest.mark.parametrize(
    ("objects", "verb"),
    [
        pytest.param([ks("a")], Verb.SUSPEND, id="active"),
        pytest.param([ks("a", suspend=True)], Verb.RESUME, id="suspended"),
        pytest.param([ks("a", suspend=True), ks("b")], Verb.SUSPEND, id="one-of-two"),
        pytest.param([ks("a", suspend=True), body("Alert", "b", suspend=True)], Verb.RESUME, id="both"),
        pytest.param([], Verb.SUSPEND, id="none"),
    ],
)
def test_toggling_resumes_only_when_all_are_suspended(objects: list[Body], verb: Verb) -> None:
    assert toggled_verb(tuple(read(one) for one in objects)) is verb


@pytest.mark.parametrize(
    ("action", "situation", "title"),
    [
        pytest.param("reconcile", _situation(ks("a")), "reconcile", id="one"),
        pytest.param("reconcile", _situation(ks("a"), ks("b"), marked=2), "reconcile (2)", id="marked"),
        pytest.param("reconcile", _situation(ks("a"), marked=1), "reconcile", id="one-marked"),
        pytest.param("suspend.toggle", _situation(ks("a")), "suspend", id="suspend"),
        pytest.param("suspend.toggle", _situation(ks("a", suspend=True)), "resume", id="resume"),
        pytest.param("suspend.toggle", _situation(), "suspend/resume", id="nothing-selected"),
        pytest.param("diff", _situation(ks("a"), ks("b"), marked=2), "diff", id="looking-takes-one"),
    ],
)
def test_what_the_footer_calls_it(action: str, situation: Situation, title: str) -> None:
    assert title_for(ACTIONS[action], situation) == title


@pytest.mark.parametrize(
    ("action", "object_", "offered"),
    [
        pytest.param("reconcile", ks("a"), True, id="reconcile"),
        pytest.param("reconcile", ks("a", suspend=True), True, id="what-is-suspended-can-be-resumed-first"),
        pytest.param("reconcile", body("Alert", "a"), False, id="nobody-reconciles-an-alert"),
        pytest.param("reconcile.source", OCI_REPOSITORY, False, id="nor-an-oci-helm-repository"),
        pytest.param("reconcile", None, False, id="nothing-selected"),
        pytest.param("suspend.toggle", OCI_REPOSITORY, True, id="it-can-be-suspended-though"),
        pytest.param("suspend.toggle", EXTERNAL, False, id="not-suspendable"),
        pytest.param("force", hr("a"), True, id="a-release-can-be-forced"),
        pytest.param("force", ks("a"), False, id="nothing-else-can-be-forced"),
        pytest.param("reset", hr("a", conditions=ROLLED_BACK), True, id="a-release-that-failed-can-be-reset"),
        pytest.param("reset", hr("a"), False, id="a-release-that-is-ready-need-not-be-reset"),
        pytest.param("reset", ks("a", conditions=FAILING), False, id="nothing-else-can-be-reset"),
        pytest.param("diff", git(), True, id="diff-of-a-source"),
        pytest.param("diff", ks("a"), True, id="diff-of-a-kustomization"),
        pytest.param("diff", helm_chart("c", of="GitRepository", source="x"), True, id="diff-of-a-chart-in-git"),
        pytest.param("diff", helm_repository(), False, id="no-git-behind-it"),
        pytest.param("diff", hr("a"), False, id="no-source-of-its-own"),
        pytest.param("filter", None, True, id="needs-nothing"),
    ],
)
def test_what_the_footer_offers(action: str, object_: Body | None, offered: bool) -> None:
    situation = _situation(*([object_] if object_ else []))
    assert makes_sense(ACTIONS[action], situation) is offered


def test_a_kustomization_of_a_registry_has_no_git() -> None:
    assert not has_git(read(ks("a", spec={"sourceRef": {"kind": "OCIRepository", "name": "m"}})))
