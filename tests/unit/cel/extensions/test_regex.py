"""The regex and encoders extensions."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.extensions import encoders, optionals, regex
from interlock.cel.values import NONE, LimitExceeded, optional
from support.libraries import Expressions

REGEX = Expressions((regex.VERSIONS[0], optionals.VERSIONS[0], encoders.VERSIONS[0]))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("regex.extract('hello world', 'hello(.*)')", optional(" world")),
        ("regex.extract('item-A, item-B', r'item-(\\w+)')", optional("A")),
        ("regex.extract('a', 'b')", NONE),
        ("regex.extract('a', '(b)?a')", NONE),
        ("regex.extract('a', '(b*)a')", NONE),
        ("regex.extract('a', 'b*')", optional("")),
        ("regex.extract('ab', '(?:a)(b)')", optional("b")),
        ("regex.extractAll('id:1, id:2', r'id:\\d')", ["id:1", "id:2"]),
        ("regex.extractAll('id:1, id:2', r'id:(\\d)')", ["1", "2"]),
        ("regex.extractAll('aab', '(b)?')", ["b"]),
        ("regex.extractAll('a', 'b')", []),
        ("regex.replace('hello hello', 'hello', 'hi')", "hi hi"),
        ("regex.replace('banana', 'a', 'x', 0)", "banana"),
        ("regex.replace('banana', 'a', 'x', 2)", "bxnxna"),
        ("regex.replace('banana', 'a', 'x', -12)", "bxnxnx"),
        ("regex.replace('banana', '', 'x')", "xbxaxnxaxnxax"),
        ("regex.replace('abac', 'a*', 'x')", "xbxcx"),
        ("regex.replace('foo bar', '(fo)o (ba)r', r'\\2 \\1 \\0 \\\\')", "ba fo foo bar \\"),
        ("regex.replace('foo', '(f)|(x)', r'[\\2]')", "[]oo"),
        ("regex.replace('foo', 'f', r'\\\\1')", "\\1oo"),
        ("regex.replace('foo', 'f', r'\\00')", "f0oo"),
        ("regex.replace('foo', 'f', '$1')", "$1oo"),
        ("regex.replace('é1é2', r'\\d', 'n')", "énén"),
        ("regex.replace('aaa', '^a', 'x')", "xaa"),
        ("base64.encode(b'hello')", "aGVsbG8="),
        ("base64.decode('aGVsbG8=')", b"hello"),
        ("base64.decode('aGVsbG8')", b"hello"),
        ("base64.decode('aGVs\\r\\nbG8=')", b"hello"),
        ("base64.decode('')", b""),
    ],
)
def test_text_is_taken_apart(text: str, expected: Any) -> None:
    assert REGEX.value(text) == expected


@pytest.mark.parametrize("function", ["extract", "extractAll"])
def test_what_is_extracted_is_one_group(function: str) -> None:
    said = "a regular expression to extract by has more than one group"
    assert REGEX.error(f"regex.{function}('ab', '(a)(b)')") == said
    assert REGEX.error(f"regex.{function}('ab', '(')").startswith("invalid regular expression: ")


@pytest.mark.parametrize("replacement", ["\\1", "a\\9", "\\0\\1"])
def test_a_replacement_names_groups_that_are_there(replacement: str) -> None:
    said = "the replacement names a group that the regular expression does not have"
    assert REGEX.error("regex.replace('foo', 'z', x)", x=replacement) == said


@pytest.mark.parametrize("replacement", ["\\", "\\a", "a\\\\\\", "\\\u0661"])
def test_a_backslash_is_followed_by_a_digit_or_another(replacement: str) -> None:
    said = "a backslash in the replacement is followed by neither a digit nor another"
    assert REGEX.error("regex.replace('foo', 'f', x)", x=replacement) == said


@pytest.mark.parametrize("text", ["a", "aGVsbG8==", "a=", "=", "aGVs bG8=", "-_8=", "aG=V", "é"])
def test_what_is_no_base64_is_an_error(text: str) -> None:
    assert REGEX.error("base64.decode(x)", x=text) == "the text is no base64"


@pytest.mark.parametrize(
    ("text", "x"),
    [
        ("regex.replace(x, 'a', x)", "a" * 2000),
        ("regex.replace(x, '(.*)', r'\\1\\1\\1')", "a" * 400_000),
        ("base64.encode(x)", b"a" * 800_000),
    ],
)
def test_no_text_is_made_past_the_bound(text: str, x: Any) -> None:
    with pytest.raises(LimitExceeded):
        REGEX.value(text, x=x)


def test_a_replacement_is_read_in_linear_time() -> None:
    assert len(REGEX.value("regex.replace('a', 'a', x)", x="\\\\" * 300_000)) == 300_000


@given(st.binary())
def test_what_is_encoded_is_decoded(value: bytes) -> None:
    written = encoders.encode(value)
    assert encoders.decode(written) == encoders.decode(written.rstrip("=")) == value
