"""Defaults: merged where they agree, refused where they don't, applied only where nothing is."""

from copy import deepcopy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import PolicyName
from interlock.kernel.patches import apply, lookup, merge
from interlock.model.patch import Conflict, Default, Patch

LABEL = ("metadata", "labels", "team")

KEYS = st.sampled_from(["a", "b", "c"])
PATHS = st.lists(KEYS, min_size=1, max_size=3).map(tuple)
SCALARS = st.sampled_from(["x", "y", 1, 0, True, False])
DOCUMENTS = st.recursive(
    st.none() | SCALARS | st.lists(SCALARS, max_size=2),
    lambda inner: st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)
OBJECTS = st.dictionaries(KEYS, DOCUMENTS, max_size=3)
PROPOSALS = st.lists(
    st.tuples(
        st.sampled_from([PolicyName("p"), PolicyName("q"), PolicyName("r")]), st.builds(Default, PATHS, SCALARS)
    ),
    max_size=5,
)


def proposal(policy: str, value: Any, path: tuple[str, ...] = LABEL) -> tuple[PolicyName, Default]:
    return PolicyName(policy), Default(path, value)


def test_a_default_is_applied_where_nothing_is() -> None:
    patches, conflicts = merge({"kind": "Pod"}, [proposal("p", "search")])
    assert patches == (Patch(path=LABEL, value="search", policies=(PolicyName("p"),)),)
    assert conflicts == ()
    assert apply({"kind": "Pod"}, patches) == {"kind": "Pod", "metadata": {"labels": {"team": "search"}}}


def test_what_is_there_stays() -> None:
    document = {"metadata": {"labels": {"team": "ads"}}}
    assert merge(document, [proposal("p", "search")]) == ((), ())


def test_null_is_nothing() -> None:
    document = {"metadata": {"labels": None}}
    patches, _ = merge(document, [proposal("p", "search")])
    assert apply(document, patches) == {"metadata": {"labels": {"team": "search"}}}


def test_equal_values_merge_and_name_all_policies() -> None:
    patches, conflicts = merge({}, [proposal("q", "x"), proposal("p", "x"), proposal("p", "x")])
    assert [patch.policies for patch in patches] == [("p", "q")]
    assert conflicts == ()


def test_different_values_conflict() -> None:
    patches, (conflict,) = merge({}, [proposal("p", "x"), proposal("q", "y")])
    assert patches == ()
    assert conflict == Conflict(
        path=LABEL, reason="policies disagree: 'x', 'y'", policies=(PolicyName("p"), PolicyName("q"))
    )


def test_true_and_one_are_different_values() -> None:
    _, conflicts = merge({}, [proposal("p", True), proposal("q", 1)])  # noqa: FBT003  # the value under test
    assert len(conflicts) == 1


def test_a_place_inside_another_defaults_value_conflicts() -> None:
    patches, (conflict,) = merge({}, [proposal("p", "x", ("a",)), proposal("q", "y", ("a", "b"))])
    assert [patch.path for patch in patches] == [("a",)]
    assert conflict.reason == "`a` has a default of its own"


def test_a_place_inside_what_is_no_object_conflicts() -> None:
    _, (conflict,) = merge({"metadata": {"labels": ["team"]}}, [proposal("p", "x")])
    assert conflict.reason == "it is inside something that is no object"


@given(OBJECTS, PROPOSALS, st.randoms(use_true_random=False))
def test_order_and_repetition_never_matter(document: dict[str, Any], asked: list[Any], random: Any) -> None:
    shuffled = asked + asked[:2]
    random.shuffle(shuffled)
    assert merge(document, shuffled) == merge(document, asked)


@given(OBJECTS, PROPOSALS)
def test_a_second_run_changes_nothing(document: dict[str, Any], asked: list[Any]) -> None:
    patches, conflicts = merge(document, asked)
    again, still = merge(apply(document, patches), asked)
    assert again == ()
    assert [conflict.path for conflict in still] == [conflict.path for conflict in conflicts]


@given(OBJECTS, PROPOSALS)
def test_only_places_with_nothing_are_written_and_the_original_is_kept(
    document: dict[str, Any], asked: list[Any]
) -> None:
    before = deepcopy(document)
    patches, _ = merge(document, asked)
    patched = apply(document, patches)
    assert document == before
    for patch in patches:
        assert lookup(document, patch.path) is None
        assert lookup(patched, patch.path) == patch.value
