"""Ledgers in memory that are wrong in one place each, made from the engine's own source."""

import sys
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Final

from msgspec import Struct

from interlock.ledger.ledger import Ledger
from support.ledgers import Opened

_BOOK: Final = "interlock.ledger.book"
_ACCOUNT: Final = "interlock.ledger.account"
_MEMORY: Final = "interlock.ledger.stores.memory"
_MODULES: Final = (_ACCOUNT, _BOOK, "interlock.ledger.views", _MEMORY)
"""What a ledger in memory is made of, each before those that import it."""

_FITS: Final = "line.limit is not None and found.used + amount > line.limit"


class Mutant(Struct, frozen=True):
    """What is wrong, and how it got so: `before` is in the module once."""

    name: str
    before: str
    after: str
    module: str = _BOOK


MUTANTS: Final = (
    Mutant("only the leaf is looked at", _FITS, f"{_FITS} and line is hold.lines[-1]"),
    Mutant("only the root is looked at", _FITS, f"{_FITS} and line is hold.lines[0]"),
    Mutant("the last unit can't be held", _FITS, _FITS.replace(">", ">=")),
    Mutant("what is held is not looked at", _FITS, _FITS.replace("used", "spent")),
    Mutant(
        "a group is looked at one by one",
        "taken.get(line.account, 0) + line.amount",
        "line.amount",
    ),
    Mutant("what does not fit is held all the same", "if isinstance(found, Short):", "if False:"),
    Mutant(
        "what does not fit is held until it doesn't",
        "    found = _fitting(book, taking.holds, now)\n",
        "    found = _fitting(book, taking.holds, now)\n"
        "    for line in [line for hold in taking.holds for line in hold.lines][:1]:\n"
        "        _bucket(book, line, now).hold(line.amount if isinstance(found, Short) else 0)\n",
    ),
    Mutant("an id is taken again", "any(hold.id in book.holds for hold in taking.holds)", "False"),
    Mutant("the memo is not looked at", "found[0].forgets <= now", "True"),
    Mutant("the memo's body is not looked at", "memo.body == body", "True"),
    Mutant("the memo is kept for ever", "if found is None or found[0].forgets <= now:", "if found is None:"),
    Mutant("a run's version is not compared", "book.run(step.run, now).version != step.version", "False"),
    Mutant("a run's version stays", "version=step.version + 1", "version=step.version"),
    Mutant(
        "it is settled again",
        "if before is not SETTLED:\n        if before is OPEN",
        "if True:\n        if before is OPEN",
    ),
    Mutant(
        "what is settled is at most what was held",
        "actual.get(line.unit, line.amount * PARTS)",
        "min(actual.get(line.unit, line.amount * PARTS), line.amount * PARTS)",
    ),
    Mutant(
        "a unit that nobody states is free",
        "actual.get(line.unit, line.amount * PARTS)",
        "actual.get(line.unit, 0)",
    ),
    Mutant(
        "what is settled stays held",
        "if before is OPEN:\n            _give_back(book, kept)\n        for",
        "for",
    ),
    Mutant("another use is taken for the same", "before is SETTLED and kept.actual != actual", "False"),
    Mutant("what expired is not settled", "if before is RELEASED or", "if before in (RELEASED, EXPIRED) or"),
    Mutant(
        "it is given back twice",
        "        _give_back(book, kept)\n        kept.end(RELEASED",
        "        _give_back(book, kept)\n        _give_back(book, kept)\n        kept.end(RELEASED",
    ),
    Mutant(
        "it is released again",
        "if before is OPEN:\n        _give_back",
        "if before is not EXPIRED:\n        _give_back",
    ),
    Mutant(
        "it is given back to the leaf alone",
        "book.booked(kept):\n        bucket.give_back",
        "list(book.booked(kept))[-1:]:\n        bucket.give_back",
    ),
    Mutant("a hold expires too late", "book.due[0][0] <= now", "book.due[0][0] < now"),
    Mutant("a hold expires too early", "book.due[0][0] <= now", "book.due[0][0] <= now + 1"),
    Mutant(
        "what expired stays held",
        "            _give_back(book, kept)\n            kept.end(EXPIRED",
        "            kept.end(EXPIRED",
    ),
    Mutant("an extended hold expires as before", " and kept.expires == expires", ""),
    Mutant("what has expired is extended", "kept.status is not OPEN:", "kept.status in (SETTLED, RELEASED):"),
    Mutant("extending shortens", "if expires > kept.expires:", "if True:"),
    Mutant("a bucket that began anew is changed by what was before", " and bucket.made <= kept.taken", ""),
    Mutant(
        "a bucket is forgotten as its first line says", "elif line.forgets > bucket.forgets:", "elif False:"
    ),
    Mutant(
        "a bucket is found again after its end", "bucket is None or bucket.forgets <= now", "bucket is None"
    ),
    Mutant("what was settled is soon forgotten", "kept.forgets > now}", "kept.forgets > now + 7_200_000}"),
    Mutant(
        "parts are dropped",
        "whole, self.parts = divmod(self.parts + actual, PARTS)",
        "whole = actual // PARTS",
        _ACCOUNT,
    ),
    Mutant(
        "money is a float",
        "self.spent = min(self.spent + whole, MOST)",
        "self.spent = self.spent + whole / 1",
        _ACCOUNT,
    ),
    Mutant(
        "the oldest bucket does not count",
        "        if start >= since and",
        "        if start > since and",
        _ACCOUNT,
    ),
    Mutant("a bucket counts too long", "start >= since and only.forgets > now", "start >= since", _ACCOUNT),
    Mutant("parts of many buckets don't add up", "spent + parts // PARTS", "spent", _ACCOUNT),
)


def mutated(mutant: Mutant) -> Opened:
    """How to open a ledger that has what is wrong with `mutant`."""
    before = {name: import_module(name) for name in _MODULES}
    try:
        for name in _MODULES:
            sys.modules[name] = _made(name, mutant)
        memory = sys.modules[_MEMORY]
        vars(memory)["book"] = sys.modules[_BOOK]
    finally:
        sys.modules.update(before)
    ledger: Ledger = memory.MemoryLedger()

    async def opened() -> Ledger:
        return ledger

    return opened


def _made(name: str, mutant: Mutant) -> ModuleType:
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    source = Path(spec.origin).read_text(encoding="utf-8")
    if name == mutant.module:
        assert source.count(mutant.before) == 1, f"`{mutant.before}` is not once in {name}"
        source = source.replace(mutant.before, mutant.after)
    made = ModuleType(name)
    sys.modules[name] = made
    exec(compile(source, spec.origin, "exec"), vars(made))  # noqa: S102 - it is the engine's own source
    return made
