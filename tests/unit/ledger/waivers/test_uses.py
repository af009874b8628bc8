"""What a waiver is counted under."""

from dataclasses import replace
from typing import Any

import pytest

from interlock.identity import Digest, LayerName, PolicyName, RuleName
from interlock.ledger.waivers.uses import REMEMBERED, is_remembered, quota_of
from interlock.model.waiver import Waived
from interlock.spans import Span, typed_in
from interlock.units import Instant
from support.laws import WAIVER

_COUNTED = replace(WAIVER, max_uses=3)
_OTHER_RULE = Waived(policy=PolicyName("other"), rule=RuleName("rule"), digest=Digest("sha256:1"))


def test_a_waiver_that_nobody_counts_has_no_quota() -> None:
    assert quota_of(WAIVER) is None


@pytest.mark.parametrize(
    "change",
    [
        {"name": "renamed"},
        {"layer": LayerName("team")},
        {"rules": (*WAIVER.rules, _OTHER_RULE)},
        {"scope": typed_in("intent.action == 'x'", "scope")},
        {"owner": "somebody"},
        {"approver": "somebody"},
        {"starts": Instant(WAIVER.starts + 1)},
        {"expires": Instant(WAIVER.expires + 1)},
    ],
)
def test_another_approval_is_counted_anew(change: dict[str, Any]) -> None:
    first, second = quota_of(_COUNTED), quota_of(replace(_COUNTED, **change))
    assert first is not None
    assert second is not None
    assert second.approval != first.approval


@pytest.mark.parametrize(
    "change",
    [
        {"reason": "said better"},
        {"max_uses": 5},
        {"span": Span("moved.yaml", 9, 1)},
        {"rules": (_OTHER_RULE, *WAIVER.rules)},
    ],
)
def test_the_same_approval_is_counted_on(change: dict[str, Any]) -> None:
    both = replace(_COUNTED, rules=(*WAIVER.rules, _OTHER_RULE)) if "rules" in change else _COUNTED
    first, second = quota_of(both), quota_of(replace(both, **change))
    assert first is not None
    assert second is not None
    assert second.approval == first.approval


def test_a_request_is_remembered_for_an_hour() -> None:
    assert REMEMBERED == 3_600_000


@pytest.mark.parametrize(
    ("later", "is_known"), [(0, True), (REMEMBERED - 1, True), (REMEMBERED, False), (REMEMBERED + 1, False)]
)
def test_after_that_it_is_another_request(later: int, is_known: bool) -> None:  # noqa: FBT001  # a table
    taken = Instant(1_000)
    assert is_remembered(taken, Instant(taken + later)) is is_known
