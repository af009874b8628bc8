"""Which violations a waiver lifts.

A waiver never grants, never lifts an error and never reaches a layer above
its own. Whether its scope holds for an Intent is asked, not known here; an
errored scope doesn't.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from interlock.model.layers import Layers
from interlock.model.verdict import VIOLATED, Verdict
from interlock.model.waiver import Waiver
from interlock.units import Instant


def lift(
    verdict: Verdict,
    waivers: Iterable[Waiver],
    layers: Layers,
    *,
    now: Instant,
    covers: Callable[[Waiver], bool],
) -> Verdict:
    """`verdict`, naming the waiver that lifts it if one does; the first by name where several do."""
    if verdict.outcome is not VIOLATED:
        return verdict
    lifting = [
        waiver.name
        for waiver in waivers
        if waiver.is_in_force(now)
        and layers.reaches(waiver.layer, verdict.rule.layer)
        and _names(waiver, verdict)
        and covers(waiver)
    ]
    return replace(verdict, waiver=min(lifting)) if lifting else verdict


def _names(waiver: Waiver, verdict: Verdict) -> bool:
    """Whether the waiver is for exactly this rule, as it stood when the waiver was approved."""
    rule = verdict.rule
    return any(
        (waived.policy, waived.rule, waived.digest) == (rule.policy, rule.rule, rule.digest)
        for waived in waiver.rules
    )
