"""What is true of mutating policies, whatever they are."""

from dataclasses import dataclass, field, replace
from functools import cache
from typing import Any, Final

from hypothesis import given
from hypothesis import strategies as st

from interlock.foreign.compiled import CompiledMutating
from interlock.foreign.mutate import mutate
from interlock.foreign.review import Review
from interlock.foreign.rewrites import rewritten
from interlock.model.mutated import Mutated
from support.foreign.mutating import bind, labels, mutating, patches
from support.foreign.policies import CLUSTER, POD, read
from support.foreign.requests import allow, request_for

LENGTH: Final = "string(size(object.metadata.labels.trace))"
MUTATIONS: Final = {
    "append": labels("{'trace': object.metadata.labels.trace + 'x'}"),
    "count": labels(f"{{'count': {LENGTH}}}"),
    "reset": patches("op: 'replace', path: '/metadata/labels/trace', value: ''"),
    "unmet": patches(
        "op: 'test', path: '/metadata/labels/trace', value: 'never'",
        "op: 'remove', path: '/metadata/labels/trace'",
    ),
    "fail": labels("{'trace': object.nothing}"),
}
CONDITIONS: Final = {
    "always": "true",
    "short": "size(object.metadata.labels.trace) < 2",
    "long": "size(object.metadata.labels.trace) >= 2",
}


@dataclass(frozen=True)
class Wanted:
    """A policy, in the words of its parts."""

    mutations: tuple[str, ...]
    condition: str
    ignores: bool
    may_be_asked_again: bool


@dataclass
class Model:
    """The API server's loop over two labels, told in another way: by a log of who was asked and when."""

    trace: str = ""
    count: str = ""
    failed: int = 0
    asked: list[tuple[int, int]] = field(default_factory=list)
    last_change: int = -1
    steps: int = 0

    def run(self, policies: list[Wanted]) -> None:
        for round_ in (0, 1):
            made = [self.ask(number, each, round_) for number, each in enumerate(policies)]
            if any(made):
                self.last_change = self.steps
            if self.failed or self.last_change < 0:
                return

    def ask(self, number: int, wanted: Wanted, round_: int) -> bool:
        met = {"always": True, "short": len(self.trace) < 2, "long": len(self.trace) >= 2}[wanted.condition]
        if not met or (round_ and not self.is_due(number)):
            return False
        before = (self.trace, self.count)
        made = [self.do(each, wanted) for each in wanted.mutations]
        self.steps += 1
        if (self.trace, self.count) != before:
            self.last_change = self.steps - 1
        if wanted.may_be_asked_again and not round_:
            self.asked.append((number, self.steps))
        return any(made)

    def is_due(self, number: int) -> bool:
        return any(who == number and when <= self.last_change for who, when in self.asked)

    def do(self, mutation: str, wanted: Wanted) -> bool:
        match mutation:
            case "append":
                self.trace += "x"
            case "count":
                self.count = str(len(self.trace))
            case "reset":
                self.trace = ""
            case "fail":
                self.failed += not wanted.ignores
                return False
            case _:
                pass
        return True


WANTED: Final = st.builds(
    Wanted,
    mutations=st.lists(st.sampled_from(sorted(MUTATIONS)), min_size=1, max_size=2).map(tuple),
    condition=st.sampled_from(sorted(CONDITIONS)),
    ignores=st.booleans(),
    may_be_asked_again=st.booleans(),
)


@cache
def _compiled(number: int, wanted: Wanted) -> CompiledMutating:
    document = mutating(
        *(MUTATIONS[each] for each in wanted.mutations),
        name=f"p{number}",
        matchConditions=[{"name": "c", "expression": CONDITIONS[wanted.condition]}],
        failurePolicy="Ignore" if wanted.ignores else "Fail",
        reinvocationPolicy="IfNeeded" if wanted.may_be_asked_again else "Never",
    )
    (made,) = read(document, bind(f"p{number}")).mutating
    return made


START: Final[dict[str, Any]] = {**POD, "metadata": {**POD["metadata"], "labels": {"trace": "", "count": ""}}}


def made_by(policies: list[Wanted]) -> Mutated:
    compiled = [_compiled(number, each) for number, each in enumerate(policies)]
    return mutate(compiled, Review(request_for(START), CLUSTER, allow))


POLICIES: Final = st.lists(WANTED, max_size=4)


@given(POLICIES)
def test_policies_make_what_the_loop_of_the_api_server_makes(policies: list[Wanted]) -> None:
    made, model = made_by(policies), Model()
    model.run(policies)
    assert len(made.denials) == model.failed
    assert made.object is not None
    assert made.object["metadata"]["labels"] == {"trace": model.trace, "count": model.count}


@given(POLICIES)
def test_no_policy_is_asked_more_than_twice_and_none_twice_before_all_are_asked(
    policies: list[Wanted],
) -> None:
    made = made_by(policies)
    told = [(each.round, each.policy) for each in made.rewrites]
    assert told == sorted(set(told))
    assert {round_ for round_, _ in told} <= {0, 1}
    again = {f"p{number}" for number, each in enumerate(policies) if each.may_be_asked_again}
    assert {policy for round_, policy in told if round_} <= again


@given(POLICIES)
def test_what_is_told_makes_the_object_of_the_object(policies: list[Wanted]) -> None:
    made = made_by(policies)
    assert rewritten(START, made.rewrites) == made.object


@given(POLICIES)
def test_policies_that_ignore_their_errors_deny_nothing(policies: list[Wanted]) -> None:
    assert made_by([replace(each, ignores=True) for each in policies]).allowed
