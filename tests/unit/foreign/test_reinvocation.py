"""Which mutating policies are asked again, as the API server has it."""

from typing import Any, Final

from interlock.model.mutated import Mutated
from support.foreign.mutating import label, labels, mutated, mutating, patches, said
from support.foreign.policies import POD

IF_NEEDED: Final = {"reinvocationPolicy": "IfNeeded"}


def appending(name: str, **spec: Any) -> dict[str, Any]:
    """A policy that adds its name to a label, however often it is asked."""
    return mutating(
        labels(f"{{'asked': object.metadata.?labels.asked.orValue('') + '{name}'}}"), name=name, **spec
    )


def asked(made: Mutated) -> Any:
    return label(made, "asked")


def test_a_policy_that_may_be_asked_again_is_asked_once_more_where_something_changed_since() -> None:
    made = mutated(appending("a", **IF_NEEDED), appending("b"))
    assert asked(made) == "aba"
    assert [(each.policy, each.round) for each in made.rewrites] == [("a", 0), ("b", 0), ("a", 1)]


def test_a_policy_that_must_not_be_asked_again_is_not() -> None:
    assert asked(mutated(appending("a"), appending("b"))) == "ab"


def test_nobody_is_asked_a_third_time() -> None:
    assert asked(mutated(appending("a", **IF_NEEDED), appending("b", **IF_NEEDED))) == "abab"


def test_also_the_last_that_changed_the_object_is_asked_again_as_the_api_server_does() -> None:
    assert asked(mutated(appending("a", **IF_NEEDED))) == "aa"


def test_a_policy_is_asked_again_also_where_a_mutation_changed_nothing() -> None:
    # The API server takes an object for another one once a mutation was made, whatever it made.
    unmet = patches("op: 'test', path: '/metadata/name', value: 'nobody'")
    late = labels("{'round': object.metadata.?labels.asked.orValue('none')}")
    made = mutated(mutating(late, name="a", **IF_NEEDED), mutating(unmet, name="b"))
    assert label(made, "round") == "none"
    assert [each.round for each in made.rewrites] == [0]


def test_a_policy_that_was_not_asked_at_first_is_not_asked_later() -> None:
    once = [{"name": "a", "expression": "has(object.metadata.labels.asked)"}]
    made = mutated(appending("a", matchConditions=once, **IF_NEEDED), appending("b"))
    assert asked(made) == "b"


def test_a_policy_whose_conditions_are_met_no_more_is_not_asked_again() -> None:
    once = [{"name": "a", "expression": "!has(object.metadata.labels.asked)"}]
    assert asked(mutated(appending("a", matchConditions=once, **IF_NEEDED), appending("b"))) == "ab"


def test_a_policy_that_is_for_the_object_no_more_is_not_asked_again() -> None:
    first = appending("a", **IF_NEEDED)
    selecting = {"objectSelector": {"matchLabels": {"app": "web"}}}
    first["spec"]["matchConstraints"] = {**first["spec"]["matchConstraints"], **selecting}
    renamed = mutating(labels("{'app': 'other'}"), name="b")
    assert asked(mutated(first, renamed)) == "a"


def test_a_condition_that_fails_later_denies_also_for_a_policy_that_would_not_be_asked_again() -> None:
    failing = [{"name": "a", "expression": "!has(object.metadata.labels.asked) || object.nothing"}]
    made = mutated(appending("a", matchConditions=failing), appending("b"))
    (denial,) = said(made)
    assert "no such key: nothing" in denial


def test_who_is_denied_is_not_asked_again() -> None:
    made = mutated(appending("a", **IF_NEEDED), mutating(labels("{'x': object.nothing}"), name="b"))
    assert (asked(made), made.allowed) == ("a", False)


def test_without_any_policy_nothing_happens() -> None:
    assert mutated().object == POD
