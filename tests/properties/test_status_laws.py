"""Whatever stands in a status, what is written into it is written once, and leaves alone what others wrote."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from interlock.identity import Digest
from interlock.units import Instant
from interlock_webhooks.controller.acceptance import Acceptance, Fault, Reason
from interlock_webhooks.controller.documents import Field
from interlock_webhooks.controller.status import Report, patch
from support.kubernetes.patches import merge_patch

NAMES = st.sampled_from(["a", "b", "c"])
DIGESTS = st.sampled_from([None, Digest("sha256:1"), Digest("sha256:2")])
FAULTS = st.builds(
    Fault,
    field=st.builds(Field, path=st.sampled_from(["spec", "spec.rules[0].permit"]), place=st.just("1:2")),
    message=st.just("wrong"),
    is_of_expression=st.booleans(),
)
ACCEPTANCES = st.one_of(
    st.just(Acceptance(reason=Reason.IN_FORCE, message="in force")),
    st.just(Acceptance(reason=Reason.HELD_BACK, message="held back")),
    st.builds(
        Acceptance,
        reason=st.just(Reason.INVALID),
        message=st.just("wrong"),
        faults=st.lists(FAULTS, min_size=1, max_size=3).map(tuple),
    ),
)
REPORTS = st.builds(
    Report,
    acceptance=ACCEPTANCES,
    digest=DIGESTS,
    generation=st.integers(1, 3),
    now=st.sampled_from([Instant(1_800_000_000_000), Instant(1_800_000_060_000)]),
)
LIVE = st.none() | st.frozensets(NAMES, min_size=1)
CONDITIONS = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["Ready", "TypeChecked", "Reviewed"]),
            "status": st.sampled_from(["True", "False"]),
            "lastTransitionTime": st.just("2026-01-01T00:00:00Z"),
        }
    ),
    unique_by=lambda each: str(each["type"]),
    max_size=3,
)
ENTRIES = st.fixed_dictionaries({"ready": st.booleans(), "digest": DIGESTS, "observedAt": st.just("2026")})
ANYTHING = st.none() | st.integers() | st.lists(st.none() | st.integers(), max_size=2) | st.just({"x": 1})
STATUSES = st.fixed_dictionaries(
    {}, optional={"conditions": CONDITIONS | ANYTHING, "replicas": st.dictionaries(NAMES, ENTRIES | ANYTHING)}
)
BODIES = st.builds(lambda status: {"status": status}, STATUSES | ANYTHING)


@given(body=BODIES, report=REPORTS, replica=NAMES, live=LIVE)
def test_what_is_written_is_not_written_again(
    body: dict[str, Any], report: Report, replica: str, live: frozenset[str] | None
) -> None:
    live = live and live | {replica}
    found = patch(replica, body, report, live)
    if found is not None:
        assert patch(replica, merge_patch(body, found), report, live) is None


@given(body=BODIES, report=REPORTS, replica=NAMES, live=LIVE)
def test_replicas_that_live_and_conditions_of_others_are_left_alone(
    body: dict[str, Any], report: Report, replica: str, live: frozenset[str] | None
) -> None:
    live = live and live | {replica}
    found = patch(replica, body, report, live)
    after = merge_patch(body, found or {})["status"] or {}
    before = body["status"] if isinstance(body["status"], dict) else {}
    entries = before.get("replicas") if isinstance(before.get("replicas"), dict) else {}
    for name, entry in (entries or {}).items():
        if name != replica and (live is None or name in live):
            assert after["replicas"].get(name) == entry
        elif name != replica:
            assert name not in after["replicas"]
    given_ = before.get("conditions")
    others = [each for each in given_ or () if each["type"] == "Reviewed"] if is_conditions(given_) else []
    if others:
        assert all(each in after["conditions"] for each in others)


@given(body=BODIES, report=REPORTS, replica=NAMES, live=st.frozensets(NAMES, min_size=1))
def test_a_document_is_ready_only_if_all_that_live_decide_by_the_same_set(
    body: dict[str, Any], report: Report, replica: str, live: frozenset[str]
) -> None:
    found = patch(replica, body, report, live | {replica})
    after = merge_patch(body, found or {})["status"]
    (ready,) = [each for each in after["conditions"] if each["type"] == "Ready"]
    agree = all(
        isinstance(entry := after["replicas"].get(name), dict)
        and entry.get("ready") is True
        and entry.get("digest") == report.digest
        for name in live | {replica}
    )
    assert (ready["status"] == "True") == (agree and report.acceptance.reason is Reason.IN_FORCE)


def is_conditions(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)
