"""A small world of records, tools and models, for tests of single searches."""

from pathlib import Path
from typing import Any, Final

from interlock.engine import Engine
from interlock.loading.policyset import load
from interlock.search.query import Query, Sought, query_of
from support.documents import catalog, policy
from support.strategies import NOW

_RECORDS: Final = """
  subjects:
    - {type: user, id: bob, properties: {role: admin}}
    - {type: user, id: alice, properties: {role: guest}}
    - {type: robot, id: r2}
  resources:
    - {type: record, id: "2", properties: {owner: bob}}
    - {type: record, id: "10", properties: {owner: alice}}
  resourceTypes:
    - {name: record, operations: [write, read]}
  tools:
    - {names: [files/write, files/read, "web/*"], class: read}
  models:
    - {names: [tiny], class: small, provider: acme, hosting: selfHosted}
"""
ON_RESOURCES: Final = "  area: resources\n"


def search_engine(folder: Path, *documents: str) -> Engine:
    """An engine that knows a few records, tools and a model, and decides by `documents`."""
    path = folder / "policies.yaml"
    path.write_text("---\n".join((catalog("c", _RECORDS), *documents)), encoding="utf-8")
    return Engine(load([path]))


def permitting(condition: str, spec: str = ON_RESOURCES, name: str = "permits") -> str:
    """A policy with one rule, which permits under `condition`."""
    return policy(name, spec=spec, rules=f'    - {{name: r, permit: "{condition}"}}\n')


def search_query(engine: Engine, sought: Sought, **changes: Any) -> Query:  # raw JSON
    """Alice, who wants to read record 2, with `changes`, one of which may be the caller."""
    access = {
        "subject": {"type": "user", "id": "alice"},
        "action": {"name": "read"},
        "resource": {"type": "record", "id": "2"},
        **{key: value for key, value in changes.items() if key != "caller"},
    }
    beside = {"caller": changes["caller"]} if "caller" in changes else {}
    return query_of(sought, {"access": access, **beside}, engine.context_at(NOW))
