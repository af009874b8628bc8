import gc
import pickle
import weakref
from dataclasses import replace
from fnmatch import fnmatchcase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.model import catalog
from interlock.model.catalog import AcceleratorEntry, Catalog, ModelEntry, ToolEntry


def _model(class_name: str, *names: str) -> ModelEntry:
    return ModelEntry(names=names, class_name=class_name, provider="p", hosting="external")


def _class_of(name: str, *entries: ModelEntry) -> str | None:
    found = Catalog(models=entries).model(name)
    return found.class_name if found else None


def test_an_exact_name_wins_over_every_pattern() -> None:
    assert _class_of("gpt-4", _model("a", "gpt-4*"), _model("b", "gpt-4")) == "b"


def test_the_longest_pattern_that_matches_wins() -> None:
    entries = (_model("a", "gpt-*"), _model("b", "gpt-4*", "x"), _model("c", "*"))
    assert [_class_of(name, *entries) for name in ("gpt-3", "gpt-4o", "x", "y")] == ["a", "b", "b", "c"]


def test_of_equally_good_names_the_first_entry_counts() -> None:
    assert _class_of("ab", _model("a", "a*"), _model("b", "*b")) == "a"
    assert _class_of("ab", _model("a", "ab"), _model("b", "ab")) == "a"


def test_nobody_knows_what_no_name_matches() -> None:
    assert _class_of("x", _model("a", "y", "z*")) is None
    assert _class_of("x") is None


@pytest.mark.parametrize(
    ("pattern", "name", "matches"),
    [
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("a*b*c", "abc", True),
        ("a*b*c", "acb", False),
        ("*bc*c", "abc", False),
        ("*ab*ab*", "abab", True),
        ("*ab*ab*", "aba", False),
        ("**", "", True),
        ("[a]*", "a", False),
        ("?*", "a", False),
    ],
)
def test_a_star_stands_for_any_text_and_nothing_else_does(pattern: str, name: str, *, matches: bool) -> None:
    assert (_class_of(name, _model("c", pattern)) is not None) == matches


@given(st.text("ab*", max_size=8).filter(lambda pattern: "*" in pattern), st.text("ab", max_size=8))
def test_patterns_match_as_globs_do(pattern: str, name: str) -> None:
    assert (_class_of(name, _model("c", pattern)) is not None) == fnmatchcase(name, pattern)


@given(st.lists(st.text("abc", max_size=3), max_size=20))
def test_an_answer_stays_the_same_however_often_it_is_asked_for(names: list[str]) -> None:
    one = Catalog(models=(_model("a", "a*"), _model("b", "b")))
    assert [one.model(name) for name in names * 2] == [
        Catalog(models=one.models).model(name) for name in names
    ] * 2


def test_what_is_remembered_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(catalog, "_REMEMBERED", 2)
    one = Catalog(models=(_model("a", "a*"),))
    for number in range(10):
        assert one.model(f"a{number}") is not None
    assert len(one._models._remembered) <= 2  # noqa: SLF001  # the bound shows nowhere else


def test_sorts_of_entries_are_apart() -> None:
    one = Catalog(
        accelerators=(AcceleratorEntry(names=("h100",), class_name="h100", vendor="nvidia"),),
        tools=(ToolEntry(names=("files/*",), class_name="read"),),
    )
    assert one.accelerator("h100") is not None
    assert one.model("h100") is None
    tool = one.tool("files", "list")
    assert tool is not None
    assert tool.class_name == "read"
    assert one.tool("web", "list") is None


def test_catalogs_with_the_same_entries_are_equal_and_can_be_replaced_and_pickled() -> None:
    one, other = Catalog(models=(_model("a", "a"),)), Catalog(models=(_model("a", "a"),))
    one.model("b")
    assert one == other
    assert hash(one) == hash(other)
    assert replace(one, models=()).model("a") is None
    assert pickle.loads(pickle.dumps(one)).model("a") == one.model("a")  # noqa: S301  # our own bytes


def test_long_names_are_looked_up_and_not_kept() -> None:
    known = Catalog(models=(_model("a", "x*"),))
    kept = weakref.WeakSet[_Name]()
    for number in range(3):
        name = _Name(f"x{number}" + "y" * 1000)
        kept.add(name)
        assert known.model(name) is not None
        del name
    gc.collect()
    assert not kept


class _Name(str):
    """A text that can be watched."""

    __slots__ = ("__weakref__",)
