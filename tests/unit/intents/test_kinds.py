"""Objects of each API give the facts that a reader finds in them, and no kind is described twice in vain."""

from pathlib import Path
from typing import Any

import pytest

from interlock.intents.kinds import KINDS
from support.facts import facts_of
from support.intents import intent_of, kinds


@pytest.mark.parametrize("case", kinds(), ids=lambda case: case["name"])
def test_an_object_gives_its_facts(case: dict[str, Any]) -> None:
    intent = intent_of(case["manifest"])
    facts = {
        **facts_of(intent),
        "images": len(intent["images"]),
        "region": intent["data"].get("region"),
        "unresolved": [each["path"] for each in intent["unresolved"]],
    }
    assert {name: each for name, each in facts.items() if each} == case["facts"]


def test_every_kind_is_described_by_its_group_and_name() -> None:
    assert all(kind and kind[0].isupper() and "/" not in group for group, kind in KINDS)


def _on_page() -> set[tuple[str, str]]:
    """The kinds that the reference lists, by the group of their row."""
    page = Path(__file__).parents[3] / "docs" / "reference" / "kinds.md"
    rows = [line.split("|") for line in page.read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    words = [(row[1].strip(" `"), row[2]) for row in rows]
    return {
        ("" if group == "core" else group, kind.strip("` "))
        for group, listed in words
        if "`" in listed
        for kind in listed.split(",")
    }


def test_the_reference_lists_all_kinds() -> None:
    assert _on_page() == set(KINDS)
