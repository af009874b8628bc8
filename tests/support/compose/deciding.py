"""Worlds loaded and asked as in practice: documents in files, the loader, the engine, the record."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.loading.policyset import load
from interlock.model.decision import Decision
from interlock.model.intent import Intent
from interlock.model.verdict import Verdict
from support.compose.world import World, documents
from support.strategies import NOW


def engine(world: World) -> Engine:
    """The engine of `world`, all documents in one file."""
    return engine_of({"world.yaml": documents(world)})


def engine_of(files: Mapping[str, Sequence[str]]) -> Engine:
    """The engine of the documents in `files`, by their paths below one folder."""
    with TemporaryDirectory() as folder:
        for name, texts in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("---\n".join(texts), encoding="utf-8")
        return Engine(load([Path(folder)]))


def decided(world: World, intent: Intent) -> Decision:
    """What `world` decides on `intent`."""
    return engine(world).decide(intent, now=NOW)


def recorded(decision: Decision, *without: str) -> bytes:
    """The record of `decision` as it is logged, but for the keys in `without`."""
    kept = {key: value for key, value in record(decision).items() if key not in without}
    return json.dumps(kept, sort_keys=True).encode()


def said(decision: Decision) -> set[Verdict]:
    """Every verdict of `decision`, of whatever mode."""
    return {
        *decision.denials,
        *decision.permits,
        *decision.waived,
        *decision.errors,
        *decision.warnings,
        *decision.audits,
        *decision.tried,
    }


def of_rule(verdict: Verdict) -> tuple[str, str, str]:
    """The names of the rule's layer, policy and itself."""
    return verdict.rule.layer, verdict.rule.policy, verdict.rule.rule


def plainly(
    verdicts: Iterable[Verdict], naming: Callable[[Verdict], tuple[str, ...]] = of_rule
) -> set[tuple[Any, ...]]:
    """What these verdicts say, each rule by the names that `naming` gives it, without digests and places."""
    return {
        (
            *naming(verdict),
            verdict.item,
            verdict.outcome,
            verdict.message,
            verdict.error,
            verdict.ignored,
            verdict.waiver is not None,
        )
        for verdict in verdicts
    }
