"""What requests may be: section 8.1 of RFC 7540."""

from collections.abc import Iterator

from hyperframe.frame import (
    DataFrame,
)

from support.http2cases.case import (
    Breaks,
    Case,
    Goes,
    P,
    with_,
    without,
)
from support.rawhttp2 import MESSAGE, REQUEST


def messages() -> Iterator[Case]:
    yield Breaks(
        "8.1 more HEADERS that end nothing",
        lambda c: c.send(c.request(1), DataFrame(1, b"test"), c.request(1, fields=[("x-test", "ok")])),
        (P,),
    )
    fields = {
        "8.1.2 a name with capitals": [*REQUEST, ("X-Test", "ok")],
        "8.1.2 an empty name": [*REQUEST, ("", "ok")],
        "8.1.2 a line break in a value": [*REQUEST, ("x-test", "o\r\nk")],
        "8.1.2 a blank around a value": [*REQUEST, ("x-test", " ok")],
        "8.1.2.1 an unknown pseudo-header": [(":test", "ok"), *REQUEST],
        "8.1.2.1 a response's pseudo-header": [*REQUEST[:4], (":status", "200"), *REQUEST[4:]],
        "8.1.2.1 a pseudo-header after another header": [*REQUEST[1:], REQUEST[0]],
        "8.1.2.2 a header of connections": [*REQUEST, ("connection", "keep-alive")],
        "8.1.2.2 te other than trailers": [*without("te"), ("te", "trailers, deflate;q=0.5")],
        "8.1.2.3 an empty path": with_(":path", ""),
        "8.1.2.3 no method": without(":method"),
        "8.1.2.3 no scheme": without(":scheme"),
        "8.1.2.3 no path": without(":path"),
        "8.1.2.3 two methods": [REQUEST[0], *REQUEST],
        "8.1.2.3 two schemes": [REQUEST[1], *REQUEST],
        "8.1.2.3 two paths": [REQUEST[2], *REQUEST],
    }
    for name, sent in fields.items():
        yield Breaks(name, lambda c, s=sent: c.send(c.request(1, "END_STREAM", fields=s)), (P,))  # type: ignore[misc]
    yield Breaks(
        "8.1.2.1 a pseudo-header in trailers",
        lambda c: c.send(
            c.request(1), DataFrame(1, MESSAGE), c.request(1, "END_STREAM", fields=[(":method", "POST")])
        ),
        (P,),
    )
    yield Goes(
        "8.1 trailers",
        lambda c: c.send(
            c.request(1), DataFrame(1, MESSAGE), c.request(1, "END_STREAM", fields=[("x-test", "ok")])
        ),
    )
    for length in ("1", "5", "-1", "1, 1"):
        yield Breaks(
            f"8.1.2.6 a content-length of {length} before 4 bytes",
            lambda c, n=length: c.send(  # type: ignore[misc]
                c.request(1, more=[("content-length", n)]), DataFrame(1, b"test", flags=["END_STREAM"])
            ),
            (P,),
        )
    yield Breaks(
        "8.1.2.6 a content-length of 1 before 2 times 4 bytes",
        lambda c: c.send(
            c.request(1, more=[("content-length", "1")]),
            DataFrame(1, b"test"),
            DataFrame(1, b"test", flags=["END_STREAM"]),
        ),
        (P,),
    )
    yield Breaks(
        "8.1.2.6 two content-lengths",
        lambda c: c.send(c.request(1, more=[("content-length", "1"), ("content-length", "2")])),
        (P,),
    )
