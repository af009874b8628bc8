"""IP addresses and networks in CIDR notation: Google's `network` library, and Kubernetes' `ip` and `cidr`.

Both read addresses strictly: no zones, no leading zeros, no IPv4 address
written as an IPv6 one. They differ in one point: `::ffff:c0a8:1` is the IPv4
address 192.168.0.1 to Google's and an error to Kubernetes'.
"""

import ipaddress
from collections.abc import Callable
from typing import ClassVar, Final, TypeAlias

import re2

from interlock.cel.libraries.overloads import Library, Overload
from interlock.cel.libraries.signatures import function, member
from interlock.cel.types import BOOL, INT, STRING, CelType
from interlock.cel.values import EvaluationError, Opaque

Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address

_LENGTH = re2.compile("0|[1-9][0-9]{0,2}")
_BROADCAST: Final = ipaddress.IPv4Address("255.255.255.255")
_LOCAL_MULTICAST: Final = ipaddress.IPv4Network("224.0.0.0/24")
# Any flags, scope 2: link-local.
_MULTICAST_BITS: Final = 0xFF0F
_LOCAL_SCOPE: Final = 0xFF02


class IP(Opaque, frozen=True):
    """An IP address."""

    cel_type: ClassVar = CelType("net.IP")

    address: Address

    def __str__(self) -> str:
        return f'ip("{self.address}")'


class CIDR(Opaque, frozen=True):
    """An address, and how many of its leading bits name its network."""

    cel_type: ClassVar = CelType("net.CIDR")

    address: Address
    length: int

    def __str__(self) -> str:
        return f'cidr("{self.address}/{self.length}")'

    @property
    def network(self) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
        """The network that the address is in."""
        return ipaddress.ip_network((self.address, self.length), strict=False)


def parse_ip(text: str) -> IP:
    """The address that `text` is.

    Raises:
        EvaluationError: it is none, has a zone or is an IPv4 address written as an IPv6 one.
    """
    address = _address(text, "IP Address parse error during conversion from string")
    if _mapped(address) is not None:
        raise EvaluationError("IPv4-mapped IPv6 address is not allowed")
    return IP(address)


def parse_ip_or_mapped(text: str) -> IP:
    """The address that `text` is, where `::ffff:c0a8:1` is 192.168.0.1.

    Raises:
        EvaluationError: it is none, has a zone or is an IPv4 address with dots after colons.
    """
    address = _address(text, "IP Address parse error during conversion from string")
    mapped = _mapped(address)
    if mapped is None:
        return IP(address)
    if "." in text:
        raise EvaluationError("IPv4-mapped IPv6 address is not allowed")
    return IP(mapped)


def parse_cidr(text: str) -> CIDR:
    """The address and length that `text` is.

    Raises:
        EvaluationError: it is none, has a zone or an IPv4 address written as an IPv6 one.
    """
    error = "network address parse error during conversion from string"
    written, slash, length = text.rpartition("/")
    if not slash or _LENGTH.fullmatch(length) is None:
        raise EvaluationError(error)
    address = _address(written, error)
    if int(length) > address.max_prefixlen:
        raise EvaluationError(error)
    if _mapped(address) is not None:
        raise EvaluationError("IPv4-mapped IPv6 address is not allowed")
    return CIDR(address, int(length))


def family(ip: IP) -> int:
    """4 or 6."""
    return ip.address.version


def is_unspecified(ip: IP) -> bool:
    """Whether it is `0.0.0.0` or `::`."""
    return ip.address.is_unspecified


def is_loopback(ip: IP) -> bool:
    """Whether it is in `127.0.0.0/8` or is `::1`."""
    return ip.address.is_loopback


def is_global_unicast(ip: IP) -> bool:
    """Whether it is of one host, private or not, and neither of this host nor of this link only."""
    address = ip.address
    return not (
        address.is_unspecified
        or address.is_loopback
        or address.is_multicast
        or address.is_link_local
        or address == _BROADCAST
    )


def is_link_local_multicast(ip: IP) -> bool:
    """Whether it is in `224.0.0.0/24`, or a multicast address of IPv6 with the scope of a link."""
    if isinstance(ip.address, ipaddress.IPv4Address):
        return ip.address in _LOCAL_MULTICAST
    return int.from_bytes(ip.address.packed[:2]) & _MULTICAST_BITS == _LOCAL_SCOPE


def is_link_local_unicast(ip: IP) -> bool:
    """Whether it is in `169.254.0.0/16` or `fe80::/10`."""
    return ip.address.is_link_local


def contains_ip(cidr: CIDR, ip: IP) -> bool:
    """Whether the address is in the network."""
    return ip.address in cidr.network


def contains_cidr(cidr: CIDR, other: CIDR) -> bool:
    """Whether the whole other network is in the network."""
    return cidr.length <= other.length and other.address in cidr.network


def masked(cidr: CIDR) -> CIDR:
    """The network's own address, with the same length."""
    return CIDR(cidr.network.network_address, cidr.length)


def _address(text: str, error: str) -> Address:
    if "%" in text:
        raise EvaluationError("address with zone value is not allowed")
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        raise EvaluationError(error) from None


def _mapped(address: Address) -> ipaddress.IPv4Address | None:
    return None if isinstance(address, ipaddress.IPv4Address) else address.ipv4_mapped


def _succeeds(parse: Callable[[str], Opaque], text: str) -> bool:
    try:
        parse(text)
    except EvaluationError:
        return False
    return True


_IP: Final = IP.cel_type
_CIDR: Final = CIDR.cel_type


def _ip_overloads(parse: Callable[[str], IP]) -> tuple[Overload, ...]:
    return (
        function("string_to_ip", "ip", (STRING,), _IP, parse),
        function("is_ip", "isIP", (STRING,), BOOL, lambda text: _succeeds(parse, text)),
        function(
            "ip_is_canonical", "ip.isCanonical", (STRING,), BOOL, lambda text: str(parse(text).address) == text
        ),
        member("ip_family", "family", (_IP,), INT, family),
        member("ip_is_unspecified", "isUnspecified", (_IP,), BOOL, is_unspecified),
        member("ip_is_loopback", "isLoopback", (_IP,), BOOL, is_loopback),
        member("ip_is_link_local_multicast", "isLinkLocalMulticast", (_IP,), BOOL, is_link_local_multicast),
        member("ip_is_link_local_unicast", "isLinkLocalUnicast", (_IP,), BOOL, is_link_local_unicast),
        member("ip_is_global_unicast", "isGlobalUnicast", (_IP,), BOOL, is_global_unicast),
        function("ip_to_string", "string", (_IP,), STRING, lambda ip: str(ip.address)),
    )


def _cidr_overloads(parse: Callable[[str], IP], contains: str) -> tuple[Overload, ...]:
    return (
        function("string_to_cidr", "cidr", (STRING,), _CIDR, parse_cidr),
        function("is_cidr", "isCIDR", (STRING,), BOOL, lambda text: _succeeds(parse_cidr, text)),
        member(
            "cidr_contains_ip_string",
            "containsIP",
            (_CIDR, STRING),
            BOOL,
            lambda cidr, text: contains_ip(cidr, parse(text)),
        ),
        member(contains, "containsIP", (_CIDR, _IP), BOOL, contains_ip),
        member(
            "cidr_contains_cidr_string",
            "containsCIDR",
            (_CIDR, STRING),
            BOOL,
            lambda cidr, text: contains_cidr(cidr, parse_cidr(text)),
        ),
        member("cidr_contains_cidr", "containsCIDR", (_CIDR, _CIDR), BOOL, contains_cidr),
        member("cidr_ip", "ip", (_CIDR,), _IP, lambda cidr: IP(cidr.address)),
        member("cidr_masked", "masked", (_CIDR,), _CIDR, masked),
        member("cidr_prefix_length", "prefixLength", (_CIDR,), INT, lambda cidr: cidr.length),
        function("cidr_to_string", "string", (_CIDR,), STRING, lambda cidr: f"{cidr.address}/{cidr.length}"),
    )


KUBERNETES_IP: Final = Library(name="kubernetes.net.ip", overloads=_ip_overloads(parse_ip))
KUBERNETES_CIDR: Final = Library(name="net.cidr", overloads=_cidr_overloads(parse_ip, "cidr_contains_ip_ip"))

NETWORK: Final = Library(
    name="cel.lib.ext.network",
    overloads=(
        *_ip_overloads(parse_ip_or_mapped),
        *_cidr_overloads(parse_ip_or_mapped, "cidr_contains_ip"),
    ),
)
"""Google's library of both."""
