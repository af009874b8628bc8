"""Of whom a client may speak: what is outside is refused, and what has to be stated can't be left out."""

from http import HTTPStatus
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.intents.draft import blank_intent, unknown_principal
from interlock.model.intent import Action, Intent
from interlock_webhooks.clients.globs import EVERYTHING, Globs
from interlock_webhooks.clients.scope import DIMENSIONS, UNLIMITED, Scope, check_scope
from interlock_webhooks.refusal import RefusedError

_WORDS = st.sampled_from(["ada", "bob", "search", "search-eu", "admins"])
_PATTERNS = st.lists(st.sampled_from(["ada", "search*", "*b", "*"]), max_size=2)
_GLOBS = st.builds(Globs.of, _PATTERNS)
_SCOPES = st.builds(
    Scope,
    ids=_GLOBS,
    types=_GLOBS,
    groups=_GLOBS,
    claims=_GLOBS,
    agents=_GLOBS,
    attribution=st.dictionaries(st.sampled_from(DIMENSIONS), _GLOBS),
)


@st.composite
def _intents(draw: st.DrawFn) -> Intent:
    intent = _intent()
    intent["principal"] = {
        "id": draw(_WORDS | st.just("unknown")),
        "type": draw(st.sampled_from(["user", "agent", "unknown"])),
        "groups": draw(st.lists(_WORDS, max_size=2)),
        "claims": dict.fromkeys(draw(st.lists(_WORDS, max_size=2)), True),
    }
    intent["attribution"] = cast("Any", draw(st.dictionaries(st.sampled_from(DIMENSIONS), _WORDS, max_size=3)))
    if draw(st.booleans()):
        intent["agent"] = {"name": draw(_WORDS), "digest": ""}
    return intent


def _intent() -> Intent:
    return blank_intent(Action.MODEL_CHAT, "ChatCompletion", unknown_principal(), {})


def _is_allowed(scope: Scope, intent: Intent) -> bool:
    try:
        check_scope(scope, intent, intent["provenance"], "envoy")
    except RefusedError as error:
        return error.status is not HTTPStatus.FORBIDDEN
    return True


def _spoken(globs: Globs, stated: str | None) -> bool:
    """The rule for one fact, as the reference puts it."""
    if stated is None:
        return not globs.patterns or "*" in globs.patterns
    return globs.mean(stated)


@given(_SCOPES, _intents())
def test_an_intent_is_let_through_exactly_where_each_of_its_facts_may_be_stated(
    scope: Scope, intent: Intent
) -> None:
    principal, attribution = intent["principal"], cast("dict[str, str]", intent["attribution"])
    stated = {key: None if principal[key] == "unknown" else principal[key] for key in ("id", "type")}
    assert _is_allowed(scope, intent) == (
        _spoken(scope.ids, stated["id"])
        and (stated == {"id": None, "type": None} or _spoken(scope.types, stated["type"]))
        and _spoken(scope.agents, intent["agent"]["name"] if "agent" in intent else None)
        and all(_spoken(scope.attribution.get(key, Globs.of([])), attribution.get(key)) for key in DIMENSIONS)
        and all(map(scope.groups.mean, principal["groups"]))
        and all(map(scope.claims.mean, principal["claims"]))
    )


@given(_intents())
def test_who_is_unlimited_may_speak_of_everybody(intent: Intent) -> None:
    assert _is_allowed(UNLIMITED, intent)


@given(_intents())
def test_who_is_granted_nothing_may_only_speak_of_nobody(intent: Intent) -> None:
    is_stated = bool(
        intent["principal"]["id"] != "unknown"
        or intent["principal"]["groups"]
        or intent["principal"]["claims"]
        or intent["attribution"]
        or "agent" in intent
    )
    assert _is_allowed(Scope(types=EVERYTHING), intent) == (not is_stated)


@pytest.mark.parametrize(
    ("scope", "attribution", "message"),
    [
        (
            Scope(attribution={"team": Globs.of(["search", "ads-*"])}),
            {"team": "billing"},
            "caller.attribution.team: client `envoy` may not speak of `billing`: send `search` or `ads-*`",
        ),
        (
            Scope(attribution={"team": Globs.of(["search"])}),
            {},
            "attribution.team: client `envoy` has to state it: send `search`",
        ),
        (
            Scope(),
            {"team": "search"},
            "caller.attribution.team: client `envoy` may not speak of `search`: leave it out",
        ),
    ],
)
def test_a_refusal_says_what_to_send(scope: Scope, attribution: Any, message: str) -> None:
    intent = _intent()
    intent["attribution"] = attribution
    if attribution:
        intent["provenance"]["attribution.team"] = "caller.attribution.team"
    with pytest.raises(RefusedError) as refused:
        check_scope(scope, intent, intent["provenance"], "envoy")
    assert str(refused.value) == f"{message}, or have the client's scope widened"


@pytest.mark.parametrize("source", ['catalog.subjects["user/ada"].properties', "subject.properties"])
def test_what_the_catalog_knows_of_a_principal_is_no_statement_of_the_client(source: str) -> None:
    intent = _intent()
    intent["principal"] = {
        "id": "ada",
        "type": "user",
        "groups": ["staff"],
        "claims": {"groups": ["staff"], "x": 1},
    }
    intent["provenance"] |= {f"principal.claims.{name}": f"{source}.{name}" for name in ("groups", "x")}
    scope = Scope(ids=Globs.of(["ada"]))
    assert _is_allowed(scope, intent) is source.startswith("catalog")
    with pytest.raises(RefusedError):
        check_scope(scope, intent, {}, "envoy")
