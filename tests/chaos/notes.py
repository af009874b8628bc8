"""What clients know: what they asked for, what was acknowledged, and what they want next of each hold."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final, TypeAlias
from uuid import uuid4

Account: TypeAlias = tuple[str, str]
"""A budget, and the key or the run that has an account of it."""

ENDED: Final = {"/v1/settle": "settled", "/v1/release": "released"}
"""What a hold is once it was ended there."""

_SHORT: Final = "1s"
_LONG: Final = "10m"
_READ: Final = 4
"""Tokens that are read of an empty message."""


@dataclass(slots=True)
class Note:
    """One check and what is to become of its hold.

    `end` is the path of what ends it and the body of that without the hold;
    None where it is to expire. `extends` says that it is to last longer first,
    `waits` that it is still open when somebody is killed.
    """

    check: dict[str, Any]
    accounts: tuple[Account, ...]
    amount: int
    end: tuple[str, dict[str, Any]] | None
    extends: bool = False
    waits: bool = False
    answer: dict[str, Any] | None = None
    was_sent: bool = False
    is_ended: bool = False

    @property
    def hold(self) -> str | None:
        """The id of its hold, where one is known."""
        return self.answer["hold"]["id"] if self.answer and "hold" in self.answer else None

    @property
    def path(self) -> str:
        """Where it is ended."""
        return "" if self.end is None else self.end[0]

    @property
    def used(self) -> int:
        """What is spent once it is ended."""
        return 0 if self.end is None else int(self.end[1].get("used", {}).get("tokens", 0))

    @property
    def is_held(self) -> bool:
        """Whether its hold has to be there whatever was lost."""
        return self.hold is not None and self.end is not None and not self.was_sent

    @property
    def may_be_held(self) -> bool:
        """Whether its hold may be there."""
        return not self.is_ended and (self.answer is None or self.hold is not None)


def wanted(organization: str, random: Random) -> Note:
    """A check of some run of `organization`, and something that is to become of its hold."""
    run = random.randrange(16)
    team, project, agent = f"team-{run % 2}", f"project-{run % 4}", f"agent-{run % 8}"
    most = random.randrange(10, 100)
    fate = random.choice(("settle", "settle", "release", "extend", "wait", "expire"))
    used = {"used": {"tokens": random.randrange(most)}}
    ends: dict[str, tuple[str, dict[str, Any]] | None] = {"release": ("/v1/release", {}), "expire": None}
    check = {
        "chat": {"model": "priced", "messages": [{"role": "user", "content": ""}], "max_tokens": most},
        "caller": {
            "attribution": {"organization": organization, "team": team, "project": project},
            "agent": {"name": agent},
            "run": {"id": f"run-{run}"},
        },
        "holdFor": _SHORT if fate == "expire" else _LONG,
        "idempotencyKey": str(uuid4()),
    }
    keys = {"organization": "", "team": team, "project": project, "agent": agent, "run": f"run-{run}"}
    return Note(
        check=check,
        accounts=tuple(keys.items()),
        amount=most + _READ,
        end=ends.get(fate, ("/v1/settle", used)),
        extends=fate == "extend",
        waits=fate == "wait",
    )


@dataclass(slots=True)
class Bounds:
    """The least and the most that can be spent and held of each account, by what clients know."""

    spent: Counter[Account] = field(default_factory=Counter)
    most_spent: Counter[Account] = field(default_factory=Counter)
    held: Counter[Account] = field(default_factory=Counter)
    most_held: Counter[Account] = field(default_factory=Counter)


def bounds(notes: Iterable[Note]) -> Bounds:
    """What acknowledgements demand, and with what was in flight what they permit."""
    found = Bounds()
    for note in notes:
        for account in note.accounts:
            found.spent[account] += note.used * note.is_ended
            found.most_spent[account] += note.used * note.was_sent
            found.held[account] += note.amount * note.is_held
            found.most_held[account] += note.amount * note.may_be_held
    return found
