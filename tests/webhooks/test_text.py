from hypothesis import given
from hypothesis import strategies as st

from interlock_webhooks.text import listed, lowered, one_line, quoted


@given(st.text(), st.integers(1, 50))
def test_one_line_is_printable_and_within_its_limit(text: str, limit: int) -> None:
    shown = one_line(text, limit)
    assert len(shown) <= limit
    assert shown.isprintable()


def test_what_fits_is_shown_as_it_is() -> None:
    assert one_line("größer", 6) == "größer"


def test_a_cut_text_says_so() -> None:
    assert one_line("abcdef", 4) == "abc…"


def test_control_characters_can_not_start_a_new_line() -> None:
    assert quoted("a\r\nb\0") == "`a  b `"


def test_a_list_that_fits_is_whole() -> None:
    assert listed(["a", "b"], ", ", 100) == "a, b"


@given(st.lists(st.text(max_size=20), max_size=30), st.integers(20, 200))
def test_a_list_stays_within_its_bytes_and_counts_what_it_leaves_out(items: list[str], limit: int) -> None:
    shown = listed(items, "\n", limit)
    assert len(shown.encode("utf-8", "surrogatepass")) <= limit
    if shown != "\n".join(items):
        left_out = int(shown.rpartition("and ")[2].removesuffix(" more"))
        assert 0 < left_out <= len(items)


def test_a_message_begins_in_lower_case_unless_with_an_abbreviation() -> None:
    assert [lowered(text) for text in ("Expected `x`", "JSON is malformed", "A", "")] == [
        "expected `x`",
        "JSON is malformed",
        "a",
        "",
    ]
