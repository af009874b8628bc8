"""Subjects, resources and types of resources of Catalogs."""

import pytest

from interlock.digests import digest_of
from interlock.loading.canonical import plain
from interlock.loading.catalogs import over
from support.documents import catalog, loaded, messages

_ENTITIES = """
  subjects:
    - {type: user, id: bob, properties: {role: admin, groups: [staff], level: 7}}
    - {type: user, id: alice}
  resources:
    - {type: user, id: bob, properties: {open: true, share: 0.5, tags: {a: [x]}}}
  resourceTypes:
    - {name: record, operations: [write, read, write]}
"""


def test_subjects_and_resources_are_found_by_type_and_id() -> None:
    found = loaded(catalog("own", _ENTITIES)).catalog
    bob = found.subject("user", "bob")
    assert bob is not None
    assert dict(bob.properties) == {"role": "admin", "groups": ["staff"], "level": 7}
    resource = found.resource("user", "bob")
    assert resource is not None
    assert dict(resource.properties) == {"open": True, "share": 0.5, "tags": {"a": ["x"]}}
    assert [each.id for each in found.subjects] == ["alice", "bob"]
    assert (
        found.subject("user", "carol")
        is found.subject("bob", "user")
        is found.resource("user", "alice")
        is None
    )
    assert [(each.name, each.operations) for each in found.resource_types] == [("record", ("read", "write"))]


@pytest.mark.parametrize(
    ("first", "second", "message"),
    [
        ("subjects", "subjects", "duplicate name `a`: 0.yaml:6:24 has it already"),
        ("resources", "resources", "duplicate name `a`: 0.yaml:6:24 has it already"),
        ("subjects", "resources", ""),
    ],
)
def test_a_subject_or_resource_is_listed_once(first: str, second: str, message: str) -> None:
    texts = [
        catalog(name, f"  {sort}:\n    - {{type: user, id: a}}\n")
        for name, sort in (("x", first), ("y", second))
    ]
    assert messages(*texts) == ([message] if message else [])


def test_a_type_of_resources_is_listed_once() -> None:
    entry = "{name: record, operations: [read]}"
    (message,) = messages(catalog("own", f"  resourceTypes:\n    - {entry}\n    - {entry}\n"))
    assert message == "duplicate name `record`: 0.yaml:6:14 has it already"


def test_what_is_known_of_somebody_is_covered_by_the_digest_of_the_set() -> None:
    def digest(*entries: str) -> str:
        listed = "".join(f"    - {{type: user, id: {entry}}}\n" for entry in entries)
        return digest_of(plain(loaded(catalog("own", f"  subjects:\n{listed}")).catalog))

    admin, guest = "a, properties: {role: admin, level: 1}", "a, properties: {role: guest, level: 1}"
    assert digest(admin) != digest(guest)
    assert digest(admin, "b") == digest("b", "a, properties: {level: 1, role: admin}")


def test_an_own_entity_is_over_one_below_it() -> None:
    below, own = (
        loaded(catalog("b", _ENTITIES)).catalog,
        loaded(catalog("o", "  subjects:\n    - {type: user, id: bob}\n")).catalog,
    )
    found = over(below, own)
    assert [(each.id, dict(each.properties)) for each in found.subjects] == [("alice", {}), ("bob", {})]
    assert (found.resources, found.resource_types) == (below.resources, below.resource_types)
