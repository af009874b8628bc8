"""Which violations a waiver lifts.

A waiver never grants, never lifts an error and never reaches a layer above
its own. Whether it covers an Intent, with its scope and with a use where they
are counted, is asked, not known here; an errored scope doesn't.
"""

from collections.abc import Callable, Iterable

from msgspec.structs import replace

from interlock.identity import WaiverName
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
    """`verdict`, naming the waiver that lifts it if one does.

    Where several do, it is one whose uses nobody counts, and of those the first
    by name. The others are not asked whether they cover.
    """
    if verdict.outcome is not VIOLATED:
        return verdict
    lifting = [
        waiver
        for waiver in waivers
        if waiver.is_in_force(now)
        and layers.reaches(waiver.layer, verdict.rule.layer)
        and _names(waiver, verdict)
    ]
    for waiver in sorted(lifting, key=_by_preference):
        if covers(waiver):
            return replace(verdict, waiver=waiver.name)
    return verdict


def _by_preference(waiver: Waiver) -> tuple[bool, WaiverName]:
    return waiver.max_uses is not None, waiver.name


def _names(waiver: Waiver, verdict: Verdict) -> bool:
    """Whether the waiver is for exactly this rule, as it stood when the waiver was approved."""
    rule = verdict.rule
    return any(
        (waived.policy, waived.rule, waived.digest) == (rule.policy, rule.rule, rule.digest)
        for waived in waiver.rules
    )
