"""Each folder of testdata/decisions holds a request and exactly what is decided of it.

`shipped.txt` names documents of the library that decide, one a line, and
`policies.yaml` holds documents of the case's own. `clock.json` sets the time, and
may say that the caller's time has run out. `pytest tests/golden/test_decisions.py
--update-golden` renews the decisions.
"""

import json
from datetime import datetime
from functools import cache
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from interlock.decisionlog.record import record
from interlock.documents.inputs import read_inputs
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.intents.extract import extract
from interlock.loading.policyset import load
from interlock.units import Instant

_ROOT = Path(__file__).parents[2]
_FOLDER = _ROOT / "testdata" / "decisions"
_CASES = sorted(path.name for path in _FOLDER.iterdir())
_DEFAULT_CLOCK = {"now": "2026-01-15T12:00:00Z"}


def _policies(case: Path) -> tuple[Path, ...]:
    shipped = case / "shipped.txt"
    named = shipped.read_text(encoding="utf-8").split() if shipped.exists() else []
    return (*(_ROOT / "policies" / name for name in named), *case.glob("policies.yaml"))


@cache
def _engine(paths: tuple[Path, ...]) -> Engine:
    return Engine(load(paths))


def _request(case: Path) -> dict[str, Any]:
    (path,) = case.glob("request.*")
    (request,), problems = read_inputs(path)
    assert not problems
    return request.value


def _decided(case: Path) -> dict[str, Any]:
    clock_file = case / "clock.json"
    clock = json.loads(clock_file.read_text(encoding="utf-8")) if clock_file.exists() else _DEFAULT_CLOCK
    now = Instant(int(datetime.fromisoformat(clock["now"]).timestamp() * 1000))
    engine = _engine(_policies(case))
    if "outOfTime" in clock:
        decision = engine.decide(extract(_request(case), engine.context_at(now)), now=now, until=0)
    else:
        decision = decide_document(engine, _request(case), now=now).decision
    decided = record(decision)
    # The digest covers the whole shipped Catalog, which has nothing to do with most cases.
    assert decided["policySet"] == engine.policies.digest
    return {**decided, "policySet": "the digest of the policy set"}


@pytest.mark.parametrize("case", _CASES)
def test_exactly_this_is_decided(case: str, *, update_golden: bool) -> None:
    decided = json.dumps(_decided(_FOLDER / case), indent=2, ensure_ascii=False) + "\n"
    expected = _FOLDER / case / "decision.json"
    if update_golden:
        expected.write_text(decided, encoding="utf-8")
    assert decided == expected.read_text(encoding="utf-8")


def _expected() -> list[dict[str, Any]]:
    return [json.loads((_FOLDER / case / "decision.json").read_text(encoding="utf-8")) for case in _CASES]


def test_the_cases_cover_every_reason_code() -> None:
    codes = {reason["code"] for decided in _expected() for reason in decided["reasons"]}
    assert codes == {"violated", "errored", "unpermitted", "conflict", "undischarged", "refused", "failed"}


@pytest.mark.parametrize(
    "part", ["permits", "waived", "warnings", "audits", "errors", "limits", "obligations", "advice"]
)
def test_the_cases_cover_every_part_of_a_decision(part: str) -> None:
    assert list(chain.from_iterable(decided[part] for decided in _expected()))


def test_the_cases_cover_every_protocol() -> None:
    kinds = {case.partition("-")[0] for case in _CASES}
    assert kinds >= {"admission", "manifest", "chat", "embeddings", "tool", "intent"}


def test_there_are_cases() -> None:
    assert len(_CASES) >= 20
