"""A statement of accounts: the JSON of how all accounts stand and what is held, for people to see.

The shapes are those of the wire, of which there is one: what the service
answers, and what the command line reads.
"""

from collections.abc import Iterable
from typing import Final, NotRequired

# Pydantic describes these to OpenAPI, and before Python 3.12 it can't read those of the standard library.
from typing_extensions import TypedDict

from interlock.engine.selection import Selection
from interlock.engine.standings import AccountStanding, Remainder, Standings
from interlock.identity import Digest
from interlock.instants import rfc3339
from interlock.ledger.answers import OpenHold
from interlock.ledger.hold import organization_of
from interlock.model.budget import Unit
from interlock.model.charge import Level
from interlock.units import Instant

MOST_ACCOUNTS: Final = 10_000
"""Accounts of a statement; whoever wants others asks for fewer at a time."""

MOST_HOLDS: Final = 1_000


class AccountRecord(TypedDict):
    """How one account of a budget in force stands, in whole units; times are RFC 3339."""

    organization: str
    budget: str
    unit: Unit
    key: str
    run: NotRequired[str]
    limit: int
    spent: int
    held: int
    left: int
    level: Level
    within: NotRequired[int]
    starts: NotRequired[str]
    ends: NotRequired[str]
    exhaustedAt: NotRequired[str]


class OtherRecord(TypedDict):
    """What is booked on an account that no budget in force has."""

    organization: str
    account: str
    spent: int
    held: int


class HoldRecord(TypedDict):
    """What is reserved until it `expires`, for whom, and how much of which account."""

    id: str
    expires: str
    facts: dict[str, str]
    amounts: dict[str, int]


class Omitted(TypedDict):
    """How many there are beyond those that are listed."""

    accounts: int
    others: int
    holds: int


class Statement(TypedDict):
    """How accounts stood at `time`, by the budgets of `policySet`."""

    time: str
    policySet: str
    accounts: list[AccountRecord]
    others: list[OtherRecord]
    holds: list[HoldRecord]
    omitted: Omitted


def statement(
    standings: Standings, holds: Iterable[OpenHold], selection: Selection, *, now: Instant, policy_set: Digest
) -> Statement:
    """What `selection` wants of `standings` and `holds`, up to the most that a statement has."""

    def is_wanted(hold: OpenHold) -> bool:
        organization = organization_of(hold.id)
        return any(selection.has_named(organization, name, standings.of_runs) for name in hold.amounts)

    accounts = [
        each
        for each in standings.accounts
        if selection.has(each.organization, each.charge.budget, each.charge.key)
    ]
    others = [
        each
        for each in standings.others
        if selection.has_named(each.organization, each.account, standings.of_runs)
    ]
    held = sorted(filter(is_wanted, holds), key=lambda each: (each.expires, each.id))
    return Statement(
        time=rfc3339(now),
        policySet=policy_set,
        accounts=[_account(each) for each in accounts[:MOST_ACCOUNTS]],
        others=[_other(each) for each in others[:MOST_ACCOUNTS]],
        holds=[_hold(each) for each in held[:MOST_HOLDS]],
        omitted=Omitted(
            accounts=max(len(accounts) - MOST_ACCOUNTS, 0),
            others=max(len(others) - MOST_ACCOUNTS, 0),
            holds=max(len(held) - MOST_HOLDS, 0),
        ),
    )


def _account(standing: AccountStanding) -> AccountRecord:
    charge = standing.charge
    record = AccountRecord(
        organization=standing.organization,
        budget=charge.budget,
        unit=charge.unit,
        key=charge.key,
        limit=charge.limit,
        spent=charge.spent,
        held=charge.held,
        left=charge.left,
        level=charge.level,
    )
    if standing.run is not None:
        record["run"] = standing.run
    if charge.within is not None:
        record["within"] = charge.within
    if standing.starts is not None:
        record["starts"] = rfc3339(standing.starts)
    if charge.ends is not None:
        record["ends"] = rfc3339(charge.ends)
    if standing.exhausted_at is not None:
        record["exhaustedAt"] = rfc3339(standing.exhausted_at)
    return record


def _other(remainder: Remainder) -> OtherRecord:
    standing = remainder.standing
    return OtherRecord(
        organization=remainder.organization,
        account=remainder.account,
        spent=standing.spent + (standing.parts > 0),
        held=standing.held,
    )


def _hold(hold: OpenHold) -> HoldRecord:
    return HoldRecord(
        id=hold.id,
        expires=rfc3339(hold.expires),
        facts=hold.facts,
        amounts={str(name): amount for name, amount in hold.amounts.items()},
    )
