"""The filter: every form, and that any text is one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.fakes.objects import FAILING, READY, STALLED, WAITING, Body, body, condition, hr, ks, read
from tests.fakes.properties import objects, quick
from tui.model.health import assess
from tui.model.query import Query, Term, parse_query


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        pytest.param("", (), id="empty"),
        pytest.param("   ", (), id="blank"),
        pytest.param("Web", (Term("", "web"),), id="word"),
        pytest.param("web api", (Term("", "web"), Term("", "api")), id="words"),
        pytest.param("!web", (Term("", "web", True),), id="inverse"),
        pytest.param("kind:ks", (Term("kind", "ks"),), id="kind"),
        pytest.param("K:HR", (Term("kind", "hr"),), id="kind-for-short"),
        pytest.param("ns:Apps n:x namespace:y", (Term("ns", "apps"), Term("ns", "x"), Term("ns", "y")), id="namespace"),
        pytest.param("ctx:eu context:us", (Term("ctx", "eu"), Term("ctx", "us")), id="context"),
        pytest.param("!is:ready", (Term("is", "ready", True),), id="inverse-field"),
        pytest.param("-l Team=A", (Term("label", "Team=A"),), id="label-keeps-its-case"),
        pytest.param("-l team", (Term("label", "team"),), id="label-key"),
        pytest.param("!-l team=a", (Term("label", "team=a", True),), id="inverse-label"),
        pytest.param("-l", (), id="label-half-typed"),
        pytest.param("!", (), id="inverse-half-typed"),
        pytest.param("kind:", (), id="field-half-typed"),
        pytest.param("registry.example/api:1.9.2", (Term("", "registry.example/api:1.9.2"),), id="colon-in-a-word"),
        pytest.param("::", (Term("", "::"),), id="colons"),
    ],
)
def test_a_filter_is_read(text: str, terms: tuple[Term, ...]) -> None:
    assert parse_query(text) == Query(text, terms)
    assert bool(parse_query(text)) is bool(terms)


TEAM_A = {"team": "a", "app.kubernetes.io/name": "web"}
DRIFTED = [*READY, condition("Drifted", reason="DriftDetected")]


@pytest.mark.parametrize(
    ("text", "object_", "passes"),
    [
        pytest.param("", ks("web"), True, id="nothing-asked"),
        pytest.param("WE", ks("web"), True, id="part-of-the-name"),
        pytest.param("flux-system/web", ks("web"), True, id="path"),
        pytest.param("kustomiz", ks("web"), True, id="kind-as-a-word"),
        pytest.param("ks", ks("web"), True, id="abbreviation-as-a-word"),
        pytest.param("eu", ks("web"), True, id="context-as-a-word"),
        pytest.param("timeout", ks("web", conditions=FAILING), True, id="message"),
        pytest.param("healthcheckfailed", ks("web", conditions=FAILING), True, id="reason"),
        pytest.param("applied", ks("web"), False, id="not-the-message-of-what-is-ready"),
        pytest.param("db", ks("web"), False, id="no"),
        pytest.param("web flux", ks("web"), True, id="both"),
        pytest.param("web db", ks("web"), False, id="one-of-two"),
        pytest.param("!db", ks("web"), True, id="not"),
        pytest.param("!web", ks("web"), False, id="not-this"),
        pytest.param("kind:ks", ks("web"), True, id="kind"),
        pytest.param("kind:hr", ks("web"), False, id="other-kind"),
        pytest.param("kind:git", body("GitRepository", "x"), True, id="kind-by-abbreviation"),
        pytest.param("kind:kust", ks("web"), True, id="kind-half-typed"),
        pytest.param("kind:repo", body("OCIRepository", "x"), True, id="part-of-a-kind"),
        pytest.param("ns:app", hr("api"), True, id="namespace"),
        pytest.param("ns:app", ks("api-apps"), False, id="namespace-only"),
        pytest.param("ctx:eu", ks("web"), True, id="context"),
        pytest.param("ctx:us", ks("web"), False, id="other-context"),
        pytest.param("is:failed", ks("web", conditions=FAILING), True, id="failed"),
        pytest.param("is:fail", ks("web", conditions=FAILING), True, id="state-half-typed"),
        pytest.param("is:failed", ks("web", conditions=STALLED), False, id="stalled-is-not-failed"),
        pytest.param("is:fault", ks("web", conditions=STALLED), True, id="fault"),
        pytest.param("is:fault", ks("web", conditions=WAITING), False, id="waiting-is-no-fault"),
        pytest.param("is:waiting", ks("web", conditions=WAITING), True, id="waiting"),
        pytest.param("is:suspended", ks("web", suspend=True), True, id="suspended"),
        pytest.param("is:drifted", hr("web", conditions=DRIFTED), True, id="drifted"),
        pytest.param("is:drifted", hr("web"), False, id="not-drifted"),
        pytest.param("!is:ready", ks("web"), False, id="not-ready"),
        pytest.param("is:nonsense", ks("web"), False, id="no-such-state"),
        pytest.param("-l team=a", ks("web", labels=TEAM_A), True, id="label"),
        pytest.param("-l team=b", ks("web", labels=TEAM_A), False, id="other-value"),
        pytest.param("-l team=", ks("web", labels=TEAM_A), False, id="empty-value"),
        pytest.param("-l app.kubernetes.io/name", ks("web", labels=TEAM_A), True, id="label-key"),
        pytest.param("-l owner", ks("web", labels=TEAM_A), False, id="no-such-label"),
        pytest.param("!-l team=b", ks("web", labels=TEAM_A), True, id="not-that-label"),
        pytest.param("!-l team", ks("web"), True, id="without-the-label"),
    ],
)
def test_what_passes(text: str, object_: Body, passes: bool) -> None:
    resource = read(object_)
    assert parse_query(text).matches(resource, assess(resource)) is passes


@quick
@given(text=st.text() | st.from_regex(r"(!?(-l|is:|kind:|ns:)?[a-z=:!]{0,4} ){0,4}"), object_=objects)
def test_every_text_is_a_filter_and_a_term_or_its_inverse_passes(text: str, object_: Body) -> None:
    resource = read(object_)
    health = assess(resource)
    query = parse_query(text)
    assert query.text == text
    for term in query.terms:
        one = Query("", (term,)).matches(resource, health)
        other = Query("", (Term(term.field, term.value, not term.inverse),)).matches(resource, health)
        assert one is not other
