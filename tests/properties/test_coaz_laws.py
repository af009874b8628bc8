"""Whatever a server declares: it is an error, or accesses of whoever calls and of nobody else."""

from typing import TYPE_CHECKING, Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import RequestError
from interlock.intents.coaz.mapping import MOST_ACCESSES, accesses

if TYPE_CHECKING:
    from interlock.model.intent import Principal

_TEXTS: Final = "$token.sub", "$params.id", "$params", "$token.?other", "$$", "$[params].map(x, x)", "bob"
_EXPRESSIONS: Final = st.sampled_from(_TEXTS)
_KEYS: Final = st.sampled_from(["subject", "action", "resource", "context", "id", "name", "evaluations"])
_JSON: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | _EXPRESSIONS | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=4),
    max_leaves=12,
)
_MAPPINGS: Final = st.dictionaries(st.sampled_from(["evaluation", "evaluations"]), _JSON, max_size=2)


@given(_MAPPINGS, st.dictionaries(st.sampled_from(["id", "name"]), _JSON, max_size=2))
def test_accesses_are_of_who_calls(mapping: dict[str, Any], params: dict[str, Any]) -> None:
    alice: Principal = {"id": "alice", "type": "user", "groups": [], "claims": {"sub": "bob"}}
    try:
        found = accesses(mapping, params, alice)
    except RequestError:
        return
    assert 1 <= len(found) <= MOST_ACCESSES
    assert {access["subject"]["id"] for access in found} == {"alice"}
