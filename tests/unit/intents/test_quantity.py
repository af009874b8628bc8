import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.intents.quantity import whole_quantity
from interlock.model.intent import MAX_INT64


@pytest.mark.parametrize(
    ("written", "count"),
    [
        ("1", 1),
        (8, 8),
        (0, 0),
        ("+4", 4),
        ("2k", 2000),
        ("1500m", 2),
        ("1000m", 1),
        ("0.5", 1),
        (".5", 1),
        ("1.", 1),
        (1.0, 1),
        (2.5, 3),
        ("1e3", 1000),
        ("1E3", 1000),
        ("1e+1", 10),
        ("25e-1", 3),
        ("4Ki", 4096),
        ("1.5Ki", 1536),
        ("1E", 10**18),
        ("1n", 1),
        (str(MAX_INT64), MAX_INT64),
    ],
)
def test_quantities_are_read_as_kubernetes_reads_them_and_rounded_up(written: object, count: int) -> None:
    assert whole_quantity(written) == count


@pytest.mark.parametrize(
    "written",
    [
        "",
        " 1",
        "-1",
        -7,
        "one",
        "1 2",
        "1.2.3",
        "1g",
        "1e",
        "1e+",
        "1e999",
        "1ee3",
        "x1",
        "٣",
        "1٣",
        "{{ .Values.gpus }}",
        "$(GPUS)",
        "9223372036854775808",
        "9" * 41,
        "10E",
        True,
        None,
        [],
        {},
        float("nan"),
        float("inf"),
    ],
)
def test_what_is_no_count_is_none_rather_than_zero(written: object) -> None:
    assert whole_quantity(written) is None


@given(st.integers(min_value=0, max_value=MAX_INT64))
def test_every_whole_number_is_itself(count: int) -> None:
    assert whole_quantity(count) == whole_quantity(str(count)) == count


@given(st.text() | st.text("0123456789.eE+-kKiMmn"))
def test_no_text_is_too_strange(written: str) -> None:
    count = whole_quantity(written)
    assert count is None or 0 <= count <= MAX_INT64
