"""Rounds of load, a kill in the middle of it and a restart: is all that was acknowledged there, once?"""

import asyncio
from contextlib import closing
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from chaos.callers import Ask, finish, load
from chaos.notes import ENDED, Bounds, Note, bounds
from chaos.targets import Target, serving
from chaos.wire import Insistent, Wire

_SHORTEST: Final = 0.05
LONGEST: Final = 1.2
"""Seconds of load before a kill, at most."""

_RESOLVERS: Final = 16
_EXPIRED: Final = 1.1
"""Seconds from when on nothing is held that was held for a second."""


@dataclass(slots=True)
class Tally:
    """What the rounds of a target came to; `problems` say what must not be."""

    rounds: int = 0
    requests: int = 0
    holds: int = 0
    denials: int = 0
    ends: int = 0
    again: int = 0
    lost: int = 0
    twice: int = 0
    over: int = 0
    stuck: int = 0
    problems: list[str] = field(default_factory=list)

    def count(self, what: str, problem: str) -> None:
        """One more of `what` must not be."""
        setattr(self, what, getattr(self, what) + 1)
        self.problems.append(f"{what}: {problem}")


def tally(target: Target, rounds: int, random: Random, longest: float = LONGEST) -> Tally:
    """What comes of so many rounds, with a kill after `longest` seconds at most."""
    found = Tally()
    before = Wire.asked
    with serving(target) as (service, victim):
        for number in range(rounds):
            organization, seconds = f"organization-{number}", random.uniform(_SHORTEST, longest)
            notes = asyncio.run(load(service.url, organization, random, victim.kill, seconds))
            victim.start()
            asyncio.run(_examine(service.url, organization, notes, found))
    found.requests = Wire.asked - before
    return found


async def _examine(url: str, organization: str, notes: list[Note], found: Tally) -> None:
    """Add to `found` what the service has of `notes`, at once and when nothing is to be held any more."""
    found.rounds += 1
    found.holds += sum(note.hold is not None for note in notes)
    found.denials += sum(note.answer is not None and note.hold is None for note in notes)
    found.ends += sum(note.is_ended for note in notes)
    path = f"/v1/budgets?organization={organization}"
    with closing(Insistent(url)) as asking:
        _, before = await asking.ask(path)
        compare(before, bounds(notes), found)
        await asyncio.gather(*(_resolve(url, notes[each::_RESOLVERS], found) for each in range(_RESOLVERS)))
        await asyncio.sleep(_EXPIRED)
        _, after = await asking.ask(path)
    compare(after, bounds(notes), found)
    for left in [*after["holds"], *(each for each in after["accounts"] if each["held"])]:
        found.count("stuck", f"{left}")


def compare(statement: dict[str, Any], known: Bounds, found: Tally) -> None:
    """Count the accounts of `statement` that are beyond their limit, or not as clients know them."""
    accounts = {(each["budget"], each.get("run", each["key"])): each for each in statement["accounts"]}
    for account in known.most_spent:
        each = accounts.get(account, {"spent": 0, "held": 0, "limit": 0})
        spent, held = each["spent"], each["held"]
        if spent + held > each["limit"]:
            found.count("over", f"{each}")
        if spent < known.spent[account] or held < known.held[account]:
            found.count("lost", f"{each}, of {known.spent[account]} spent and {known.held[account]} held")
        if spent > known.most_spent[account] or held > known.most_held[account]:
            found.count(
                "twice", f"{each}, of at most {known.most_spent[account]} and {known.most_held[account]}"
            )


async def _resolve(url: str, notes: list[Note], found: Tally) -> None:
    """Ask for all of `notes` again, and do what was left undone."""
    with closing(Insistent(url)) as asking:
        for note in notes:
            await _repeat(note, asking.ask, found)
            if note.hold is not None and note.end is not None:
                await _end(note, asking.ask, found)


async def _repeat(note: Note, ask: Ask, found: Tally) -> None:
    """Check once more, which has to be answered as it was."""
    _, again = await ask("/v1/check", note.check)
    if note.answer is None:
        note.answer = again
    elif again == note.answer:
        found.again += 1
    else:
        found.count("lost", f"{note.answer} is now {again}")
    if note.hold is not None and any(
        each["held"] + each["spent"] + note.amount > each["limit"] for each in again["budgets"]
    ):
        found.count("over", f"{again}")


async def _end(note: Note, ask: Ask, found: Tally) -> None:
    """End the hold, which was ended before if that was acknowledged, and was open if nobody asked for it."""
    was_ended, was_sent = note.is_ended, note.was_sent
    was = await finish(note, ask)
    ended = {ENDED[note.path]}
    expected = ended if was_ended else ended | {"open"} if was_sent else {"open"}
    if was not in expected:
        found.count("lost", f"{note} was `{was}`")
    found.again += was_ended
    if was_ended and note.path == "/v1/settle":
        status, _ = await ask(note.path, {"hold": note.hold, "used": {"tokens": note.used + 1}})
        if status != 409:
            found.count("twice", f"{note} was settled again")
