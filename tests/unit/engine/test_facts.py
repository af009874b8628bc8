"""What a hold says of who it is for."""

from interlock.engine.facts import FACTS, facts_of
from support.budgets import call, engine_of, intent_of

ENGINE = engine_of()
ATTRIBUTION = {
    "organization": "acme",
    "team": "search",
    "project": "index",
    "useCase": "ranking",
    "environment": "production",
    "costCenter": "cc-1",
}
CALL = call(attribution=ATTRIBUTION, agent={"name": "bot"}, run={"id": "r1"}, principal={"id": "jane"})
POD = {
    "apiVersion": "v1",
    "kind": "Pod",
    "metadata": {"name": "trainer", "namespace": "search"},
    "spec": {"containers": [{"name": "a"}]},
}


def test_a_hold_says_who_acts_for_whom_and_with_what() -> None:
    assert facts_of(intent_of(ENGINE, CALL)) == {
        **ATTRIBUTION,
        "action": "model.chat",
        "principal": "jane",
        "agent": "bot",
        "run": "r1",
        "model": "priced",
        "provider": "acme",
    }


def test_exactly_the_facts_that_are_listed_are_told() -> None:
    told = {*facts_of(intent_of(ENGINE, CALL)), *facts_of(intent_of(ENGINE, POD))}
    assert sorted(told) == sorted(FACTS)


def test_a_name_is_cut_where_it_is_long() -> None:
    found = facts_of(intent_of(ENGINE, call(attribution={"team": "x" * 600})))
    assert found["team"] == "x" * 512
