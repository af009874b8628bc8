"""What policies leave open before any candidate is looked at."""

from pathlib import Path

import pytest

from interlock.search.outlook import outlook
from interlock.search.paging import FIRST_PAGE
from interlock.search.query import Sought
from interlock.search.search import Search
from support.documents import policy, waiver
from support.searchedrecords import ON_RESOURCES, search_engine, search_query


@pytest.mark.parametrize(
    ("rules", "is_hopeless"),
    [
        ("{name: r, permit: intent.operation.name == 'write'}", True),
        ("{name: r, permit: intent.operation.name == 'write' || resource.id == '2'}", False),
        ("{name: r, permit: 'true'}", False),
        ("{name: r, permit: 'true'}\n    - {name: f, forbid: intent.kind == 'record', message: no}", True),
        ("{name: r, permit: 'true'}\n    - {name: f, require: intent.kind == 'tool', message: no}", True),
        ("{name: r, permit: 'true'}\n    - {name: f, forbid: now > timestamp(0), message: no}", False),
        ("{name: r, require: 'true', message: no}", True),
    ],
)
def test_candidates_are_not_looked_at_where_none_can_be_allowed(
    tmp_path: Path,
    rules: str,
    is_hopeless: bool,  # noqa: FBT001
) -> None:
    engine = search_engine(tmp_path, policy("p", spec=ON_RESOURCES, rules=f"    - {rules}\n"))
    query = search_query(engine, Sought.RESOURCE)
    assert outlook(engine.policies, query, None).is_hopeless is is_hopeless
    assert bool(Search.begun(engine, query, FIRST_PAGE).candidates) is not is_hopeless


def test_what_a_waiver_may_lift_is_looked_at(tmp_path: Path) -> None:
    forbid = "    - {name: at-most-eight, forbid: intent.kind == 'record', message: no}\n"
    rules = f"{forbid}    - {{name: p, permit: 'true'}}\n"
    denied = policy(spec=ON_RESOURCES, rules=rules)
    engine = search_engine(tmp_path, denied)
    query = search_query(engine, Sought.RESOURCE)
    assert outlook(engine.policies, query, None).is_hopeless
    (compiled,) = engine.policies.compiled
    (digest,) = {rule.id.digest for rule in compiled.rules if rule.id.rule == "at-most-eight"}
    lifted = search_engine(tmp_path, denied, waiver(digest=digest))
    assert not outlook(lifted.policies, query, None).is_hopeless
