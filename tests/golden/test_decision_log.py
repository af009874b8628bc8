"""A decision log of the requests of testdata under the shipped policies is decided again exactly so.

`pytest tests/golden/test_decision_log.py --update-golden` records it anew.
"""

import json
from pathlib import Path

import pytest
import re2

from support.commandline import run

_ROOT = Path(__file__).parents[2]
_LOG = _ROOT / "testdata" / "decisionlog" / "requests.jsonl"
_DIGEST = re2.compile(r"sha256:[0-9a-f]{64}")


def _recorded(log: Path) -> str:
    """A log of the same requests, written now to `log`."""
    run("check", "policies", "testdata/requests", "--now", "2026-01-15T12:00:00Z", "--log", str(log))
    return log.read_text(encoding="utf-8")


def test_the_golden_log_is_decided_again_without_a_difference(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, update_golden: bool
) -> None:
    monkeypatch.chdir(_ROOT)
    if update_golden:
        _LOG.write_text(_recorded(tmp_path / "log"), encoding="utf-8")
    told = run("replay", str(_LOG), "policies", "--output", "json")
    assert json.loads(told.stdout)["differences"] == []
    assert (told.exit_code, told.stderr) == (0, "")


def test_what_is_recorded_now_is_the_golden_log_byte_for_byte(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(_ROOT)
    # Digests change with every policy and with the Catalog, which says nothing of what they decide.
    now, then = (
        _DIGEST.sub("", text) for text in (_recorded(tmp_path / "log"), _LOG.read_text(encoding="utf-8"))
    )
    assert now == then


def test_the_golden_log_has_allowances_denials_and_every_protocol() -> None:
    entries = [json.loads(line) for line in _LOG.read_text(encoding="utf-8").splitlines()]
    assert {entry["decision"]["decision"] for entry in entries} == {"allow", "deny"}
    keys = {key for entry in entries for key in entry["document"]}
    assert keys >= {"apiVersion", "request", "spec", "chat", "embeddings", "mcp", "caller"}
