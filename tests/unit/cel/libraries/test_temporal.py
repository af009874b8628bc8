"""Timestamps and durations."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.temporal import format_duration, format_timestamp, parse_duration, parse_timestamp
from interlock.cel.values import MAX_INT, MIN_INT, Duration, Timestamp
from support.evaluation import error_of, value_of

SECOND = 1_000_000_000
FIRST = -62_135_596_800 * SECOND
LAST = 253_402_300_799 * SECOND + 999_999_999


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T00:00:00.000000001Z", 1),
        ("1970-01-01T00:00:00.1Z", 100_000_000),
        ("1970-01-01T00:00:00.1234567899Z", 123_456_789),
        ("1969-12-31T23:59:59.5Z", -500_000_000),
        ("1970-01-01t00:00:01z", SECOND),
        ("1970-01-01T01:00:00+01:00", 0),
        ("1969-12-31T23:30:00-00:30", 0),
        ("1970-01-01T23:59:00+23:59", 0),
        ("2000-02-29T00:00:00Z", 951_782_400 * SECOND),
        ("2024-02-29T12:00:00Z", 1_709_208_000 * SECOND),
        ("0001-01-01T00:00:00Z", FIRST),
        ("9999-12-31T23:59:59.999999999Z", LAST),
    ],
)
def test_timestamps_are_read(text: str, nanoseconds: int) -> None:
    assert value_of("timestamp(x)", x=text) == Timestamp(nanoseconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2024-02-29",
        "2024-02-29T00:00:00",
        "2024-02-29 00:00:00Z",
        "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z",
        "2024-13-01T00:00:00Z",
        "2024-04-31T00:00:00Z",
        "2024-01-01T24:00:00Z",
        "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:60Z",
        "2024-01-01T00:00:00.Z",
        "2024-01-01T00:00:00,5Z",
        "2024-01-01T00:00:00+24:00",
        "2024-01-01T00:00:00+01:60",
        "2024-01-01T00:00:00+0100",
        "2024-1-1T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "12024-01-01T00:00:00Z",
        " 2024-01-01T00:00:00Z",
        "2024-01-01T00:00:00Z\n",
        "\u0662024-01-01T00:00:00Z",
    ],
)
def test_what_is_no_timestamp_is_an_error(text: str) -> None:
    assert error_of("timestamp(x)", x=text) == "the text is no RFC 3339 timestamp"


@pytest.mark.parametrize("text", ["0001-01-01T00:00:00+00:01", "9999-12-31T23:59:59-00:01"])
def test_an_offset_can_lead_out_of_the_range(text: str) -> None:
    assert error_of("timestamp(x)", x=text) == "timestamp out of range"


@given(st.integers(FIRST, LAST))
def test_a_written_timestamp_reads_back(nanoseconds: int) -> None:
    written = format_timestamp(Timestamp(nanoseconds))
    assert parse_timestamp(written) == Timestamp(nanoseconds)
    assert not written.endswith("0Z") or "." not in written


@pytest.mark.parametrize(
    ("text", "nanoseconds"),
    [
        ("0", 0),
        ("-0", 0),
        ("1h", 3600 * SECOND),
        ("1h30m", 5400 * SECOND),
        ("1.5h", 5400 * SECOND),
        ("-1.5s", -1_500_000_000),
        ("+2m", 120 * SECOND),
        (".5s", SECOND // 2),
        ("1.s", SECOND),
        ("1ms1us1ns", 1_001_001),
        ("1µs", 1000),
        ("1μs", 1000),
        ("1s1h", 3601 * SECOND),
        ("0.9ns", 0),
        ("0.0000000019s", 1),
        ("9223372036854775807ns", MAX_INT),
        ("-9223372036854775808ns", MIN_INT),
    ],
)
def test_durations_are_read(text: str, nanoseconds: int) -> None:
    assert value_of("duration(x)", x=text) == Duration(nanoseconds)


@pytest.mark.parametrize(
    "text", ["", "1", "s", ".s", "1d", "1h-1m", "--1s", "1 s", "1.5.5s", "1e3s", "1S", "0" * 300 + "s"]
)
def test_what_is_no_duration_is_an_error(text: str) -> None:
    assert error_of("duration(x)", x=text) == "the text is no duration"


@pytest.mark.parametrize(
    "text", ["9223372036854775808ns", "-9223372036854775809ns", "2562048h", "9" * 200 + "h"]
)
def test_durations_have_a_range(text: str) -> None:
    assert error_of("duration(x)", x=text) == "duration out of range"


@given(st.integers(MIN_INT, MAX_INT))
def test_a_written_duration_reads_back(nanoseconds: int) -> None:
    assert parse_duration(format_duration(Duration(nanoseconds))) == Duration(nanoseconds)


@pytest.mark.parametrize(
    ("nanoseconds", "text"),
    [
        (0, "0s"),
        (1, "0.000000001s"),
        (-1_500_000_000, "-1.5s"),
        (3600 * SECOND, "3600s"),
        (-1, "-0.000000001s"),
    ],
)
def test_durations_are_written_in_seconds(nanoseconds: int, text: str) -> None:
    assert format_duration(Duration(nanoseconds)) == text


PARTS = [
    ("getFullYear", 2024),
    ("getMonth", 1),
    ("getDayOfMonth", 28),
    ("getDate", 29),
    ("getDayOfWeek", 4),
    ("getDayOfYear", 59),
    ("getHours", 23),
    ("getMinutes", 58),
    ("getSeconds", 57),
    ("getMilliseconds", 123),
]


@pytest.mark.parametrize(("part", "expected"), PARTS)
def test_the_parts_of_a_timestamp(part: str, expected: int) -> None:
    text = "timestamp('2024-02-29T23:58:57.123456789Z')"
    assert value_of(f"{text}.{part}()") == expected
    assert value_of(f"{text}.{part}('UTC')") == expected
    assert value_of(f"{text}.{part}('')") == expected


@pytest.mark.parametrize(
    ("part", "zone", "expected"),
    [
        ("getHours", "+01:00", 0),
        ("getDate", "+01:00", 1),
        ("getMonth", "+01:00", 2),
        ("getHours", "-2:00", 21),
        ("getMinutes", "05:30", 28),
        ("getHours", "Europe/Berlin", 0),
        ("getDayOfWeek", "Asia/Tokyo", 5),
        ("getDayOfYear", "America/New_York", 59),
        ("getMilliseconds", "Asia/Kolkata", 123),
    ],
)
def test_a_zone_moves_the_parts(part: str, zone: str, expected: int) -> None:
    assert value_of(f"timestamp('2024-02-29T23:58:57.123Z').{part}(z)", z=zone) == expected


def test_sunday_is_the_first_day_of_the_week() -> None:
    assert value_of("timestamp('2024-03-03T00:00:00Z').getDayOfWeek()") == 0


def test_before_the_epoch_parts_still_count_forward() -> None:
    text = "timestamp('1969-12-31T23:59:59.001Z')"
    assert value_of(f"{text}.getMilliseconds()") == 1
    assert value_of(f"{text}.getSeconds()") == 59


@pytest.mark.parametrize(
    "zone",
    [
        *(
            "Europe/Atlantis",
            ".",
            "..",
            "../../etc/passwd",
            "/etc/localtime",
            "Europe",
            "a\0b",
            "é",
            "x" * 5000,
        ),
        *("localtime", "posix/Europe/Berlin", "right/Europe/Berlin"),
    ],
)
def test_unknown_zones_are_errors(zone: str) -> None:
    assert error_of("timestamp(0).getHours(z)", z=zone) == "unknown time zone"


def test_an_offset_is_less_than_a_day() -> None:
    assert value_of("timestamp(0).getHours(z)", z="+23:59") == 23
    assert error_of("timestamp(0).getHours(z)", z="24:00") == "the time zone is out of range"
    assert error_of("timestamp(0).getHours(z)", z="-99:00") == "the time zone is out of range"


@pytest.mark.parametrize(
    ("instant", "zone"), [("0001-01-01T00:00:00Z", "-01:00"), ("9999-12-31T23:59:59Z", "+01:00")]
)
def test_a_zone_can_lead_out_of_the_calendar(instant: str, zone: str) -> None:
    assert error_of("timestamp(x).getDate(z)", x=instant, z=zone) == "timestamp out of range"


def test_a_zone_is_text() -> None:
    assert (
        error_of("timestamp(0).getHours(z)", z=1)
        == "no such overload: getHours(google.protobuf.Timestamp, int)"
    )
    assert error_of("timestamp(0).getHours(z)", z="\ud800:00") == "an argument of getHours is out of range"


@pytest.mark.parametrize(
    ("duration", "hours", "minutes", "seconds", "milliseconds"),
    [
        ("3h4m5.678s", 3, 184, 11045, 678),
        ("-3h4m5.678s", -3, -184, -11045, -678),
        ("0.9999s", 0, 0, 0, 999),
        ("-0.499999999s", 0, 0, 0, -499),
        ("-1500ms", 0, 0, -1, -500),
        ("2s", 0, 0, 2, 0),
    ],
)
def test_a_duration_counts_whole_units_toward_zero(
    duration: str, hours: int, minutes: int, seconds: int, milliseconds: int
) -> None:
    found = [
        value_of(f"duration(x).{part}()", x=duration)
        for part in ("getHours", "getMinutes", "getSeconds", "getMilliseconds")
    ]
    assert found == [hours, minutes, seconds, milliseconds]


@pytest.mark.parametrize("part", [part for part, _ in PARTS])
@pytest.mark.parametrize("x", [1, "2024-02-29T00:00:00Z", None, {}], ids=repr)
def test_only_times_have_parts(part: str, x: Any) -> None:
    assert error_of(f"x.{part}()", x=x).startswith(f"no such overload: {part}(")
    assert error_of(f"x.{part}('UTC')", x=x).startswith(f"no such overload: {part}(")


@pytest.mark.parametrize("part", ["getHours", "getMinutes", "getSeconds", "getMilliseconds"])
def test_a_duration_has_no_zone(part: str) -> None:
    said = error_of(f"x.{part}('UTC')", x=Duration(1))
    assert said == f"no such overload: {part}(google.protobuf.Duration, string)"
