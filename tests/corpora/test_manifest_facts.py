"""Manifests of other projects say what a reader of them finds: `manifest_facts.yaml` was written by hand."""

from pathlib import Path
from typing import Any

import pytest

from interlock.intents.extract import extract
from support.facts import facts_of
from support.intents import CONTEXT, MANIFESTS, manifests, parse_yaml

_FACTS: dict[str, dict[int, dict[str, Any]]] = parse_yaml(
    Path(__file__).with_name("manifest_facts.yaml").read_text(encoding="utf-8")
)
_FEWEST = 280

pytestmark = pytest.mark.skipif(not MANIFESTS.is_dir(), reason="the corpora are not beside the repository")


@pytest.mark.parametrize("stem", sorted(_FACTS))
def test_documents_say_what_a_reader_finds_in_them(stem: str) -> None:
    documents = [document for _, document in manifests(stem)]
    nothing: dict[str, Any] = {"pods": 0, "accelerators": [], "models": [], "tools": []}
    said, expected = {}, {}
    for place, facts in _FACTS[stem].items():
        name = facts.pop("name", None)
        metadata = documents[place]["metadata"]
        assert name in {None, metadata.get("name"), metadata.get("generateName")}
        said[place] = facts_of(extract(documents[place], CONTEXT))
        expected[place] = nothing | facts
    assert said == expected


def test_many_documents_of_most_kinds_were_read() -> None:
    assert sum(map(len, _FACTS.values())) >= _FEWEST
