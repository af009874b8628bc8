"""URLs: what is one, and its parts."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.kubernetes.escapes import InvalidURIError, quote
from interlock.cel.libraries.kubernetes.uris import parse, parse_request
from interlock.cel.libraries.kubernetes.url import URLS
from support.libraries import Expressions

LIBRARY = Expressions((URLS,))

VALID = [
    *(
        "/",
        "/a",
        "/a b",
        "//",
        "//host/a",
        "///a",
        "*",
        "https:",
        "mailto:a@b.c",
        "urn:isbn:1",
        "a:b:c",
        "http:///a",
    ),
    *(
        "https://example.com",
        "HTTPS://Example.com/",
        "https://user:p%40ss@example.com:80/a?b=c#d",
        "https://u@h/",
    ),
    *(
        "https://example.com:/",
        "https://[::1]/",
        "https://[::1]:80/",
        "https://[fe80::1%25en0]/",
        "https://é.com/é",
    ),
    *(
        "https://%C3%A9.com/",
        "https://h/%2F",
        "https://h/?%zz",
        "https://h/?a b",
        "https://h/a?b#%25",
        "x+y-z.1:/a",
    ),
    *("https://a_b.c/", "https://h/[x]", "https://h/;a,b@c", "https://@h/", "https://:@h/", 'https://<a>"b"/'),
]
INVALID = [
    *(
        "",
        "a",
        "a/b",
        "../a",
        "./a",
        "?a",
        "#a",
        ":a",
        "1a:/b",
        "a b",
        "a b:/c",
        "%zz",
        "/%",
        "/%4",
        "/%zz",
        "/a\n",
        "/\x7f",
    ),
    *("https://a:b:c/", "https://h:x/", "https://h:80:80/", "https://::1/", "https://[::1/", "https://[::1]x/"),
    *(
        "https://[1.2.3.4]/",
        "https://[x]/",
        "https://[::1%25]/",
        "https://[::1%]/",
        "https://[fe80::1%25a%2Fb]/",
        "https://a[::1]/",
        "https://h%20/",
    ),
    *(
        "https://h%41/",
        "https://a b/",
        "https://a^b/",
        "https://u ser@h/",
        "https://u^@h/",
        "https://u%zz@h/",
        "https://h/\t",
    ),
]


@pytest.mark.parametrize("text", VALID)
def test_absolute_urls_and_absolute_paths_are_urls(text: str) -> None:
    assert LIBRARY.value("isURL(x)", x=text) is True
    assert LIBRARY.value("url(x) == url(x)", x=text) is True


@pytest.mark.parametrize("text", INVALID)
def test_nothing_else_is_a_url(text: str) -> None:
    assert LIBRARY.value("isURL(x)", x=text) is False
    assert LIBRARY.error("url(x)", x=text) == "URL parse error during conversion from string"


def test_a_fragment_is_read_by_url_alone() -> None:
    assert LIBRARY.value("isURL(x)", x="/a?b#%zz") is True
    LIBRARY.error("url(x)", x="/a?b#%zz")


@pytest.mark.parametrize(
    ("text", "scheme", "host", "name", "port", "path"),
    [
        ("https://example.com:80/a", "https", "example.com:80", "example.com", "80", "/a"),
        ("HTTP://u:p@H:/a?b#c", "http", "H:", "H", "", "/a"),
        ("https://[fe80::1%25en0]:80", "https", "[fe80::1%en0]:80", "fe80::1%en0", "80", ""),
        ("https://[::1]/%41", "https", "[::1]", "::1", "", "/%41"),
        ("https://%C3%A9.com/é", "https", "é.com", "é.com", "", "/%C3%A9"),
        ("/a b/c!", "", "", "", "", "/a%20b/c%21"),
        ("/c!", "", "", "", "", "/c!"),
        ("/a%2Fb", "", "", "", "", "/a%2Fb"),
        ("//host/a", "", "host", "host", "", "/a"),
        ("///a", "", "", "", "", "///a"),
        ("mailto:a@b", "mailto", "", "", "", ""),
        ("*", "", "", "", "", "*"),
        ("x://a:80:80/", "x", "a:80:80", "a:80", "80", "/"),
    ],
)
def test_a_url_has_parts(text: str, scheme: str, host: str, name: str, port: str, path: str) -> None:  # noqa: PLR0913, PLR0917  # a table
    getters = ["Scheme", "Host", "Hostname", "Port", "EscapedPath"]
    assert [LIBRARY.value(f"url(x).get{each}()", x=text) for each in getters] == [
        scheme,
        host,
        name,
        port,
        path,
    ]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {}),
        ("?", {}),
        ("?a", {"a": [""]}),
        ("?a=1&a=2&b=%26", {"a": ["1", "2"], "b": ["&"]}),
        ("?a+b=c+d", {"a b": ["c d"]}),
        ("?a=b=c", {"a": ["b=c"]}),
        ("?&&=x", {"": ["x"]}),
        ("?a;b=1&c=2", {"c": ["2"]}),
        ("?a=%zz&b=%C3%A9&%4=1", {"b": ["é"]}),
        ("?a=%ff", {"a": ["\ufffd"]}),
        ("?a=1#b=2", {"a": ["1"]}),
        ("?a=?", {"a": ["?"]}),
    ],
)
def test_a_query_is_decoded(query: str, expected: dict[str, Any]) -> None:
    assert LIBRARY.value("url(x).getQuery()", x=f"https://h/{query}") == expected


def test_urls_are_equal_where_their_parts_are() -> None:
    assert LIBRARY.value("url('HTTPS://h/a') == url('https://h/a')") is True
    assert LIBRARY.value("url('https://h/a') == url('https://h/a?')") is False
    assert LIBRARY.value("url('https://h/a') == url('https://h/a#b')") is False


@pytest.mark.parametrize(
    ("text", "quoted"),
    [('a"b\\', r'"a\"b\\"'), ("\n\t\x01\x7f", r'"\n\t\x01\x7f"'), ("é", '"é"'), ("\u200b", r'"\u200b"')],
)
def test_a_text_is_quoted_as_go_quotes_it(text: str, quoted: str) -> None:
    assert quote(text) == quoted


@given(st.text(alphabet="ab:/?#[]@%2e.+ é0", max_size=20))
def test_what_can_be_taken_apart_is_a_url(text: str) -> None:
    try:
        parts = parse(text)
    except InvalidURIError:
        return
    parse_request(text)
    assert parts.host.isprintable()
