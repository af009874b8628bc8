"""IP addresses and networks."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.cel.libraries.network import KUBERNETES_CIDR, KUBERNETES_IP, NETWORK, parse_cidr, parse_ip
from interlock.cel.libraries.overloads import Library
from support.libraries import Expressions

KUBERNETES = Expressions((KUBERNETES_IP, KUBERNETES_CIDR))
GOOGLE = Expressions((NETWORK,))
BOTH = pytest.mark.parametrize("library", [KUBERNETES, GOOGLE], ids=["kubernetes", "google"])

addresses = st.ip_addresses().filter(lambda each: each.version == 4 or each.ipv4_mapped is None)


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        *("0.0.0.0", "1.2.3.4", "255.255.255.255", "::1.2.3.4", "1:2:3:4:5:6:1.2.3.4"),  # noqa: S104
        *("::", "::1", "1::", "1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7::", "ABCD::", "0001::"),
    ],
)
def test_addresses_of_both_families_are_read(library: Expressions, text: str) -> None:
    assert library.value("isIP(x)", x=text) is True


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "1.2.3.256",
            "1.2.3.04",
            "01.2.3.4",
            "1.2.3.-4",
            "1.2.3.+4",
            " 1.2.3.4",
            "1.2.3.4 ",
            "1.2.3.4\n",
        ),
        *("1.2.3.0x4", "\u0661.2.3.4", "1..2.3", ".1.2.3.4", "1.2.3.4.", "1.2.3.4/24", "1.2.3.4%eth0", "1234"),
        *(
            ":",
            ":::",
            ":::1",
            "1::2::3",
            "1:2:3:4:5:6:7",
            "1:2:3:4:5:6:7:8:9",
            "1:2:3:4::5:6:7:8",
            "12345::",
            "g::",
            ":1",
            "1:",
        ),
        *(
            "fe80::1%en0",
            "fe80::1%",
            "::1.2.3",
            "::1.2.3.04",
            "1.2.3.4::",
            "[::1]",
            "::ffff:1.2.3.4",
            "::FFFF:1.2.3.4",
        ),
    ],
)
def test_nothing_else_is_an_address(library: Expressions, text: str) -> None:
    assert library.value("isIP(x)", x=text) is False
    library.error("ip(x)", x=text)
    library.error("ip.isCanonical(x)", x=text)
    library.error("cidr('::/0').containsIP(x)", x=text)


def test_an_ipv4_address_in_hexadecimal_is_one_to_google_only() -> None:
    assert GOOGLE.value("ip('::ffff:c0a8:1') == ip('192.168.0.1')") is True
    assert GOOGLE.value("cidr('192.168.0.0/24').containsIP('::ffff:c0a8:1')") is True
    assert GOOGLE.value("ip('::ffff:c0a8:1').family()") == 4
    assert KUBERNETES.error("ip('::ffff:c0a8:1')") == "IPv4-mapped IPv6 address is not allowed"


@BOTH
@pytest.mark.parametrize(
    ("text", "canonical"),
    [
        ("127.0.0.1", True),
        ("2001:db8::abcd", True),
        ("2001:DB8::ABCD", False),
        ("2001:db8::0:0:0:abcd", False),
        ("2001:db8:0:1:0:0:0:1", False),
        ("1:0:2:3:4:5:6:7", True),
        ("1::2:3:4:5:6:7", False),
        ("::1.2.3.4", False),
        ("01::", False),
    ],
)
def test_an_address_has_one_canonical_form(library: Expressions, text: str, canonical: bool) -> None:  # noqa: FBT001  # a table
    assert library.value("ip.isCanonical(x)", x=text) is canonical


KINDS = (
    "[x.isUnspecified(), x.isLoopback(), x.isLinkLocalMulticast(), x.isLinkLocalUnicast(), x.isGlobalUnicast()]"
)


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("0.0.0.0", "u"),  # noqa: S104  # nothing is bound
        ("127.255.0.1", "l"),
        ("224.0.0.255", "m"),
        ("224.0.1.0", ""),
        ("239.1.2.3", ""),
        ("169.254.0.1", "k"),
        ("255.255.255.255", ""),
        ("10.0.0.1", "g"),
        ("240.0.0.1", "g"),
        ("0.0.0.1", "g"),
        ("::", "u"),
        ("::1", "l"),
        ("::2", "g"),
        ("ff02::1", "m"),
        ("ff12::1", "m"),
        ("ff01::1", ""),
        ("ff05::1", ""),
        ("fe80::1", "k"),
        ("febf::1", "k"),
        ("fec0::1", "g"),
        ("fc00::1", "g"),
        ("2001:db8::1", "g"),
    ],
)
def test_an_address_is_of_kinds(text: str, kinds: str) -> None:
    assert KUBERNETES.value(KINDS, x=parse_ip(text)) == [kind in kinds for kind in "ulmkg"]


@BOTH
@pytest.mark.parametrize("text", ["0.0.0.0/0", "1.2.3.4/32", "1.2.3.4/9", "::/0", "::1/128", "2001:db8::1/32"])
def test_a_network_is_an_address_and_a_length(library: Expressions, text: str) -> None:
    assert library.value("isCIDR(x)", x=text) is True
    assert library.value("string(cidr(x))", x=text) == text


@BOTH
@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "/",
            "1.2.3.4",
            "1.2.3.4/",
            "/24",
            "1.2.3.4/33",
            "::/129",
            "1.2.3.4/-1",
            "1.2.3.4/+1",
            "1.2.3.4/01",
            "1.2.3.4/ 1",
        ),
        *(
            "1.2.3.4/24/8",
            "1.2.3/24",
            "1.2.3.4/255.0.0.0",
            "fe80::1%en0/64",
            "::ffff:1.2.3.4/120",
            "::ffff:102:304/120",
            "1.2.3.4/٣",
        ),
        "1.2.3.4/1111111111",
    ],
)
def test_nothing_else_is_a_network(library: Expressions, text: str) -> None:
    assert library.value("isCIDR(x)", x=text) is False
    library.error("cidr(x)", x=text)
    library.error("cidr('::/0').containsCIDR(x)", x=text)


@BOTH
@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("cidr('10.0.0.0/8').containsIP('10.255.255.255')", True),
        ("cidr('10.1.2.3/8').containsIP(ip('10.0.0.0'))", True),
        ("cidr('10.0.0.0/8').containsIP('11.0.0.0')", False),
        ("cidr('0.0.0.0/0').containsIP('::')", False),
        ("cidr('::/0').containsIP('10.0.0.1')", False),
        ("cidr('10.0.0.0/8').containsCIDR('10.1.2.3/8')", True),
        ("cidr('10.0.0.0/8').containsCIDR(cidr('10.0.0.0/7'))", False),
        ("cidr('10.0.0.0/8').containsCIDR(cidr('10.9.9.9/32'))", True),
        ("cidr('::/0').containsCIDR('0.0.0.0/0')", False),
        ("cidr('10.1.2.3/8').masked() == cidr('10.0.0.0/8')", True),
        ("cidr('10.1.2.3/8') == cidr('10.0.0.0/8')", False),
        ("cidr('10.1.2.3/8').ip() == ip('10.1.2.3')", True),
        ("cidr('2001:db8::1/32').masked().prefixLength()", 32),
        ("string(cidr('2001:DB8:1::/32').masked())", "2001:db8::/32"),
        ("[ip('1.2.3.4').family(), ip('::').family()]", [4, 6]),
        ("type(ip('::')) == net.IP && type(cidr('::/0')) == net.CIDR && net.IP != net.CIDR", True),
        ("ip('::') == ip('0.0.0.0')", False),
        ("ip('1.2.3.4') in [ip('1.2.3.4')]", True),
        ("string(ip('2001:DB8::0')) + string(1)", "2001:db8::1"),
    ],
)
def test_networks_contain_addresses_and_networks(library: Expressions, text: str, expected: object) -> None:
    assert library.value(text) == expected


@BOTH
@pytest.mark.parametrize(
    "text", ["isIP(cidr('::/0'))", "isCIDR(ip('::'))", "ip('::').masked()", "cidr('::/0').family()"]
)
def test_addresses_and_networks_are_different_types(library: Expressions, text: str) -> None:
    assert not library.accepts(text)


def test_errors_do_not_show_what_was_read() -> None:
    assert "10.0.0" not in KUBERNETES.error("ip(x)", x="10.0.0.999")
    assert "10.0.0" not in KUBERNETES.error("cidr(x)", x="10.0.0.0/99")


@pytest.mark.parametrize("library", [KUBERNETES_IP, KUBERNETES_CIDR, NETWORK], ids=lambda library: library.name)
def test_no_two_overloads_have_one_id(library: Library) -> None:
    ids = [overload.id for overload in library.overloads]
    assert len(set(ids)) == len(ids)


@given(addresses)
def test_an_address_reads_back_from_its_text(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert parse_ip(str(address)).address == address
    assert KUBERNETES.value("ip.isCanonical(string(ip(x)))", x=str(address)) is True


@given(addresses, st.integers(0, 32), st.integers(0, 32))
def test_a_network_contains_the_smaller_ones_of_its_addresses(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address, length: int, other: int
) -> None:
    outer, inner = sorted((length, other))
    values = {"x": parse_cidr(f"{address}/{outer}"), "y": parse_cidr(f"{address}/{inner}")}
    assert KUBERNETES.value("x.masked().containsCIDR(y) && x.containsIP(y.ip())", **values) is True
    assert KUBERNETES.value("y.containsCIDR(x)", **values) is (outer == inner)
