"""Where a waiver applies: only where its scope is true, and nowhere if it fails."""

from pathlib import Path

import pytest

from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.loading.policyset import load
from interlock.units import Instant
from support.documents import loaded, policy, policy_set, waiver
from support.reviews import chat


@pytest.mark.parametrize(
    ("scope", "lifts"),
    [
        ("true", True),
        ("false", False),
        ("1 / 0 == 1", False),
        ("1 / 0 == 1 || 1 / 0 == 2", False),
        ("[true][1]", False),
        ("intent.attribution.project == 'x'", False),
        ("!(intent.attribution.project == 'x')", False),
        ("lists.range(400000).map(i, lists.range(400000)).size() > 0", False),
    ],
)
def test_waiver_error_closed(tmp_path: Path, scope: str, lifts: bool) -> None:  # noqa: FBT001
    rule = policy(rules="    - {name: at-most-eight, require: 'false', message: too many}\n")
    layers = policy_set("  layers: [{name: organization}]\n")
    (compiled,) = loaded(rule, layers).policies
    pinned = waiver(digest=compiled.rules[0].digest).replace('intent.action == "model.chat"', f'"{scope}"')
    (tmp_path / "policies.yaml").write_text(f"{rule}---\n{layers}---\n{pinned}")
    engine = Engine(load([tmp_path]))
    found = decide_document(engine, chat("gpt-5"), now=Instant(1_768_000_000_000)).decision
    assert (found.allowed, len(found.waived), len(found.denials)) == (lifts, lifts, not lifts)
