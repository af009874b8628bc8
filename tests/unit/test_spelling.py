from hypothesis import given
from hypothesis import strategies as st

from interlock.spelling import alternatives, closest, quoted, suggestion


def test_a_close_word_is_suggested() -> None:
    assert suggestion("enforcment", ["enforcement", "description"]) == "did you mean `enforcement`?"


def test_without_a_close_word_all_are_listed() -> None:
    assert suggestion("x", ["warn", "audit", "enforce"]) == "choose `audit`, `enforce` or `warn`"
    assert suggestion("x", ["warn"]) == "choose `warn`"


def test_a_long_list_is_cut() -> None:
    hint = suggestion("#", [f"policy-{index:02}" for index in range(20)])
    assert hint.endswith("`policy-11` or one of 8 more")


def test_nothing_to_choose_from_is_said() -> None:
    assert suggestion("x", []) == "there is none"
    assert closest("x", []) is None


def test_alternatives_read_as_a_list() -> None:
    assert alternatives(["a", "b", "c"]) == "`a`, `b` or `c`"


def test_a_long_text_is_cut() -> None:
    assert quoted("x" * 61) == f"`{'x' * 59}…`"
    assert quoted("x" * 60) == f"`{'x' * 60}`"


@given(st.text())
def test_what_is_quoted_is_printable(text: str) -> None:
    assert quoted(text).isprintable()


def test_what_a_terminal_would_obey_is_escaped() -> None:
    assert quoted("\x1b[2J\n\u202e") == r"`\x1b[2J\n\u202e`"
