"""What users see of policies: what `interlock check` prints, and what an engine says of the same."""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from interlock.decisionlog.record import record
from interlock.engine import Engine
from interlock.engine.document import decide_document
from interlock.foreign.attributes import Attributes
from interlock.foreign.described import Described
from interlock.foreign.requests import review_of
from interlock.loading.policyset import load
from interlock.model.ruling import Ruling
from interlock.units import Instant
from support.commandline import run

_NOW = "1970-01-01T00:00:00Z"


def checked(
    folder: Path,
    policies: Sequence[Mapping[str, Any]],
    attributes: Attributes,
    cluster: Sequence[dict[str, Any]],
    access: Sequence[Mapping[str, Any]],
) -> Ruling:
    """What `policies` say of a request in `cluster`; files are written into `folder`.

    An engine says the same as the command line.
    """
    requester = {
        "apiVersion": "interlock.dev/v1alpha1",
        "kind": "Requester",
        "spec": {"access": [*access]},
    }
    around, asked = [*cluster, requester], review_of(attributes)
    (folder / "policies").mkdir()
    _write(folder / "policies" / "policy.yaml", *policies)
    _write(folder / "cluster.yaml", *around)
    _write(folder / "review.yaml", asked)
    result = run(
        *("check", f"{folder}/policies", f"{folder}/review.yaml", "--cluster", f"{folder}/cluster.yaml"),
        *("--output", "json", "--now", _NOW),
    )
    assert result.exit_code in {0, 1}, result.stderr
    described = Described()
    for each in around:
        described.add(each)
    engine = Engine(load([folder / "policies"]))
    decision = decide_document(engine, asked, now=Instant(0), around=described.around(asked)).decision
    (entry,) = json.loads(result.stdout)
    assert entry["decision"] == json.loads(json.dumps(record(decision)))
    assert decision.kubernetes is not None
    return decision.kubernetes


def _write(path: Path, *documents: Mapping[str, Any]) -> None:
    path.write_text(yaml.safe_dump_all(documents), encoding="utf-8")
