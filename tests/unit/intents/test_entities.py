"""Subjects and resources of accesses, with what the Catalog knows of them."""

import pytest

from interlock.intents.access import from_access
from interlock.intents.context import ExtractionContext
from interlock.model.catalog import Catalog
from interlock.model.entities import EntityEntry
from interlock.model.labels import DEFAULT_LABELS
from interlock.units import Instant
from support.accesses import access_body

_KNOWING = ExtractionContext(
    Catalog(
        subjects=(EntityEntry(type="user", id="alice", properties={"role": "guest", "groups": ["staff"]}),),
        resources=(EntityEntry(type="record", id="record-1", properties={"status": "active", "owner": "bob"}),),
    ),
    DEFAULT_LABELS,
    Instant(0),
)


def test_what_the_catalog_knows_fills_in_what_an_access_does_not_say() -> None:
    intent = from_access(access_body(), {}, _KNOWING)
    assert intent["principal"]["claims"] == {"role": "guest", "groups": ["staff"]}
    assert intent["principal"]["groups"] == ["staff"]
    assert intent["resources"][0]["properties"] == {"status": "active", "owner": "bob"}
    provenance = intent["provenance"]
    assert provenance["principal.claims.role"] == 'catalog.subjects["user/alice"].properties.role'
    assert (
        provenance["resources[0].properties.owner"] == 'catalog.resources["record/record-1"].properties.owner'
    )


def test_what_an_access_says_itself_counts_first() -> None:
    body = access_body(
        subject={"type": "user", "id": "alice", "properties": {"role": "admin", "groups": None}},
        resource={"type": "record", "id": "record-1", "properties": {"status": "archived"}},
    )
    intent = from_access(body, {}, _KNOWING)
    assert intent["principal"]["claims"] == {"role": "admin", "groups": None}
    assert intent["principal"]["groups"] == []
    assert intent["resources"][0]["properties"] == {"status": "archived", "owner": "bob"}
    assert intent["provenance"]["principal.claims.role"] == "subject.properties.role"
    assert intent["provenance"]["resources[0].properties.status"] == "resource.properties.status"


@pytest.mark.parametrize(("key", "other"), [("type", "robot"), ("id", "mallory")])
def test_what_the_catalog_knows_of_others_is_not_known(key: str, other: str) -> None:
    changed = {name: {**access_body()[name], key: other} for name in ("subject", "resource")}
    intent = from_access(access_body(**changed), {}, _KNOWING)
    assert intent["principal"]["claims"] == intent["resources"][0]["properties"] == {}


def test_what_the_catalog_knows_is_not_changed_by_who_reads_it() -> None:
    first = from_access(access_body(), {}, _KNOWING)
    first["principal"]["claims"]["role"] = "admin"
    assert from_access(access_body(), {}, _KNOWING)["principal"]["claims"]["role"] == "guest"
