"""What a tool says of itself, in one digest."""

import hashlib
from typing import Any

import pytest

from interlock.intents.tooldefinitions import definition_digest, mirrored_arguments

_TOOL = {"name": "send", "description": "Sends.", "inputSchema": {"type": "object", "properties": {"ä": {}}}}


def test_the_digest_is_that_of_canonical_json() -> None:
    text = '{"description":"Sends.","inputSchema":{"properties":{"ä":{}},"type":"object"},"name":"send"}'
    assert definition_digest(_TOOL) == f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


@pytest.mark.parametrize(
    "more", [{"icons": [{"src": "x"}]}, {"_meta": {"x": 1}}, {"execution": {}}, {"title": None}]
)
def test_what_agents_do_not_read_is_not_in_it(more: dict[str, Any]) -> None:
    assert definition_digest({**_TOOL, **more}) == definition_digest(_TOOL)


@pytest.mark.parametrize("key", ["name", "title", "description", "inputSchema", "outputSchema", "annotations"])
def test_what_agents_read_is(key: str) -> None:
    assert definition_digest({**_TOOL, key: {"changed": True}}) != definition_digest(_TOOL)


@pytest.mark.parametrize("schema", [None, 1, [], {}, {"properties": []}, {"properties": {"x": None}}])
def test_what_has_no_annotations_is_in_no_headers(schema: Any) -> None:
    assert mirrored_arguments({"inputSchema": schema}) == {}


def test_no_schema_is_looked_through_for_ever() -> None:
    schema: dict[str, Any] = {}
    for _ in range(60):
        schema = {"x-mcp-header": "Deep", "properties": {"x": schema}}
    assert max(map(len, mirrored_arguments({"inputSchema": schema}).values())) <= 32
