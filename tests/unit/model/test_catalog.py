"""What the Catalog finds."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.model.catalog import AcceleratorEntry, Catalog, ModelEntry, ToolEntry


def model(*names: str, class_name: str = "") -> ModelEntry:
    return ModelEntry(names=names, class_name=class_name or names[0], provider="p", hosting="external")


def class_of(catalog: Catalog, name: str) -> str | None:
    entry = catalog.model(name)
    return entry.class_name if entry else None


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("gpt-5", "gpt-5"),
        ("gpt-5-mini", "gpt-5-*"),
        ("gpt-4", "gpt-*"),
        ("gpt-", "gpt-*"),
        ("gp", "*"),
        ("", "*"),
        ("a-x-b-y-c", "a-*-b-*-c"),
        ("a--b--c", "a-*-b-*-c"),
        ("a-b-c", "*"),
    ],
)
def test_an_exact_name_wins_and_then_the_longest_pattern(name: str, expected: str) -> None:
    catalog = Catalog(models=(model("*"), model("gpt-*"), model("gpt-5-*"), model("gpt-5"), model("a-*-b-*-c")))
    assert class_of(catalog, name) == expected
    assert class_of(catalog, name) == expected


def test_of_two_patterns_of_one_length_the_first_wins() -> None:
    assert class_of(Catalog(models=(model("a*"), model("*a"))), "aa") == "a*"
    assert class_of(Catalog(models=(model("*a"), model("a*"))), "aa") == "*a"


def test_of_two_exact_names_the_first_wins() -> None:
    assert class_of(Catalog(models=(model("a", class_name="one"), model("a", class_name="two"))), "a") == "one"


def test_what_nobody_listed_is_unknown() -> None:
    catalog = Catalog(models=(model("a"),))
    assert catalog.model("b") is None
    assert catalog.accelerator("a") is None
    assert catalog.tool("a", "b") is None


def test_accelerators_and_tools_are_found_by_their_names() -> None:
    h100 = AcceleratorEntry(names=("h100-*", "h100"), class_name="h100", vendor="nvidia")
    read = ToolEntry(names=("files/read",), class_name="read")
    files = ToolEntry(names=("files/*",), class_name="files")
    catalog = Catalog(accelerators=(h100,), tools=(files, read))
    assert catalog.accelerator("h100-80gb") is h100
    assert catalog.tool("files", "read") is read
    assert catalog.tool("files", "write") is files
    assert catalog.tool("other", "read") is None


def test_answers_stay_right_however_many_names_are_asked() -> None:
    catalog = Catalog(models=(model("even-*0"), model("*")))
    for number in range(5000):
        assert class_of(catalog, f"even-{number}") == ("even-*0" if number % 10 == 0 else "*")
    assert class_of(catalog, "even-10") == "even-*0"


@given(st.text("ab*", min_size=1, max_size=6).filter(lambda pattern: "*" in pattern), st.text("ab", max_size=8))
def test_a_star_stands_for_any_text(pattern: str, name: str) -> None:
    expected = re.fullmatch(".*".join(map(re.escape, pattern.split("*"))), name) is not None
    assert (Catalog(models=(model(pattern),)).model(name) is not None) is expected


def test_equal_catalogs_are_equal_whatever_was_asked_of_them() -> None:
    one, other = Catalog(models=(model("a*"),)), Catalog(models=(model("a*"),))
    one.model("ab")
    assert one == other
    assert "_models" not in repr(one)
