"""Which policies can apply to an Intent, found without looking at the others.

Policies are kept by action and kind, then by area. An action or a kind that
no policy names falls together with all others that none names, so there are
only as many buckets as the policy set itself can tell apart.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from interlock.loading.compile import CompiledPolicy
from interlock.model.area import Area

Bucket = Mapping[Area, tuple[CompiledPolicy, ...]]

_OTHER = ""


@dataclass(frozen=True, slots=True)
class Index:
    """The policies of one set; `buckets` is filled as Intents ask."""

    policies: tuple[CompiledPolicy, ...]
    actions: frozenset[str]
    kinds: frozenset[str]
    buckets: dict[tuple[str, str], Bucket] = field(default_factory=dict)

    @classmethod
    def of(cls, policies: tuple[CompiledPolicy, ...]) -> "Index":
        """The index of `policies`."""
        matches = [compiled.policy.match for compiled in policies]
        return cls(
            policies,
            frozenset[str]().union(*(match.actions for match in matches)),
            frozenset[str]().union(*(match.kinds for match in matches)),
        )

    def candidates(self, action: str, kind: str) -> Bucket:
        """The policies whose actions and kinds include these, by area and in the set's order."""
        key = (action if action in self.actions else _OTHER, kind if kind in self.kinds else _OTHER)
        bucket = self.buckets.get(key)
        if bucket is None:
            bucket = self.buckets[key] = self._bucket(*key)
        return bucket

    def _bucket(self, action: str, kind: str) -> Bucket:
        found: dict[Area, list[CompiledPolicy]] = {}
        for compiled in self.policies:
            match = compiled.policy.match
            if (not match.actions or action in match.actions) and (not match.kinds or kind in match.kinds):
                found.setdefault(compiled.policy.area, []).append(compiled)
        return {area: tuple(members) for area, members in found.items()}
