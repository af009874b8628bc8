"""Which rules the cases made true, false or fail, and which never said anything."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from interlock.engine.consult import Consulted
from interlock.loading.compile import CompiledPolicy
from interlock.model.verdict import RuleId


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleCoverage:
    """How often one rule was true, false or failed, over all items of all cases.

    `is_exercised` says whether it denied or permitted at least once.
    """

    rule: RuleId
    true: int
    false: int
    errors: int
    is_exercised: bool


@dataclass(slots=True)
class Coverage:
    """Counts that grow case by case."""

    _seen: dict[RuleId, Counter[str]] = field(default_factory=dict)

    def expect(self, policies: Iterable[CompiledPolicy]) -> None:
        """The rules of `policies` are under test, whether or not a case reaches them."""
        for compiled in policies:
            for rule in compiled.rules:
                self._seen.setdefault(rule.id, Counter())

    def add(self, consulted: Iterable[Consulted]) -> None:
        """Count what rules under test said."""
        for one in consulted:
            if one.applies is not False and one.rule.id in self._seen:
                self._seen[one.rule.id].update(_marks(one))

    def rules(self) -> tuple[RuleCoverage, ...]:
        """Every rule under test, by file and position."""
        return tuple(
            RuleCoverage(
                rule=rule,
                true=seen["true"],
                false=seen["false"],
                errors=seen["error"],
                is_exercised=seen["spoke"] > 0,
            )
            for rule, seen in sorted(self._seen.items(), key=lambda pair: (pair[0].span, pair[0].rule))
        )


def _marks(one: Consulted) -> Iterator[str]:
    if one.error:
        yield "error"
        return
    yield "true" if one.value is True else "false"
    if one.is_speaking:
        yield "spoke"
