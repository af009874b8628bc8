"""What every ledger keeps of runs and answers, what it tells, and what happens at once."""

import pytest

from interlock.identity import AccountName, Digest, RunId
from interlock.ledger.account import PARTS
from interlock.ledger.answers import Ended, Held, Mismatched, Moved, Remembered, Short
from interlock.ledger.hold import RunState, Status
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgercalls import release, settle, standing, take
from support.ledgers import (
    EXPIRY,
    HOUR,
    LINEAGE,
    NOW,
    ORGANIZATION,
    Steps,
    hold,
    line,
    memo,
    named,
    step,
    taking,
    whole,
)

# Runs


def test_a_run_goes_on_step_by_step(store: Steps) -> None:
    def run() -> RunState:
        return store.do(store.ledger.peek(ORGANIZATION, (), (RunId("r"),), NOW)).runs[0]

    assert run() == RunState()
    assert store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW)) == Held(())
    assert run() == RunState(version=1, text="one")
    assert store.do(store.ledger.take(taking(steps=[step("r", 1, "two")]), NOW)) == Held(())
    assert run() == RunState(version=2, text="two")


def test_a_step_from_where_a_run_no_longer_is_takes_nothing(store: Steps) -> None:
    store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW))
    stale = taking(hold(1), steps=[step("q", 0), step("r", 0, "other")])
    assert store.do(store.ledger.take(stale, NOW)) == Moved((RunId("r"),))
    assert standing(store, line()) == [Standing()]
    assert store.do(store.ledger.peek(ORGANIZATION, (), (RunId("q"), RunId("r")), NOW)).runs == (
        RunState(),
        RunState(version=1, text="one"),
    )


def test_a_run_is_forgotten_at_its_instant(store: Steps) -> None:
    store.do(store.ledger.take(taking(steps=[step("r", 0, "one")]), NOW))
    runs = [
        store.do(store.ledger.peek(ORGANIZATION, (), (RunId("r"),), Instant(at))).runs
        for at in (EXPIRY - 1, EXPIRY, EXPIRY + 1)
    ]
    assert runs == [(RunState(version=1, text="one"),), (RunState(),), (RunState(),)]


def test_a_step_from_where_a_run_has_not_come_takes_nothing(store: Steps) -> None:
    ahead = taking(hold(1), steps=[step("r", 1)])
    assert store.do(store.ledger.take(ahead, NOW)) == Moved((RunId("r"),))
    assert standing(store, line()) == [Standing()]


# Answers


def test_who_asks_again_gets_the_same_answer_and_takes_nothing(store: Steps) -> None:
    assert store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW)) == Held((Standing(held=10),))
    settle(store, 1, tokens=3)
    body = b"body".decode()  # whoever asks again has read it anew
    again = taking(hold(2), steps=[step("r", 7)], memo=memo(body=body, answer="another"))
    assert store.do(store.ledger.take(again, NOW)) == Remembered("answer", (Standing(held=10),))
    assert standing(store, line()) == [Standing(3)]


@pytest.mark.parametrize("body", ["another", "else", "", "body "])
def test_a_key_is_not_for_another_body(store: Steps, body: str) -> None:
    store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW))
    assert store.do(store.ledger.take(taking(hold(2), memo=memo(body=body)), NOW)) == Mismatched()
    assert standing(store, line()) == [Standing(held=10)]


def test_an_answer_is_kept_where_nothing_is_held(store: Steps) -> None:
    assert store.do(store.ledger.take(taking(memo=memo(answer='{"é": "\\n"}')), NOW)) == Held(())
    assert store.do(store.ledger.take(taking(memo=memo()), NOW)) == Remembered('{"é": "\\n"}', ())


def test_what_was_not_taken_is_not_remembered(store: Steps) -> None:
    assert isinstance(store.do(store.ledger.take(taking(hold(1, line(amount=101)), memo=memo()), NOW)), Short)
    assert isinstance(store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW)), Held)


def test_a_glance_says_what_was_answered(store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1), memo=memo()), NOW))

    def answered(body: str, now: int = NOW) -> object:
        asked = Digest("key"), Digest(body)
        return store.do(store.ledger.peek(ORGANIZATION, (), (), Instant(now), asked)).answered

    assert answered("body") == Remembered("answer", (Standing(held=10),))
    assert answered("else") == Mismatched()
    assert [answered("body", at) for at in (EXPIRY, EXPIRY + 1)] == [None, None]


def test_an_answer_is_forgotten_at_its_instant(store: Steps) -> None:
    store.do(store.ledger.take(taking(memo=memo()), NOW))
    again = taking(hold(1, expires=EXPIRY + HOUR), memo=memo(body="else", forgets=EXPIRY + HOUR))
    assert store.do(store.ledger.take(again, Instant(EXPIRY - 1))) == Mismatched()
    assert isinstance(store.do(store.ledger.take(again, EXPIRY)), Held)


# What it tells


def test_everything_that_is_booked_can_be_read(store: Steps) -> None:
    take(store, hold(1, *LINEAGE), hold(2, line("team", 5)))
    settle(store, 1, tokens=7)
    booked = {
        (each.organization, each.account, each.bucket): each.standing
        for each in store.do(store.ledger.accounts())
    }
    assert booked == {
        (ORGANIZATION, AccountName("org"), NOW): Standing(7),
        (ORGANIZATION, AccountName("team"), NOW): Standing(7, 0, 5),
        (ORGANIZATION, AccountName("agent"), NOW): Standing(7),
    }


def test_everything_that_is_held_can_be_read(store: Steps) -> None:
    take(store, hold(1, *LINEAGE), hold(2), hold(3, expires=NOW + 1))
    release(store, 2)
    (held,) = store.do(store.ledger.holds(Instant(NOW + 1)))
    assert (held.id, held.expires, held.facts) == (named(1), EXPIRY, {"team": "search"})
    assert held.amounts == dict.fromkeys(map(AccountName, ("org", "team", "agent")), 10)


def test_settlements_are_read_in_the_order_of_time(store: Steps) -> None:
    take(store, *[hold(number, line(limit=None)) for number in range(5)])
    for number in (3, 1, 4, 0, 2):
        settle(store, number, now=NOW + number * 10, tokens=number)
    read = store.every(store.ledger.settlements(Instant(NOW + 10), Instant(NOW + 40)))
    assert [(each.at - NOW, each.actual) for each in read] == [
        (number * 10, {"tokens": number * PARTS}) for number in (1, 2, 3)
    ]


# At once


def test_of_many_at_once_exactly_those_that_fit_are_taken(store: Steps) -> None:
    lineage = tuple(line(name, 10, limit) for name, limit in (("org", 500), ("team", 370), ("agent", 450)))
    calls = [store.ledger.take(taking(hold(number, *lineage)), NOW) for number in range(64)]
    assert sum(isinstance(answer, Held) for answer in store.all(calls)) == 37
    assert standing(store, *lineage) == [Standing(held=370)] * 3


def test_of_many_who_settle_at_once_one_books(store: Steps) -> None:
    take(store, hold(1))
    answers = store.all([store.ledger.settle(named(1), whole(tokens=7), NOW) for _ in range(20)])
    assert [isinstance(answer, Ended) and answer.was for answer in answers].count(Status.OPEN) == 1
    assert standing(store, line()) == [Standing(7)]


def test_of_many_steps_at_once_one_is_made(store: Steps) -> None:
    calls = [store.ledger.take(taking(steps=[step("r", 0, str(number))]), NOW) for number in range(20)]
    assert sum(isinstance(answer, Held) for answer in store.all(calls)) == 1
