"""What a ledger in PostgreSQL outlives, who shares it, and what it says where it can't be used."""

import asyncio
import traceback
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager
from random import Random
from typing import Final

import asyncpg
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.errors import OperatorError
from interlock.identity import AccountName, OrganizationName
from interlock.ledger.answers import Ended, Held
from interlock.ledger.hold import Hold, Status, Taking, hold_id
from interlock.ledger.stores.memory import MemoryLedger
from interlock.ledger.stores.postgres.database import Database
from interlock.ledger.stores.postgres.groups import LARGEST
from interlock.ledger.stores.postgres.ledger import PostgresLedger
from interlock.model.balances import Standing
from interlock.units import Instant
from support.clusters import free_ports
from support.ledgers import HOUR, NOW, ORGANIZATION, hold, line, memo, named, step, steps, taking, whole
from support.ledgerwalks import Call, Walk, everything
from support.postgres import FAST, SAFE, Server, programs, shared

_PASSWORD: Final = "secret"  # noqa: S105 - the server lets everybody in


@pytest.fixture
def server() -> Server:
    """One that keeps nothing yet."""
    server = shared()
    asyncio.run(server.empty())
    return server


@pytest.fixture
def own() -> Iterator[Server]:
    """One that may be stopped, and loses nothing if its machine stops."""
    server = Server(programs(), SAFE)
    yield server
    server.remove()


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[PostgresLedger]:
    ledger = await PostgresLedger.open(url)
    try:
        yield ledger
    finally:
        await ledger.close()


async def refusal(call: Callable[[], Awaitable[object]]) -> str:
    with pytest.raises(OperatorError) as raised:
        await call()
    assert _PASSWORD not in "".join(traceback.format_exception(raised.value))
    return str(raised.value)


def test_everything_is_there_when_it_is_opened_again(server: Server) -> None:
    async def story() -> None:
        async with opened(server.url) as ledger:
            request = taking(hold(1, line()), steps=[step("r", 0, "one")], memo=memo())
            assert await ledger.take(request, NOW) == Held((Standing(held=10),))
        async with opened(server.url) as ledger:
            glance = await ledger.peek(ORGANIZATION, [line()], [request.steps[0].run], NOW)
            assert glance.standings == (Standing(held=10),)
            assert glance.runs[0].text == "one"
            assert isinstance(await ledger.settle(named(1), whole(tokens=3), NOW), Ended)

    asyncio.run(story())


def test_a_server_that_dies_loses_no_hold_that_it_told_of(own: Server) -> None:
    told: list[int] = []

    async def caller(ledger: PostgresLedger, first: int) -> None:
        for number in range(first, first + 100_000):
            answer = await ledger.take(taking(hold(number, line(limit=None, amount=1))), NOW)
            assert isinstance(answer, Held)
            told.append(number)

    async def story() -> None:
        async with opened(own.url) as ledger:
            callers = [asyncio.create_task(caller(ledger, first * 100_000)) for first in range(16)]
            await asyncio.sleep(0.5)
            await asyncio.to_thread(own.stop)
            ended = await asyncio.gather(*callers, return_exceptions=True)
            assert {type(each) for each in ended} == {OperatorError}
            await asyncio.to_thread(own.start)
            kept = {held.id for held in await ledger.holds(NOW)}
            (standing,) = (await ledger.peek(ORGANIZATION, [line()], [], NOW)).standings
        assert told
        assert kept >= set(map(named, told))
        assert standing.held == len(kept)

    asyncio.run(story())


def test_a_ledger_goes_on_when_its_server_is_back(own: Server) -> None:
    async def story() -> None:
        async with opened(own.url) as ledger:
            await ledger.take(taking(hold(1)), NOW)
            await asyncio.to_thread(own.stop, "fast")
            said = await refusal(lambda: ledger.take(taking(hold(2)), NOW))
            assert "it can't be reached: see that it is up" in said
            await asyncio.to_thread(own.start)
            assert await ledger.take(taking(hold(2)), NOW) == Held((Standing(held=20),))

    asyncio.run(story())


def test_two_services_never_overspend_nor_wait_for_each_other_forever(server: Server) -> None:
    accounts = [line(name, 1, limit=150) for name in ("a", "b", "c", "d")]

    async def service(first: int) -> int:
        lines = accounts if first == 0 else accounts[::-1]
        async with opened(server.url) as ledger:
            calls = [ledger.take(taking(hold(first + each, *lines)), NOW) for each in range(200)]
            return sum(isinstance(answer, Held) for answer in await asyncio.gather(*calls))

    async def story() -> None:
        held = await asyncio.gather(*(service(first) for first in (0, 1000, 2000)))
        assert sum(held) == 150
        async with opened(server.url) as ledger:
            glance = await ledger.peek(ORGANIZATION, accounts, [], NOW)
            assert glance.standings == (Standing(held=150),) * 4

    asyncio.run(story())


def test_an_organization_does_not_wait_for_another(server: Server) -> None:
    other = OrganizationName("umbrella")
    theirs = Taking(
        organization=other,
        holds=(Hold(id=hold_id(other, b"1"), lines=(line(),), expires=Instant(NOW + HOUR), facts={}),),
    )

    async def story() -> None:
        async with opened(server.url) as ledger:
            await ledger.take(taking(hold(1)), NOW)
            blocker = await asyncpg.connect(server.url)
            async with blocker.transaction():
                await blocker.execute("SELECT interlock.lock(book) FROM interlock.books")
                waiting = asyncio.create_task(ledger.take(taking(hold(2)), NOW))
                assert isinstance(await ledger.take(theirs, NOW), Held)
                assert not waiting.done()
            assert isinstance(await waiting, Held)
            await blocker.close()

    asyncio.run(story())


def test_who_was_cancelled_stops_nobody_else(server: Server) -> None:
    async def story() -> None:
        async with opened(server.url) as ledger:
            calls = [
                asyncio.create_task(ledger.take(taking(hold(number, line(limit=None))), NOW))
                for number in range(3 * LARGEST)
            ]
            await asyncio.sleep(0)
            calls[1].cancel()
            answers = await asyncio.gather(*calls, return_exceptions=True)
            assert isinstance(answers.pop(1), asyncio.CancelledError)
            assert {type(answer) for answer in answers} == {Held}

    asyncio.run(story())


def test_of_many_that_are_due_each_call_expires_some_and_the_one_that_it_is_about(server: Server) -> None:
    due = Instant(NOW + HOUR)

    async def story() -> None:
        async with opened(server.url) as ledger:
            free = line(amount=1, limit=None)
            await ledger.take(taking(*(hold(each, free, expires=due - 1) for each in range(2500))), NOW)
            await ledger.take(taking(hold(9999, free, expires=due)), NOW)
            assert (await ledger.peek(ORGANIZATION, [free], [], due)).standings == (Standing(held=1501),)
            assert await ledger.release(named(9999), due) == Ended(Status.EXPIRED, (Standing(held=500),))
            assert await ledger.sweep(due) == 500

    asyncio.run(story())


@given(seed=st.integers(0, 2**64), length=st.integers(10, 30))
def test_calls_that_go_together_are_answered_as_one_after_another(seed: int, length: int) -> None:
    own = shared()
    asyncio.run(own.empty())

    async def remembered() -> MemoryLedger:
        return MemoryLedger()

    walk = Walk(Random(seed))  # noqa: S311 - a walk is no secret
    with steps(remembered) as memory, steps(lambda: PostgresLedger.open(own.url)) as kept:
        for _ in range(length):
            calls = together(walk)
            answers = kept.all(getattr(kept.ledger, call.method)(*call.arguments) for call in calls)
            assert answers == [call.made(memory) for call in calls], calls
        assert everything(kept) == everything(memory)


def together(walk: Walk) -> list[Call]:
    """Some calls in the order that they are answered in: those who take last."""
    walk.wait()
    is_crowd = walk.random.random() < 0.6
    calls = []
    for _ in range(walk.random.randint(1, 8)):
        calls.append(alike(walk) if is_crowd else walk.call())
        if walk.random.random() < 0.1:
            walk.wait()
    return sorted((call for call in calls if call.method != "sweep"), key=lambda call: call.method == "take")


def alike(walk: Walk) -> Call:
    """A hold as others that are taken at the same time, but for one thing or another."""
    random, now = walk.random, walk.now
    start = now // HOUR * HOUR
    # What is rare for one is common in a crowd.
    bucket = start if random.random() < 0.97 else start + 1
    lines = [
        line(
            name,
            random.randint(0, 9),
            random.choice((None, None, 10_000, 40)),
            bucket=bucket,
            forgets=start + HOUR,
        )
        for name in random.sample("abc", random.randint(0, 3))
    ]
    number = len(walk.taken) if random.random() < 0.98 else 0
    walk.taken.append(named(number))
    later = random.choice((2 * HOUR, 2 * HOUR, 2 * HOUR, 1))
    held = Hold(id=named(number), lines=tuple(lines), expires=Instant(now + later), facts={})
    key = memo(str(random.randint(0, 30)), forgets=now + later) if random.random() < 0.3 else None
    return Call("take", (taking(held, memo=key), now))


def test_texts_that_no_index_holds_name_accounts(server: Server) -> None:
    names = ("x" * 1_000_000, "x" * 1_000_001, "\ud800", "é")
    lines = [line(name, unit=name) for name in names]

    async def story() -> None:
        async with opened(server.url) as ledger:
            assert await ledger.take(taking(hold(1, *lines)), NOW) == Held((Standing(held=10),) * 4)
            assert {entry.account for entry in await ledger.accounts()} == set(names)
            (held,) = await ledger.holds(NOW)
            assert held.amounts == dict.fromkeys(map(AccountName, names), 10)

    asyncio.run(story())


def test_settlements_are_read_page_by_page(server: Server) -> None:
    async def story() -> None:
        async with opened(server.url) as ledger:
            numbers = range(2500)
            await ledger.take(taking(*(hold(number, line(amount=1, limit=None)) for number in numbers)), NOW)
            await asyncio.gather(
                *(ledger.settle(named(number), {}, Instant(NOW + number // 7)) for number in numbers)
            )
            read = [each async for each in ledger.settlements(NOW, Instant(NOW + 1000))]
            assert len({each.hold for each in read}) == len(read) == 2500
            assert [each.at for each in read] == sorted(each.at for each in read)

    asyncio.run(story())


def test_a_ledger_of_another_format_is_refused(own: Server) -> None:
    async def story() -> None:
        async with opened(own.url):
            pass
        await own.execute("UPDATE interlock.formats SET format = 7")
        said = await refusal(lambda: PostgresLedger.open(own.url))
        assert "its ledger has format 7, and this version writes 1" in said

    asyncio.run(story())


def test_services_that_start_at_once_make_one_ledger(own: Server) -> None:
    async def story() -> None:
        ledgers = await asyncio.gather(*(PostgresLedger.open(own.url) for _ in range(4)))
        for number, ledger in enumerate(ledgers):
            await ledger.take(taking(hold(number, line())), NOW)
        expected = [named(number) for number in range(4)]
        for ledger in ledgers:
            assert sorted(each.id for each in await ledger.holds(NOW)) == sorted(expected)
            await ledger.close()

    asyncio.run(story())


def test_a_server_that_only_reads_is_refused(own: Server) -> None:
    async def story() -> None:
        async with opened(own.url) as ledger:
            await own.execute("ALTER SYSTEM SET default_transaction_read_only = on")
            await own.execute("SELECT pg_reload_conf()")
            said = await refusal(lambda: _until_refused(ledger))
            assert "it is read only: name the primary server" in said
        assert "it is read only" in await refusal(lambda: PostgresLedger.open(own.url))

    asyncio.run(story())


async def _until_refused(ledger: PostgresLedger) -> None:
    for number in range(200):
        await ledger.take(taking(hold(number, line(limit=None))), NOW)
        await asyncio.sleep(0.02)


def test_who_has_no_rights_is_told_which(own: Server) -> None:
    async def story() -> None:
        await own.execute("CREATE USER guest")
        said = await refusal(lambda: PostgresLedger.open(own.url_of("guest")))
        assert "this user may not do that: let it own the schema `interlock`" in said

    asyncio.run(story())


def test_a_call_waits_for_a_lock_as_long_as_is_bearable(server: Server) -> None:
    async def story() -> None:
        async with opened(server.url) as ledger:
            await ledger.take(taking(hold(1)), NOW)
            blocker = await asyncpg.connect(server.url)
            async with blocker.transaction():
                await blocker.execute("SELECT interlock.lock(book) FROM interlock.books")
                said = await refusal(lambda: ledger.take(taking(hold(2)), NOW))
            await blocker.close()
            assert "it doesn't answer in time: see what it is busy with" in said
            assert await ledger.take(taking(hold(2)), NOW) == Held((Standing(held=20),))

    asyncio.run(story())


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "postgresql://interlock:{password}@127.0.0.1:1/ledger",
            "at `127.0.0.1:1`, database `ledger`: it can't",
        ),
        (
            "postgresql://interlock:{password}@/ledger?host=/nowhere",
            "at `/nowhere`, database `ledger`: it can't",
        ),
        ("postgresql://interlock:a/{password}@host/ledger", "the ledger's URL can't be read"),
        ("postgresql://interlock:[{password}@host/ledger", "the ledger's URL can't be read"),
        ("postgresql://interlock@host:{password}/ledger", "the ledger's URL can't be read"),
        ("postgresql://interlock:a#{password}@host/ledger", "the ledger's URL can't be read"),
        ("mysql://interlock:{password}@host/ledger", "the ledger's URL can't be read"),
    ],
)
def test_errors_name_the_place_and_no_password(url: str, said: str) -> None:
    refused = asyncio.run(refusal(lambda: PostgresLedger.open(url.format(password=_PASSWORD))))
    assert said in refused


def test_a_server_frees_within_seconds_what_a_service_locked_whose_network_is_gone() -> None:
    """No test can take the network away; the system asks who is silent whether he is there (TCP keepalive)."""
    (port,) = free_ports(1)
    server = Server(programs(), FAST | {"listen_addresses": "'127.0.0.1'", "port": str(port)})

    async def asked() -> list[int]:
        database = await Database.open(f"postgresql://interlock:secret@127.0.0.1:{port}/postgres")
        try:
            names = [f"tcp_keepalives_{each}" for each in ("idle", "interval", "count")]
            return [int((await database.fetch(f"SHOW {name}"))[0][0]) for name in names]
        finally:
            await database.close()

    try:
        idle, interval, count = asyncio.run(asked())
    finally:
        server.remove()
    assert 0 < idle + interval * count <= 30


def test_a_database_that_is_missing_is_named(server: Server) -> None:
    said = asyncio.run(refusal(lambda: PostgresLedger.open(server.url_of("interlock", "nowhere"))))
    assert "database `nowhere`: there is no such database: create it" in said
