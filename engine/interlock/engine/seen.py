"""What expressions see of accounts and runs in one decision."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from interlock.cel.tree import variables
from interlock.engine.history import history
from interlock.identity import RunId
from interlock.loading.compiled import CompiledPolicy
from interlock.loading.environments import SEEN
from interlock.model.charge import Charge
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.seen import NOTHING_SEEN, Headroom, Seen
from interlock.units import Instant

_RUN: Final = "run"


def seen_by(intent: Intent, charges: Sequence[Charge], runs: Mapping[RunId, str], now: Instant) -> Seen:
    """What policies on `intent` see: each account that it draws on, and its run."""
    if not charges and "run" not in intent:
        return NOTHING_SEEN
    return Seen([_headroom(charge) for charge in charges], history(intent, runs, now))


def seen_in(decision: Decision, intent: Intent) -> Seen:
    """What policies saw when `decision` was made on `intent`."""
    return seen_by(intent, decision.charges, decision.found.runs, decision.now)


def reads_run(compiled: CompiledPolicy) -> bool:
    """Whether any expression of the policy reads what runs did."""
    return any(_RUN in read for read in _read(compiled))


def reads_seen(compiled: CompiledPolicy) -> bool:
    """Whether any expression of the policy reads what runs did, or how accounts stand."""
    return any(not SEEN.keys().isdisjoint(read) for read in _read(compiled))


def _read(compiled: CompiledPolicy) -> Iterator[frozenset[str]]:
    """The variables that each expression of the policy reads."""
    messages = (rule.message for rule in compiled.rules if rule.message is not None)
    changes = (mutation.when for mutation in compiled.mutations if mutation.when is not None)
    programs = (*(program for _, program in compiled.deciding), *messages, *changes)
    return (variables(program.node) for program in programs)


def _headroom(charge: Charge) -> Headroom:
    used = charge.spent + charge.held
    return {
        "budget": charge.budget,
        "unit": charge.unit.value,
        "key": charge.key,
        "limit": charge.limit,
        "spent": charge.spent,
        "held": charge.held,
        "left": charge.left,
        "usedPercent": used * 100 // charge.limit if charge.limit else 100,
    }
