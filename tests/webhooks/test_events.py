"""Denials as Events: about whom, what they say, and how often."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.units import Instant
from interlock_webhooks.events.event import event_of, notice_of
from support.reviews import pod, review

NOW = Instant(1_760_000_000_123)
OWNER = {"apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "web-5d", "uid": "r-1"}


def request(item: Any, **changes: Any) -> dict[str, Any]:
    """The request of a review of `item`."""
    found: dict[str, Any] = review(item, **changes)["request"]
    return found


def test_an_event_is_about_what_was_denied() -> None:
    event = event_of(notice_of(request(pod()), "no team"), "interlock-0", NOW)
    assert event["regarding"] == {"apiVersion": "v1", "kind": "Pod", "name": "web", "namespace": "shop"}
    assert event["metadata"]["namespace"] == "shop"
    assert (event["type"], event["reason"], event["note"]) == ("Warning", "Denied", "no team")
    assert event["eventTime"] == "2025-10-09T08:53:20.123000Z"
    assert event["reportingInstance"] == "interlock-0"


def test_an_event_is_about_the_controller_of_what_was_denied_if_it_has_one() -> None:
    owned = pod()
    owned["metadata"]["ownerReferences"] = [{**OWNER, "uid": "r-0"}, {**OWNER, "controller": True}]
    event = event_of(notice_of(request(owned), "no"), "interlock-0", NOW)
    assert event["regarding"] == {**OWNER, "namespace": "shop"}


def test_events_about_what_is_in_no_namespace_are_in_the_default_one() -> None:
    event = event_of(notice_of(request(pod(), namespace=""), "no"), "interlock-0", NOW)
    assert event["metadata"]["namespace"] == "default"
    assert "namespace" not in event["regarding"]


def test_what_was_to_be_deleted_is_named_too() -> None:
    gone = request(None, operation="DELETE", oldObject={**pod(), "metadata": {"name": "web", "uid": "p-1"}})
    assert event_of(notice_of(gone, "no"), "i", NOW)["regarding"]["uid"] == "p-1"


@pytest.mark.parametrize(
    "metadata", [None, 7, [], {"ownerReferences": 7}, {"ownerReferences": [7, {"controller": True}]}]
)
def test_objects_that_are_none_are_no_reason_to_fail(metadata: Any) -> None:
    notice = notice_of(request({**pod(), "metadata": metadata}), "no")
    assert event_of(notice, "i", NOW)["note"] == "no"


@given(st.text(max_size=3000))
def test_a_note_fits_into_what_the_api_server_takes(message: str) -> None:
    note = notice_of(request(pod()), message).note
    assert len(note.encode()) <= 1024
    assert "\n" not in note


def test_notices_are_the_same_that_tell_the_same_of_the_same() -> None:
    one, again = (notice_of(request(pod(), uid=uid), "no") for uid in ("1", "2"))
    assert one.identity == again.identity
    assert one.identity != notice_of(request(pod()), "yes").identity
    assert one.identity != notice_of(request(pod(), namespace="other"), "no").identity
