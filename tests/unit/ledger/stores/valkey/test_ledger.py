"""What befalls a server of ledgers, and what its ledger says of it."""

import asyncio
from collections.abc import Coroutine, Iterable, Iterator
from itertools import count
from typing import Any

import pytest
from valkey.crc import key_slot

from interlock.errors import OperatorError
from interlock.identity import AccountName, OrganizationName
from interlock.ledger.account import MOST, PARTS
from interlock.ledger.answers import Held, Mismatched, Short, Taken
from interlock.ledger.hold import Hold, Taking, hold_id
from interlock.ledger.stores.valkey import pipeline, shelves
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from interlock.ledger.stores.valkey.packing import keys
from interlock.model.balances import Standing
from interlock.units import Instant
from support.ledgers import HOUR, NOW, ORGANIZATION, Steps, hold, line, named, steps, taking, whole
from support.valkeys import Server, running, valkey

MANY = 1100
"""More holds than expire in one step."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of the test's own."""
    with running() as own:
        yield own


@pytest.fixture
def store(server: Server) -> Iterator[Steps]:
    """An empty ledger in it."""
    with steps(lambda: ValkeyLedger.open(server.url)) as own:
        yield own


def refused(url: str) -> str:
    """What is said where `url` can't be opened."""
    with pytest.raises(OperatorError) as error, steps(lambda: ValkeyLedger.open(url)):
        pass
    return str(error.value)


def restart(server: Server, store: Steps) -> None:
    """Kill it and start it; as in a service, the event loop goes on meanwhile."""
    server.kill()
    server.start()
    store.do(asyncio.sleep(0.05))


# Death and return


def test_what_was_answered_outlives_a_server_that_is_killed_at_work(server: Server, store: Steps) -> None:
    answered: list[int] = []

    async def taking_on(first: int) -> None:
        for number in count(first, 8):
            await store.ledger.take(taking(hold(number, line(amount=1, limit=None))), NOW)
            answered.append(number)

    async def killed() -> list[object]:
        busy = asyncio.gather(*map(taking_on, range(8)), return_exceptions=True)
        await asyncio.sleep(0.1)
        server.kill()
        return [*await busy]

    assert [type(end) for end in store.do(killed())] == [OperatorError] * 8
    server.start()
    assert len(answered) > 8
    again = store.all(store.ledger.take(taking(hold(number)), NOW) for number in answered)
    assert again == [Mismatched()] * len(answered)
    (found,) = store.do(store.ledger.peek(ORGANIZATION, [line()], (), NOW)).standings
    assert len(answered) <= found.held <= len(answered) + 8


def test_all_who_wait_when_the_server_dies_hear_of_it_and_the_next_call_works(
    server: Server, store: Steps
) -> None:
    async def dying() -> list[object]:
        server.stall()
        calls = [store.ledger.take(taking(hold(number)), NOW) for number in range(20)]
        waiting = asyncio.gather(*calls, return_exceptions=True)
        await asyncio.sleep(0.05)
        late = store.ledger.take(taking(hold(20)), NOW)
        server.kill()
        return [*await waiting, *await asyncio.gather(late, return_exceptions=True)]

    answers = store.do(dying())
    assert [type(answer) for answer in answers] == [OperatorError] * 21
    server.start()
    assert store.do(store.ledger.take(taking(hold(1)), NOW)) == Held((Standing(held=10),))


def test_a_server_that_is_gone_is_named(server: Server, store: Steps) -> None:
    server.kill()
    with pytest.raises(
        OperatorError, match=r"the ledger in `unix://.*` can't be used: .*: start it or name another"
    ):
        store.do(store.ledger.sweep(NOW))


def test_a_server_that_stalls_is_given_up_and_used_again_when_it_goes_on(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pipeline, "PATIENCE", 0.1)
    with steps(lambda: ValkeyLedger.open(server.url)) as store:
        server.stall()
        # More than the sockets take, so that the connection can't be closed in order.
        calls = [store.ledger.take(taking(hold(number, line("x" * 1000))), NOW) for number in range(2000)]
        said = store.do(_ends(calls))
        assert {str(each).partition("used: ")[2] for each in said} == {
            "it did not answer within 0.1 seconds: start it or name another"
        }
        server.go_on()
        assert isinstance(store.do(store.ledger.take(taking(hold(1, line("other"))), NOW)), Held | Mismatched)


async def _ends(calls: Iterable[Coroutine[Any, Any, Taken]]) -> list[Taken | BaseException]:
    return list(await asyncio.gather(*calls, return_exceptions=True))


def test_rules_that_the_server_lost_are_loaded_again(server: Server, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    server.client.function_flush()
    calls = [store.ledger.take(taking(hold(number)), NOW) for number in range(2, 12)]
    assert sum(isinstance(answer, Held) for answer in store.all(calls)) == 9


def test_an_organization_is_found_after_the_server_was_emptied(server: Server, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    restart(server, store)
    server.client.flushall()
    store.do(store.ledger.take(taking(hold(1)), NOW))
    assert len(store.do(store.ledger.accounts())) == 1


def test_who_gives_up_waiting_leaves_the_answers_of_others_as_they_are(store: Steps) -> None:
    async def impatient() -> list[object]:
        calls = [
            asyncio.ensure_future(store.ledger.take(taking(hold(number, line(str(number)))), NOW))
            for number in range(5)
        ]
        calls.append(asyncio.ensure_future(store.ledger.take(taking(hold(9, line(limit=0))), NOW)))
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        calls[2].cancel()
        return [*await asyncio.gather(*calls, return_exceptions=True)]

    answers = store.do(impatient())
    assert isinstance(answers[2], asyncio.CancelledError)
    assert isinstance(answers[5], Short)
    assert sum(isinstance(answer, Held) for answer in answers) == 4


def test_a_closed_ledger_is_used_no_more() -> None:
    with asyncio.Runner() as runner:
        ledger = runner.run(ValkeyLedger.open(valkey().url))
        runner.run(ledger.close())
        with pytest.raises(OperatorError, match="is closed"):
            runner.run(ledger.sweep(NOW))


# What an operator has to do


def test_a_password_is_never_named() -> None:
    said = refused("valkey://someone:secret@127.0.0.1:1/0?password=secret&socket_timeout=3")
    assert said.startswith("the ledger in `valkey://someone@127.0.0.1:1/0` can't be used: ")
    assert "secret" not in said


@pytest.mark.parametrize("url", ["http://a", "valkey://h:x/0", "valkey://[", "", "secret"])
def test_what_is_no_server_is_refused(url: str) -> None:
    assert refused(url).endswith("name one such as `valkey://localhost:6379/0` or `unix:///run/valkey.sock`")


def test_a_password_that_the_server_does_not_know_is_refused() -> None:
    with running("--requirepass", "right") as server:
        path = server.url.removeprefix("unix://")
        for url in (server.url, f"unix://:wrong@{path}"):
            said = refused(url)
            assert said.endswith(": name a user and a password that it knows")
            assert "wrong" not in said


def test_a_server_that_evicts_is_refused() -> None:
    with running("--maxmemory-policy", "allkeys-lru") as server:
        assert refused(server.url).endswith(": set `maxmemory-policy noeviction`")


def test_a_full_server_holds_nothing(server: Server, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    server.client.config_set("maxmemory", 1)
    with pytest.raises(OperatorError, match=r": give it more memory$"):
        store.do(store.ledger.take(taking(hold(2)), NOW))
    server.client.config_set("maxmemory", 0)
    assert store.do(store.ledger.take(taking(hold(3)), NOW)) == Held((Standing(held=20),))


def test_a_replica_holds_nothing(server: Server, store: Steps) -> None:
    server.client.replicaof("127.0.0.1", 1)
    with pytest.raises(OperatorError, match=r": name the primary, not a replica$"):
        store.do(store.ledger.take(taking(hold(1)), NOW))


# Where things are


@pytest.mark.parametrize("name", ["acme", "", "{}", "}{", "a{b}c", "ünï/\x00 ~%", "%"])
def test_all_keys_of_an_organization_are_in_one_slot(name: str) -> None:
    own = keys(OrganizationName(name))
    assert len({key_slot(key.encode()) for key in own}) == 1
    assert len(set(own)) == len(own)


def test_organizations_have_no_key_in_common() -> None:
    names = ["", "%", "%25", "a", "A", "a:b", "{a}"]
    assert len({key for name in names for key in keys(OrganizationName(name))}) == len(names) * 8


# Sums


@pytest.mark.parametrize(
    ("each", "sum_of_two"),
    [(PARTS // 2, Standing(1)), (MOST * PARTS, Standing(MOST)), (10**40, Standing(MOST))],
)
def test_what_is_spent_twice_is_whole_and_at_most_the_largest_amount(
    store: Steps, each: int, sum_of_two: Standing
) -> None:
    rolling = [line("rolling", 0, None, bucket=NOW + at, since=NOW) for at in (0, 1)]
    for number in range(2):
        taken = hold(number, line("one", 0, None), rolling[number])
        store.do(store.ledger.take(taking(taken), NOW))
        store.do(store.ledger.settle(named(number), {"tokens": each}, NOW))
    booked = {entry.account: entry.standing for entry in store.do(store.ledger.accounts())}
    assert booked[AccountName("one")] == sum_of_two
    assert store.do(store.ledger.peek(ORGANIZATION, rolling[:1], (), NOW)).standings == (sum_of_two,)


def test_what_is_held_beyond_the_largest_amount_is_exact(store: Steps) -> None:
    unlimited = [hold(number, line(amount=MOST - number, limit=None)) for number in range(4)]
    store.do(store.ledger.take(taking(*unlimited), NOW))
    assert isinstance(store.do(store.ledger.take(taking(hold(9, line(limit=MOST))), NOW)), Short)
    for number in range(3):
        store.do(store.ledger.release(named(number), NOW))
    assert store.do(store.ledger.peek(ORGANIZATION, [line()], (), NOW)).standings == (Standing(held=MOST - 3),)


# Much


def test_a_sweep_expires_more_than_one_step_does(store: Steps) -> None:
    due = Instant(NOW + HOUR)
    store.do(store.ledger.take(taking(*[hold(n, line(str(n % 7), limit=None)) for n in range(MANY)]), NOW))
    assert store.do(store.ledger.sweep(due)) == MANY
    assert store.do(store.ledger.holds(NOW)) == []
    assert {each.standing for each in store.do(store.ledger.accounts())} == {Standing()}


def test_settlements_of_all_organizations_are_read_page_by_page_in_the_order_of_time(
    store: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelves, "_PAGE", 2)
    for number in range(24):
        organization = OrganizationName("abc"[number % 3])
        own = Hold(
            id=hold_id(organization, bytes([number + 1])),
            lines=(line(),),
            expires=Instant(NOW + HOUR),
            facts={},
        )
        store.do(store.ledger.take(Taking(organization=organization, holds=(own,)), NOW))
        store.do(store.ledger.settle(own.id, whole(tokens=number), Instant(NOW + number // 8)))
    read = store.every(store.ledger.settlements(NOW, Instant(NOW + 3)))
    assert [each.at - NOW for each in read] == [0] * 8 + [1] * 8 + [2] * 8
    assert len({each.hold for each in read}) == 24
