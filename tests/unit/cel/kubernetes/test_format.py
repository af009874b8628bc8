"""Named formats, and what is wrong with a text."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.extensions import optionals
from interlock.cel.libraries.kubernetes.format import FORMAT
from support.libraries import Expressions

LIBRARY = Expressions((FORMAT, optionals.VERSIONS[1]))

LONG_LABEL = "must be no more than 63 bytes"
VALID = {
    "dns1123Label": ["a", "a-b", "1", "a" * 63],
    "dns1123Subdomain": ["a", "a.b-c.1", "a" * 253],
    "dns1035Label": ["a", "a1-b", "a" * 63],
    "qualifiedName": ["a", "A_b.c-D", "example.com/A", "a" * 253 + "/" + "b" * 63],
    "dns1123LabelPrefix": ["a-", "a", "a" * 63 + "-"],
    "dns1123SubdomainPrefix": ["a.b-", "a.-"],
    # The letter before the dash isn't looked at.
    "dns1035LabelPrefix": ["a-", "1-"],
    "labelValue": ["", "A", "a_b.C-1", "a" * 63],
    "uri": ["http://example.com", "/a", "mailto:a@b"],
    "uuid": ["123e4567-e89b-12d3-a456-426614174000", "123E4567E89B12D3A456426614174000"],
    "byte": ["aGVsbG8=", "aGVsbA==", "aGVs", "+/+/"],
    "date": ["2021-01-01", "2020-02-29", "0000-02-29", "2000-02-29", "9999-12-31"],
    "datetime": [
        *(
            "2021-01-01T00:00:00Z",
            "2021-01-01t23:59:59z",
            "2021-01-01T00:00:00.123456789Z",
            "2021-01-01T00:00:00+99:99",
        ),
        *("2021-01-01T00:00:00,5Z", "2021-01-01T00:00:00Ztoo"),
    ],
}
INVALID = {
    "dns1123Label": ["", "-a", "a-", "A", "a_b", "é", "a\n", "a" * 64],
    "dns1123Subdomain": ["", "a..b", ".a", "A", "a" * 254],
    "dns1035Label": ["", "1a", "a-", "a.b"],
    "qualifiedName": ["", "/a", "a/", "a/b/c", "-a", "A/b", "a" * 64],
    "dns1123LabelPrefix": ["", "-", "é-", "AB-", "a" * 64 + "-"],
    "dns1123SubdomainPrefix": ["", "a..-b", "é-"],
    "dns1035LabelPrefix": ["1a-", "é-"],
    "labelValue": ["-", "a-", "a/b", "a" * 64],
    "uri": ["", "a", "a b", "/\n"],
    "uuid": ["", "123e4567-e89b-12d3-a456-42661417400", "123e4567_e89b-12d3-a456-426614174000", "g" * 32],
    "byte": ["", "a", "aGVsbG8", "aGV-", "aGVs\n", "====", "aGVsbG8=="],
    "date": [
        "",
        "2021-1-1",
        "2021-02-29",
        "1900-02-29",
        "2021-13-01",
        "2021-00-01",
        "2021-01-00",
        "2021-01-32",
        "\u0661\u0662\u0663\u0664-01-01",
    ],
    "datetime": [
        *(
            "",
            "2021-01-01",
            "2021-01-01T24:00:00Z",
            "2021-01-01T00:60:00Z",
            "2021-01-01T00:00:60Z",
            "2021-01-01T00:00:00",
        ),
        *("2021-01-01 00:00:00Z", "2021-01-32T00:00:00Z", "2021-01-01T00:00:00+0100", "T00:00:00Z"),
    ],
}


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in VALID.items() for text in texts])
def test_what_is_of_the_format_has_nothing_wrong(name: str, text: str) -> None:
    assert LIBRARY.value(f"format.{name}().validate(x).hasValue()", x=text) is False
    assert LIBRARY.value("format.named(y).value().validate(x).hasValue()", x=text, y=name) is False


@pytest.mark.parametrize(("name", "text"), [(name, text) for name, texts in INVALID.items() for text in texts])
def test_what_is_not_of_the_format_has_something_wrong(name: str, text: str) -> None:
    assert LIBRARY.value(f"format.{name}().validate(x).value().size() > 0", x=text) is True


@pytest.mark.parametrize(
    ("name", "text", "messages"),
    [
        ("dns1123Label", "a.b", ["must not contain dots"]),
        ("dns1123Label", "a" * 64, [LONG_LABEL]),
        ("dns1123Label", f"{'a' * 64}.b", [LONG_LABEL, "must not contain dots"]),
        ("dns1123Subdomain", "a" * 254, ["must be no more than 253 bytes"]),
        ("qualifiedName", "/a", ["prefix part must be non-empty"]),
        ("qualifiedName", "a" * 64, [f"name part {LONG_LABEL}"]),
        ("labelValue", "é" * 32, None),
        ("uri", "", ['parse "": empty url']),
        ("uri", "a", ['parse "a": invalid URI for request']),
        ("uri", "/%zz", ['parse "/%zz": invalid URL escape "%zz"']),
        ("uri", "http://a:b/", ['parse "http://a:b/": invalid port ":b" after host']),
        ("uri", "/\n", ['parse "/\\n": net/url: invalid control character in URL']),
        ("uri", "http://a b/", ['parse "http://a b/": invalid character " " in host name']),
        ("uuid", "x", ["does not match the UUID format"]),
    ],
)
def test_messages_are_those_of_the_api_server(name: str, text: str, messages: list[str] | None) -> None:
    found = LIBRARY.value(f"format.{name}().validate(x).value()", x=text)
    assert found == messages if messages is not None else found[0] == LONG_LABEL


def test_all_parts_of_a_qualified_name_are_reported() -> None:
    empty = LIBRARY.value("format.qualifiedName().validate('A/').value()")
    assert [each[:25] for each in empty] == [
        "prefix part a lowercase R",
        "name part must be non-emp",
        "name part must consist of",
    ]
    (many,) = LIBRARY.value("format.qualifiedName().validate('a/b/c').value()")
    assert many.startswith("a valid label key must consist of alphanumeric characters")


def test_a_name_that_is_no_format_gives_none() -> None:
    assert LIBRARY.value("format.named('email').hasValue()") is False


def test_a_format_equals_itself_only() -> None:
    assert LIBRARY.value("format.uuid() == format.named('uuid').value()") is True
    assert LIBRARY.value("format.uuid() == format.uri()") is False


@given(st.sampled_from(sorted(VALID)), st.text(max_size=30))
def test_any_text_is_valid_or_has_messages(name: str, text: str) -> None:
    found = LIBRARY.value("format.named(y).value().validate(x).orValue([])", x=text, y=name)
    assert all(isinstance(message, str) and message for message in found)
