"""Ledgers in a cluster, whose slots move and whose servers die."""

import asyncio
from collections.abc import Iterator
from functools import partial
from itertools import count

import pytest
from valkey.crc import key_slot

from interlock.errors import OperatorError
from interlock.identity import OrganizationName
from interlock.ledger.answers import Held, Mismatched
from interlock.ledger.hold import Hold, Taking, hold_id
from interlock.ledger.stores.valkey import servers
from interlock.ledger.stores.valkey.ledger import ValkeyLedger
from interlock.ledger.stores.valkey.packing import ORGANIZATIONS, keys
from interlock.model.balances import Standing
from support.clusters import Cluster, Node, cluster, clustered
from support.ledgers import EXPIRY, NOW, ORGANIZATION, Steps, hold, line, memo, steps, taking

SLOT = key_slot(keys(ORGANIZATION).accounts.encode())
MOVES_FOR = 5000
"""Milliseconds that keys may take from one node to another."""


@pytest.fixture
def own() -> Iterator[Cluster]:
    """A cluster of the test's own."""
    with clustered() as made:
        yield made


@pytest.fixture
def store(own: Cluster) -> Iterator[Steps]:
    """An empty ledger in it."""
    with steps(lambda: ValkeyLedger.open(own.url)) as found:
        yield found


def begin(source: Node, target: Node, slot: int = SLOT) -> None:
    """Have a slot on its way."""
    target.say("CLUSTER", "SETSLOT", slot, "IMPORTING", source.id)
    source.say("CLUSTER", "SETSLOT", slot, "MIGRATING", target.id)


def carry(source: Node, target: Node, *moving: str) -> None:
    """Bring keys to where their slot is on its way to."""
    source.say("MIGRATE", "127.0.0.1", target.port, "", 0, MOVES_FOR, "KEYS", *moving)


def end(source: Node, target: Node, slot: int = SLOT) -> None:
    """Have a slot arrive."""
    target.say("CLUSTER", "SETSLOT", slot, "NODE", target.id)
    source.say("CLUSTER", "SETSLOT", slot, "NODE", target.id)


def kept(node: Node, slot: int = SLOT) -> list[str]:
    """The keys of a slot at a node."""
    found = node.say("CLUSTER", "GETKEYSINSLOT", slot, 100)
    assert isinstance(found, list)
    return [key.decode() for key in found]


def move(cluster: Cluster, slot: int = SLOT) -> None:
    """Bring a slot and all that is in it to the other node."""
    source, target = cluster.owner(slot)
    begin(source, target, slot)
    carry(source, target, *kept(source, slot))
    end(source, target, slot)


def test_organizations_are_spread_over_all_servers() -> None:
    shared = cluster()
    shared.flush()
    with steps(lambda: ValkeyLedger.open(shared.url)) as store:
        for number in range(20):
            organization = OrganizationName(f"org-{number}")
            own = Hold(id=hold_id(organization, b"1"), lines=(line(),), expires=EXPIRY, facts={})
            store.do(store.ledger.take(Taking(organization=organization, holds=(own,)), NOW))
        assert len(store.do(store.ledger.holds(NOW))) == 20
        assert store.do(store.ledger.sweep(EXPIRY)) == 20
    assert all(int(str(node.say("DBSIZE"))) > 10 for node in shared.nodes)


def test_any_of_the_servers_leads_to_all() -> None:
    for node in cluster().nodes:
        with steps(partial(ValkeyLedger.open, node.url)) as store:
            assert isinstance(store.do(store.ledger.take(taking(hold(1)), NOW)), Held | Mismatched)


def test_a_slot_that_moved_is_asked_for_where_it_is(own: Cluster, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    move(own)
    move(own, key_slot(ORGANIZATIONS.encode()))
    assert store.do(store.ledger.take(taking(hold(2)), NOW)) == Held((Standing(held=20),))
    assert len(store.do(store.ledger.holds(NOW))) == 2


def test_while_a_slot_moves_its_callers_wait(own: Cluster, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    source, target = own.owner(SLOT)
    begin(source, target)
    first, *others = kept(source)
    carry(source, target, first)

    async def arriving() -> object:
        taken = asyncio.ensure_future(store.ledger.take(taking(hold(2), memo=memo()), NOW))
        await asyncio.sleep(0.1)
        carry(source, target, *others)
        await asyncio.sleep(0.1)
        assert not taken.done()
        end(source, target)
        return await taken

    assert store.do(arriving()) == Held((Standing(held=20),))


def test_a_key_that_has_arrived_is_read_there_before_its_slot_has(own: Cluster, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    source, target = own.owner(SLOT)
    begin(source, target)
    carry(source, target, *kept(source))
    # What others ask in between must not be what is asked about.
    (accounts, holds) = store.all([store.ledger.accounts(), store.ledger.holds(NOW)])
    assert (len(accounts), len(holds)) == (1, 1)


def test_a_slot_that_does_not_arrive_is_given_up(
    own: Cluster, store: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(servers, "_PAUSE", 0.001)
    store.do(store.ledger.take(taking(hold(1)), NOW))
    source, target = own.owner(SLOT)
    begin(source, target)
    carry(source, target, kept(source)[0])
    with pytest.raises(OperatorError, match=r"its keys are on their way .*: wait until they have arrived$"):
        store.do(store.ledger.take(taking(hold(2)), NOW))
    carry(source, target, *kept(source))
    end(source, target)
    assert store.do(store.ledger.take(taking(hold(3)), NOW)) == Held((Standing(held=20),))


def test_a_replica_takes_over_and_is_found(own: Cluster) -> None:
    primary, _ = own.owner(SLOT)
    replica = own.replicate(primary)
    with steps(lambda: ValkeyLedger.open(own.url)) as store:
        store.do(store.ledger.take(taking(hold(1)), NOW))
        primary.say("WAIT", 1, MOVES_FOR)
        primary.kill()
        replica.say("CLUSTER", "FAILOVER", "TAKEOVER")
        with pytest.raises(OperatorError, match=r": start it or name another$"):
            store.do(store.ledger.take(taking(hold(2)), NOW))
        for number in count(3):
            try:
                assert store.do(store.ledger.take(taking(hold(number)), NOW)) == Held((Standing(held=20),))
            except OperatorError:
                assert number < 100
            else:
                break
            store.do(asyncio.sleep(0.1))


def test_a_slot_that_nobody_has_holds_nothing(own: Cluster, store: Steps) -> None:
    store.do(store.ledger.take(taking(hold(1)), NOW))
    for node in own.nodes:
        node.say("CLUSTER", "DELSLOTS", SLOT)
    with pytest.raises(OperatorError, match=r": see by `CLUSTER INFO` which of its slots nobody serves$"):
        store.do(store.ledger.take(taking(hold(2)), NOW))


def test_any_server_that_evicts_is_refused(own: Cluster) -> None:
    own.nodes[1].client.config_set("maxmemory-policy", "allkeys-lru")
    with (
        pytest.raises(OperatorError, match=r"127\.0\.0\.1.*: set `maxmemory-policy noeviction`$") as error,
        steps(lambda: ValkeyLedger.open(own.url)),
    ):
        pass
    assert f":{own.nodes[1].port}" in str(error.value)


def test_rules_that_a_server_lost_are_loaded_again(own: Cluster, store: Steps) -> None:
    for node in own.nodes:
        node.say("FUNCTION", "FLUSH")
    calls = [store.ledger.take(taking(hold(number)), NOW) for number in range(10)]
    assert all(isinstance(answer, Held) for answer in store.all(calls))
