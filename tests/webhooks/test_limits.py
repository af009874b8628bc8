"""Limits at the check API."""

from pathlib import Path

import msgspec

from interlock.decisionlog.record import record
from interlock.decisionlog.recorded import RecordedDecision
from interlock.engine import Engine
from interlock.loading.policyset import load
from support.limits import OPEN, intent, limits
from support.strategies import NOW


def test_what_limits_leave_is_part_of_the_answer(tmp_path: Path) -> None:
    policies = (
        limits("a", "of: intent.usage.?outputTokens, ceiling: 9, floor: 1"),
        limits("b", "of: model.name, allowed: [x], blocked: [y]", spec="  area: models\n"),
    )
    (tmp_path / "policies.yaml").write_text("---\n".join((OPEN, *policies)))
    recorded = record(Engine(load([tmp_path])).decide(intent(10, ["y"]), now=NOW))
    told = msgspec.convert(recorded, RecordedDecision, strict=True)
    assert told["limits"] == recorded["limits"]
    assert [reason["of"] for reason in told["reasons"]] == ["intent.usage.?outputTokens", "model.name"]
