"""Requests of an organization whose teams, projects, agents and runs all have accounts."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

from hypothesis import strategies as st

from interlock.identity import AccountName, Digest, HoldId, OrganizationName, RunId
from interlock.ledger.account import PARTS
from interlock.ledger.hold import Hold, Line, Memo, RunStep, Taking, hold_id, organization_of
from interlock.ledger.windows import span
from interlock.model.window import Calendar, Lifetime, Period, PerRun, Rolling, Window
from interlock.units import Instant, Milliseconds
from support.accounting.log import Log
from support.ledgers import HOUR, MINUTE


@dataclass(frozen=True, slots=True)
class Level:
    """Accounts of which a request draws on one at most."""

    name: str
    unit: str
    limit: int
    window: Window
    accounts: tuple[str, ...]

    def line(self, account: str, amount: int, limit: int | None, now: Instant) -> Line:
        """What a request at `now` takes of one of them."""
        place = span(self.window, now)
        return Line(
            account=AccountName(account),
            unit=self.unit,
            amount=amount,
            limit=limit,
            bucket=place.bucket,
            since=place.since,
            forgets=place.forgets,
        )


TOP: Final = Level("org", "tokens", 90, Lifetime(), ("org",))
"""Every request draws on it."""

BELOW: Final = (
    Level("team", "tokens", 40, Calendar(period=Period.DAY, zone="Europe/Berlin"), ("team/a", "team/b")),
    Level("project", "tokens", 30, Rolling(Milliseconds(HOUR)), ("project/a", "project/b")),
    Level("agent", "cost", 20, Calendar(period=Period.HOUR), ("agent/a", "agent/b")),
    Level("run", "tokens", 25, PerRun(Milliseconds(40 * MINUTE)), ("run/a", "run/b")),
)
LEVELS: Final = (TOP, *BELOW)
RUNS: Final = (RunId("r"), RunId("q"))
_PARTS: Final = st.sampled_from(
    (0, 2 * PARTS - 1, 5 * PARTS // 2, 7 * PARTS // 3, 9 * PARTS // 2, 31 * PARTS + 1)
)
ACTUALS: Final = st.fixed_dictionaries({}, optional=dict.fromkeys(("calls", "cost", "tokens"), _PARTS))
LASTS: Final = st.sampled_from((1, MINUTE, HOUR, 3 * HOUR, 26 * HOUR))
_AMOUNTS: Final = st.integers(0, 9)
_MEMOS: Final = st.sampled_from((None, None, *"klm")).flatmap(
    lambda key: st.none() if key is None else st.tuples(st.just(key), st.sampled_from("bbc"), LASTS)
)
_LIMITS: Final = st.sampled_from((1, 1, 1, 2, None))
"""What limits are divided by, or that there is none."""


def lines(now: Instant) -> tuple[Line, ...]:
    """One that asks for each account, and takes nothing."""
    return tuple(level.line(account, 0, None, now) for level in LEVELS for account in level.accounts)


def named(organization: OrganizationName, number: int) -> HoldId:
    """The id of one of its holds."""
    return hold_id(organization, number.to_bytes(4, "big"))


@st.composite
def scopes(draw: st.DrawFn) -> tuple[Level, ...]:
    """The levels and accounts that an organization has, so that few of them meet often."""
    levels = draw(st.lists(st.sampled_from(BELOW), min_size=1, unique=True))
    return tuple(replace(each, accounts=each.accounts[: draw(st.integers(1, 2))]) for each in levels)


@st.composite
def holds(draw: st.DrawFn, name: HoldId, scope: tuple[Level, ...], divisor: int | None, now: Instant) -> Hold:
    """A hold of up to five lines, one of them on the account that all draw on."""
    amounts = {"tokens": draw(_AMOUNTS), "cost": draw(_AMOUNTS)}
    levels = [TOP, *draw(st.lists(st.sampled_from(scope), min_size=1, unique=True))]
    return Hold(
        id=name,
        lines=tuple(
            level.line(
                draw(st.sampled_from(level.accounts)),
                amounts[level.unit],
                None if divisor is None else level.limit // divisor,
                now,
            )
            for level in levels
        ),
        expires=Instant(now + draw(LASTS)),
        facts={"team": draw(st.sampled_from(("search", "é😀\x00{}")))},
    )


@st.composite
def takings(
    draw: st.DrawFn, log: Log, names: Sequence[HoldId], scope: tuple[Level, ...], now: Instant
) -> Taking:
    """Up to as many holds as there are `names`, steps of runs, some from where they are not, and an answer."""
    divisor = draw(_LIMITS)
    some = names[: draw(st.sampled_from((1, 1, 1, 2, len(names), 0)))]
    steps = draw(st.dictionaries(st.sampled_from(RUNS), st.sampled_from((0, 0, 0, 0, 0, 0, 1)), max_size=2))
    memo = draw(_MEMOS)
    organization = organization_of(names[0])
    assert organization is not None
    return Taking(
        organization=organization,
        holds=tuple(draw(holds(name, scope, divisor, now)) for name in some),
        steps=tuple(
            RunStep(
                run=run,
                version=log.run(run, now).version + off,
                text=names[0],
                forgets=Instant(now + draw(LASTS)),
            )
            for run, off in steps.items()
        ),
        memo=None if memo is None else _memo(*memo, names[0], now),
    )


def _memo(key: str, body: str, lasts: int, answer: str, now: Instant) -> Memo:
    return Memo(key=Digest(key), body=Digest(body), answer=answer, forgets=Instant(now + lasts))
