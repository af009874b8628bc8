"""The tables of a ledger in SQLite, and how what it keeps is written in their rows and read back. Pure.

What is held is not said of accounts: it is what open holds say. Numbers that
can be beyond 64 bits, what was really used, are text.
"""

from collections.abc import Sequence
from typing import Any, Final, TypeAlias

import msgspec

from interlock.identity import AccountName, Digest, OrganizationName, RunId
from interlock.ledger.account import Bucket
from interlock.ledger.answers import Settlement
from interlock.ledger.book import Kept, Run
from interlock.ledger.hold import Hold, Line, Memo, Status
from interlock.model.balances import Standing
from interlock.units import Instant

FORMAT: Final = 1

_ACCOUNTS: Final = """
CREATE TABLE accounts (
    organization TEXT,
    account TEXT,
    bucket INTEGER,
    made INTEGER NOT NULL,
    forgets INTEGER NOT NULL,
    spent INTEGER NOT NULL,
    parts INTEGER NOT NULL,
    PRIMARY KEY (organization, account, bucket)
) WITHOUT ROWID
"""
_HOLDS: Final = """
CREATE TABLE holds (
    number INTEGER PRIMARY KEY,
    id TEXT NOT NULL,
    organization TEXT NOT NULL,
    taken INTEGER NOT NULL,
    status TEXT NOT NULL,
    expires INTEGER NOT NULL,
    ended INTEGER,
    forgets INTEGER,
    actual TEXT,
    lines TEXT NOT NULL,
    facts TEXT NOT NULL
)
"""
_RUNS: Final = """
CREATE TABLE runs (
    organization TEXT,
    run TEXT,
    version INTEGER NOT NULL,
    text TEXT NOT NULL,
    forgets INTEGER NOT NULL,
    PRIMARY KEY (organization, run)
) WITHOUT ROWID
"""
_ANSWERS: Final = """
CREATE TABLE answers (
    number INTEGER PRIMARY KEY,
    organization TEXT NOT NULL,
    key TEXT NOT NULL,
    body TEXT NOT NULL,
    answer TEXT NOT NULL,
    standings TEXT NOT NULL,
    forgets INTEGER NOT NULL
)
"""
_SETTLEMENTS: Final = """
CREATE TABLE settlements (
    hold TEXT NOT NULL,
    at INTEGER NOT NULL,
    facts TEXT NOT NULL,
    actual TEXT NOT NULL
)
"""
SCHEMA: Final = (
    *(_ACCOUNTS, _HOLDS, _RUNS, _ANSWERS, _SETTLEMENTS),
    "CREATE INDEX holds_open ON holds (number) WHERE forgets IS NULL",
    "CREATE INDEX holds_ended ON holds (forgets, number, id) WHERE forgets IS NOT NULL",
    "CREATE INDEX runs_forgets ON runs (forgets)",
    "CREATE INDEX answers_forgets ON answers (forgets, number, organization, key)",
    "CREATE INDEX settlements_at ON settlements (at)",
    f"PRAGMA user_version = {FORMAT}",
)

BOOK_ACCOUNT: Final = "INSERT OR REPLACE INTO accounts VALUES (?, ?, ?, ?, ?, ?, ?)"
TAKE_HOLD: Final = "INSERT INTO holds VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
CHANGE_HOLD: Final = (
    "UPDATE holds SET status = ?, expires = ?, ended = ?, forgets = ?, actual = ? WHERE number = ?"
)
STEP_RUN: Final = "INSERT OR REPLACE INTO runs VALUES (?, ?, ?, ?, ?)"
KEEP_ANSWER: Final = "INSERT INTO answers VALUES (?, ?, ?, ?, ?, ?, ?)"
SETTLE: Final = "INSERT INTO settlements VALUES (?, ?, ?, ?)"

ACCOUNTS: Final = "SELECT * FROM accounts"
RUNS: Final = "SELECT * FROM runs"
_FOUND: Final = (
    "SELECT number, organization, id, taken, status, expires, ended, actual, lines, facts FROM holds"
)
HOLD: Final = f"{_FOUND} WHERE number = ? AND organization = ?"
# The indexes have all that is asked for, which the tables are too large to be read for.
OPEN_HOLDS: Final = f"{_FOUND} INDEXED BY holds_open WHERE forgets IS NULL"
ENDED_HOLDS: Final = "SELECT id, number FROM holds INDEXED BY holds_ended WHERE forgets IS NOT NULL"
ANSWER: Final = "SELECT key, body, answer, standings, forgets FROM answers WHERE number = ?"
ANSWERS: Final = (
    "SELECT organization, key, number FROM answers INDEXED BY answers_forgets ORDER BY forgets, number"
)
LAST: Final = (
    "SELECT max(coalesce((SELECT max(number) FROM holds), 0), coalesce((SELECT max(number) FROM answers), 0))"
)
SETTLEMENTS: Final = (
    "SELECT rowid, hold, at, facts, actual FROM settlements"
    " WHERE (at, rowid) > (?, ?) AND at < ? ORDER BY at, rowid LIMIT ?"
)

FORGET_HOLDS: Final = (
    "DELETE FROM holds WHERE number IN (SELECT number FROM holds WHERE forgets <= ? LIMIT ?) RETURNING id"
)
FORGET_ANSWERS: Final = (
    "DELETE FROM answers WHERE number IN (SELECT number FROM answers WHERE forgets <= ? LIMIT ?)"
    " RETURNING organization, key, number"
)
FORGET_RUNS: Final = "DELETE FROM runs WHERE forgets <= ?"
OLD_ACCOUNTS: Final = "SELECT organization, account, bucket FROM accounts WHERE forgets <= ?"
FORGET_ACCOUNT: Final = "DELETE FROM accounts WHERE (organization, account, bucket) = (?, ?, ?)"

Row: TypeAlias = tuple[str | int | None, ...]

_encode: Final = msgspec.json.Encoder().encode
_lines: Final = msgspec.json.Decoder(tuple[Line, ...]).decode
_standings: Final = msgspec.json.Decoder(tuple[Standing, ...]).decode
_facts: Final = msgspec.json.Decoder(dict[str, str]).decode
_actual: Final = msgspec.json.Decoder(dict[str, int]).decode


def account_row(organization: OrganizationName, account: AccountName, start: Instant, bucket: Bucket) -> Row:
    """The row of one bucket of an account: all but what is held."""
    return organization, account, start, bucket.made, bucket.forgets, bucket.spent, bucket.parts


def hold_row(number: int, organization: OrganizationName, kept: Kept) -> Row:
    """The row of a hold."""
    *changing, _ = change_row(number, kept)
    lines, facts = _encode(kept.hold.lines).decode(), _encode(kept.hold.facts).decode()
    return number, kept.hold.id, organization, kept.taken, *changing, lines, facts


def change_row(number: int, kept: Kept) -> Row:
    """What can change of the row of a hold, and its number."""
    actual = None if kept.actual is None else _encode(kept.actual).decode()
    return kept.status, kept.expires, kept.ended, kept.forgets, actual, number


def kept_of(row: Sequence[Any]) -> Kept:
    """What `hold_row` wrote."""
    _, _, name, taken, status, expires, ended, actual, lines, facts = row
    hold = Hold(id=name, lines=_lines(lines), expires=expires, facts=_facts(facts))
    return Kept(hold, taken, expires, Status(status), ended, None if actual is None else _actual(actual))


def run_row(organization: OrganizationName, run: RunId, kept: Run) -> Row:
    """The row of a run."""
    return organization, run, kept.state.version, kept.state.text, kept.forgets


def answer_row(organization: OrganizationName, number: int, memo: Memo, standings: tuple[Standing, ...]) -> Row:
    """The row of an answer."""
    return number, organization, memo.key, memo.body, memo.answer, _encode(standings).decode(), memo.forgets


def answer_of(
    key: Digest, body: Digest, answer: str, standings: str, forgets: Instant
) -> tuple[Memo, tuple[Standing, ...]]:
    """What `answer_row` wrote."""
    return Memo(key=key, body=body, answer=answer, forgets=forgets), _standings(standings)


def settlement_row(settled: Settlement) -> Row:
    """The row of a settlement."""
    return settled.hold, settled.at, _encode(settled.facts).decode(), _encode(settled.actual).decode()


def settlement_of(row: Sequence[Any]) -> Settlement:
    """What `settlement_row` wrote."""
    hold, at, facts, actual = row
    return Settlement(hold=hold, at=at, facts=_facts(facts), actual=_actual(actual))
