"""However calls are delayed or lost, services stop, and clocks differ: no two lead at once."""

from dataclasses import dataclass, field, replace
from typing import Final

from hypothesis import example, given
from hypothesis import strategies as st

from interlock.units import Milliseconds
from interlock_webhooks.leadership.candidate import TERMS, Candidate
from interlock_webhooks.leadership.lease import Lease

NOW: Final = Milliseconds(0)
CALL: Final = 10_000
"""How long a call takes at most."""


@dataclass
class Store:
    """An API server with one lease."""

    lease: Lease | None = None
    version: int = 0

    def store(self, wanted: Lease) -> bool:
        """Whether `wanted` replaced the version that it names."""
        if wanted.version != ("" if self.lease is None else self.lease.version):
            return False
        self.version += 1
        self.lease = replace(wanted, version=str(self.version))
        return True


@dataclass
class Service:
    """A candidate, and how its clock goes: so many thousandths of true time, from an offset on."""

    candidate: Candidate
    offset: int
    rate: int
    wanted: Lease | None = None
    began: Milliseconds = NOW
    taken: bool = False
    acting_until: int = field(default=-1)

    def clock(self, now: int) -> Milliseconds:
        return Milliseconds(self.offset + now * self.rate // 1000)


STEPS: Final = st.tuples(
    st.integers(0, 2),
    st.sampled_from(["look", "store", "answer", "lose", "restart", "resign", "act"]),
    st.integers(0, 12_000),
)
CLOCKS: Final = st.tuples(st.integers(0, 10**9), st.integers(900, 1100))


def step(service: Service, store: Store, what: str, now: int, name: str) -> None:
    """One step of a round: a look at the lease, a write that arrives, an answer to it that arrives."""
    clock, candidate = service.clock(now), service.candidate
    match what:
        case "look":
            service.began, service.taken = clock, False
            service.wanted = candidate.sees(store.lease, clock)
        case "store" if service.wanted is not None and clock - service.began <= CALL:
            service.taken, service.wanted = store.store(service.wanted), None
        case "answer" if service.taken:
            service.taken = False
            candidate.stored(service.began)
        case "lose":
            service.wanted, service.taken = None, False
        case "restart":
            service.candidate, service.wanted, service.taken = Candidate(name, TERMS), None, False
        case "resign" if candidate.leads(clock) and store.lease is not None:
            candidate.resigns()
            if service.acting_until < now:
                store.store(replace(store.lease, holder=""))
        case "act" if candidate.leads(clock):
            service.acting_until = now + CALL


@given(clocks=st.lists(CLOCKS, min_size=3, max_size=3), steps=st.lists(STEPS, max_size=60))
@example(
    clocks=[(0, 1100), (0, 1100), (0, 900)],
    steps=[(0, "look", 0), (0, "store", 0), (0, "answer", 9_000), (1, "look", 0), (1, "look", 12_000)],
)
def test_no_two_lead_at_once_and_what_one_began_has_ended(
    clocks: list[tuple[int, int]], steps: list[tuple[int, str, int]]
) -> None:
    store = Store()
    services = [Service(Candidate(str(each), TERMS), *clock) for each, clock in enumerate(clocks)]
    now = 0
    for number, (which, what, later) in enumerate(steps):
        now += later
        step(services[which], store, what, now, f"{which}-{number}")
        leading = [each for each in services if each.candidate.leads(each.clock(now))]
        assert len(leading) <= 1
        for one in leading:
            assert all(other.acting_until < now for other in services if other is not one)


@given(clocks=st.lists(CLOCKS, min_size=3, max_size=3), gone=st.integers(0, 2))
def test_after_a_leader_is_gone_another_leads(clocks: list[tuple[int, int]], gone: int) -> None:
    store = Store()
    services = [Service(Candidate(str(each), TERMS), *clock) for each, clock in enumerate(clocks)]
    order = [gone, *(each for each in range(3) if each != gone)]
    led = []
    for now in range(0, 120_000, TERMS.every):
        present = order if now < 30_000 else order[1:]
        for which in present:
            for what in ("look", "store", "answer"):
                step(services[which], store, what, now, "")
        led.append([each for each in present if services[each].candidate.leads(services[each].clock(now))])
    assert led[0] == [gone]
    assert led[-1] in ([order[1]], [order[2]])
    assert [] in led


def test_a_lease_that_nobody_holds_is_taken_at_once() -> None:
    candidate = Candidate("a", TERMS)
    free = Lease(version="7", holder="", lasts=NOW, transitions=3)
    assert candidate.sees(free, NOW) == Lease(version="7", holder="a", lasts=TERMS.lasts, transitions=4)
    assert not candidate.leads(NOW)


def test_whoever_states_a_longer_time_is_given_it_within_bounds() -> None:
    candidate = Candidate("a", TERMS)
    held = Lease(version="7", holder="b", lasts=Milliseconds(60_000))
    endless = replace(held, version="8", lasts=Milliseconds(10**12))
    assert [candidate.sees(held, Milliseconds(each)) is None for each in (0, 59_999, 60_000)] == [
        True,
        True,
        False,
    ]
    assert candidate.sees(endless, Milliseconds(100_000)) is None
    assert candidate.sees(endless, Milliseconds(400_000)) is not None


def test_a_leader_renews_what_it_holds_and_stays_the_one_that_acquired_it() -> None:
    candidate = Candidate("a", TERMS)
    held = Lease(version="7", holder="a", lasts=TERMS.lasts, transitions=2, acquired="2026-01-01T00:00:00Z")
    assert candidate.sees(held, Milliseconds(5)) == held
    candidate.stored(Milliseconds(5))
    assert candidate.leads(Milliseconds(5 + TERMS.leads - 1))
    assert not candidate.leads(Milliseconds(5 + TERMS.leads))
