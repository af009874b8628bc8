"""Which policies can apply to an Intent, found without looking at the others.

Policies are kept by action and kind, then by area. An action or a kind that
no policy names falls together with all others that none names, so there are
only as many buckets as the policy set itself can tell apart.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from interlock.cel.cost.ceiling import Extent
from interlock.cel.cost.guard import LARGEST, Guard
from interlock.cel.environment import Environment, Sieve
from interlock.identity import PolicyName
from interlock.loading.compiled import CompiledPolicy, CompiledRule
from interlock.loading.policyset import PolicySet
from interlock.model.area import Area
from interlock.model.costs import CostLimits

_OTHER: Final = ""

_BATCH: Final = 32
"""How many rules are asked between two looks at the deadline."""


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """One rule, ready to be asked; `silent` is the value that says nothing."""

    silent: bool
    compiled: CompiledPolicy
    rule: CompiledRule


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """Rules that are asked together: `sieve` finds the few of them that say something or fail."""

    lines: tuple[Line, ...]
    sieve: Sieve


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """The policies on one area that can apply; `variable` is what its items are bound to.

    `open` has the rules of those that always do and have no variables, which
    is most; `guarded` are the policies that need a look of their own first,
    that have limits, or whose expressions may together cost more than a policy's may.
    """

    area: Area
    variable: str
    open: tuple[Batch, ...]
    guarded: tuple[tuple[CompiledPolicy, tuple[Line, ...]], ...]
    tight: frozenset[PolicyName]
    guards: tuple[Guard, ...]
    most: int
    """What asking all of them about one item costs at most, whatever it is."""
    _costs: dict[Extent, int] = field(default_factory=dict)

    def cost(self, extent: Extent) -> int:
        """What asking all of them about one item costs at most, over data of `extent`."""
        if extent not in self._costs:
            self._costs[extent] = sum(guard.cost(extent) for guard in self.guards)
        return self._costs[extent]


Bucket = tuple[Candidates, ...]
"""What can apply to Intents of one action and kind, by area."""


@dataclass(frozen=True, slots=True)
class Index:
    """The policies of one set, enforced or not; `buckets` is filled as Intents ask."""

    policies: tuple[CompiledPolicy, ...]
    environments: Mapping[Area, Environment]
    costs: CostLimits
    actions: frozenset[str]
    kinds: frozenset[str]
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: PolicySet, compiled: Iterable[CompiledPolicy]) -> "Index":
        """The index of those `compiled` policies of `policies`."""
        members = tuple(compiled)
        matches = [each.policy.match for each in members]
        return cls(
            members,
            policies.environments,
            policies.costs,
            frozenset[str]().union(*(match.actions for match in matches)),
            frozenset[str]().union(*(match.kinds for match in matches)),
        )

    def candidates(self, action: str, kind: str) -> Bucket:
        """What can apply to Intents of this action and kind, by area."""
        if not self.policies:
            return ()
        key = (action if action in self.actions else _OTHER, kind if kind in self.kinds else _OTHER)
        bucket = self.buckets.get(key)
        if bucket is None:
            bucket = self.buckets[key] = self._bucket(*key)
        return bucket

    def _bucket(self, action: str, kind: str) -> Bucket:
        found: dict[Area, list[CompiledPolicy]] = {}
        for compiled in self.policies:
            if compiled.policy.match.covers(action, kind):
                found.setdefault(compiled.policy.area, []).append(compiled)
        return tuple(self._candidates(area, members) for area, members in found.items())

    def _candidates(self, area: Area, policies: list[CompiledPolicy]) -> Candidates:
        tight = frozenset(compiled.policy.name for compiled in policies if self._is_tight(compiled))
        guarded = [
            compiled
            for compiled in policies
            if compiled.when is not None
            or compiled.variables
            or compiled.limits
            or compiled.policy.name in tight
        ]
        lines = tuple(line for compiled in policies if compiled not in guarded for line in _lines(compiled))
        environment = self.environments[area]
        guards = tuple(guard for compiled in policies for guard in compiled.guards)
        return Candidates(
            area=area,
            variable=area.variable,
            open=tuple(_batch(environment, lines[at : at + _BATCH]) for at in range(0, len(lines), _BATCH)),
            guarded=tuple((compiled, _lines(compiled)) for compiled in guarded),
            tight=tight,
            guards=guards,
            most=sum(guard.cost(LARGEST) for guard in guards),
        )

    def _is_tight(self, compiled: CompiledPolicy) -> bool:
        """Whether the expressions of a policy may cost more than it may, each within its own limit."""
        return sum(guard.cost(LARGEST) for guard in compiled.guards) > self.costs.policy


def _batch(environment: Environment, lines: tuple[Line, ...]) -> Batch:
    return Batch(lines, environment.sieve([(line.rule.program, line.silent) for line in lines]))


def _lines(compiled: CompiledPolicy) -> tuple[Line, ...]:
    return tuple(Line(not rule.id.effect.speaking, compiled, rule) for rule in compiled.rules)
