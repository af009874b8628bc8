"""What was decided of one Intent, and everything that it rests on."""

from msgspec import Struct

from interlock.identity import Digest, LayerName, ObligationName, PolicyName, WaiverName
from interlock.model.area import Area
from interlock.model.balances import UNTOUCHED, Balances
from interlock.model.charge import Charge, Held, Uncharged
from interlock.model.limit import Bounds
from interlock.model.obligation import Due
from interlock.model.patch import Patch, Place
from interlock.model.ruling import Ruling
from interlock.model.verdict import Verdict
from interlock.units import Instant


class Demand(Struct, frozen=True):
    """A closed layer wants one item of an Intent permitted. `name` is what people call the item."""

    layer: LayerName
    area: Area
    item: str
    name: str = ""


class Limitation(Struct, frozen=True):
    """What all limits together leave of a measure of one item, and their policies, sorted."""

    of: str
    item: str
    bounds: Bounds
    policies: tuple[PolicyName, ...]


class Conflict(Struct, frozen=True, kw_only=True):
    """What policies want that can't be had together, why not, and the policies, sorted.

    `subject` is a place of the object, a limit or an obligation, as it is to be
    shown; of a place of the object `path` has the keys. `remedy` is what helps.
    """

    subject: str
    reason: str
    policies: tuple[PolicyName, ...]
    path: Place = ()
    remedy: str = "let the owners of these policies agree"


class Balance(Struct, frozen=True):
    """How many uses a counted waiver had left when it was decided whether it lifts something."""

    waiver: WaiverName
    left: int


class Decision(Struct, frozen=True, kw_only=True):
    """Allowed only if every layer allows it; the reasons why not are all there.

    Reasons are `denials`; `missing`, the demands of closed layers that no
    permit met; `conflicts`; `undischarged`, the obligations that the caller
    does not know how to meet; `charges` that do not fit; `uncharged`; what
    `kubernetes` denies; and `failure`.

    `permits` are all that enforced rules permit, whether or not a closed layer
    demands it. `errors` holds every errored verdict of enforced rules, ignored
    ones too. `warnings` and `audits` would be denials if their policies were
    enforced; `tried` is what else those policies say: permits, errors that would
    not deny, and violations that a waiver lifts. They change nothing. `patches`
    were made before anything was decided: what was decided is the object with
    them. `limits` are in force for what was
    decided, `obligations` bind whoever enforces the decision, and `advice` does not.
    `uses` are what counted waivers had left, of those that could lift something.
    `charges` are what the request draws on accounts, `uncharged` why that can't be
    told, and `held` what was reserved.
    Tuples are sorted by layer, policy, rule and item, so that equal inputs give equal bytes.
    """

    allowed: bool
    policy_set: Digest
    now: Instant
    denials: tuple[Verdict, ...] = ()
    missing: tuple[Demand, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    undischarged: tuple[ObligationName, ...] = ()
    permits: tuple[Verdict, ...] = ()
    waived: tuple[Verdict, ...] = ()
    errors: tuple[Verdict, ...] = ()
    warnings: tuple[Verdict, ...] = ()
    audits: tuple[Verdict, ...] = ()
    tried: tuple[Verdict, ...] = ()
    patches: tuple[Patch, ...] = ()
    limits: tuple[Limitation, ...] = ()
    obligations: tuple[Due, ...] = ()
    advice: tuple[Due, ...] = ()
    uses: tuple[Balance, ...] = ()
    charges: tuple[Charge, ...] = ()
    uncharged: tuple[Uncharged, ...] = ()
    held: Held | None = None
    kubernetes: Ruling | None = None
    """What Kubernetes' own policies say, which no layer has a part in; None where they were not asked."""
    found: Balances = UNTOUCHED
    """What was left of whatever is used up when this was decided."""
    failure: str = ""
    """Why the engine itself could not decide, such as a deadline; then it is a denial."""
    untried: str = ""
    """Why policies that are not enforced could not be tried; then nothing is known of what they would say."""
