"""What was decided of one Intent, and everything that it rests on."""

from msgspec import Struct

from interlock.identity import Digest, LayerName
from interlock.model.area import Area
from interlock.model.patch import Conflict, Patch
from interlock.model.verdict import Verdict
from interlock.units import Instant


class Demand(Struct, frozen=True):
    """A closed layer wants one item of an Intent permitted. `name` is what people call the item."""

    layer: LayerName
    area: Area
    item: str
    name: str = ""


class Decision(Struct, frozen=True, kw_only=True):
    """Allowed only if every layer allows it; `denials` and `missing` say why not, all of them.

    `permits` are what a closed layer's allowance rests on. `errors` holds every
    errored verdict of enforced rules, ignored ones too. `warnings` and `audits`
    would be denials if their policies were enforced; they change nothing. `patches` were applied
    before anything was decided: what was decided is the object with them. `conflicts` are defaults
    that could not be; each denies.
    `missing` are the demands of closed layers that no permit met.
    Tuples are sorted by layer, policy, rule and item, so that equal inputs give equal bytes.
    """

    allowed: bool
    policy_set: Digest
    now: Instant
    denials: tuple[Verdict, ...] = ()
    missing: tuple[Demand, ...] = ()
    permits: tuple[Verdict, ...] = ()
    waived: tuple[Verdict, ...] = ()
    errors: tuple[Verdict, ...] = ()
    warnings: tuple[Verdict, ...] = ()
    audits: tuple[Verdict, ...] = ()
    patches: tuple[Patch, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    failure: str = ""
    """Why the engine itself could not decide, such as a deadline; then it is a denial."""
