"""Trunk addresses are read strictly: what is accepted means one thing, the rest says why not."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from dialplane.domain.sip_addresses import (
    AddressFault,
    SipAddress,
    SipAddressRefused,
    is_private_ip,
    is_private_target,
    parse_sip_address,
    uri_of_user,
)

LABEL_63 = "a" * 63


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("trunk.example.com", "sip:trunk.example.com"),
        ("Trunk.Example.COM.", "sip:trunk.example.com"),
        ("pbx", "sip:pbx"),
        ("xn--9t4b11yi5a.xn--3e0b707e", "sip:xn--9t4b11yi5a.xn--3e0b707e"),
        ("3com.example", "sip:3com.example"),
        ("trunk.example.com:5080", "sip:trunk.example.com:5080"),
        ("203.0.113.7", "sip:203.0.113.7"),
        ("203.0.113.7:5060", "sip:203.0.113.7:5060"),
        ("[2001:DB8:0::1]", "sip:[2001:db8::1]"),
        ("[2001:db8::1]:5061", "sip:[2001:db8::1]:5061"),
        ("sip:trunk.example.com:5060", "sip:trunk.example.com:5060"),
        ("SIPS:trunk.example.com", "sips:trunk.example.com"),
        ("sip:trunk.example.com;transport=TCP", "sip:trunk.example.com;transport=tcp"),
        ("sips:[2001:db8::1]:5061;transport=tls", "sips:[2001:db8::1]:5061;transport=tls"),
        ("trunk.example.com;Transport=udp", "sip:trunk.example.com;transport=udp"),
        ("sip", "sip:sip"),
        ("trunk.example.com:65535", "sip:trunk.example.com:65535"),
        (f"{LABEL_63}.example", f"sip:{LABEL_63}.example"),
    ],
)
def test_an_address_is_accepted_and_kept_as_sent(text: str, uri: str) -> None:
    address = parse_sip_address(text)

    assert address.uri == uri
    assert address.original == text


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", AddressFault.EMPTY),
        (f"{LABEL_63}.{LABEL_63}.{LABEL_63}.{LABEL_63}.", AddressFault.TOO_LONG),
        (" trunk.example.com", AddressFault.CHARACTERS),
        ("trunk.example.com\n", AddressFault.CHARACTERS),
        ("trunk.example.com\r\nX-Evil: 1", AddressFault.CHARACTERS),
        ("trunk\x00.example.com", AddressFault.CHARACTERS),
        ("전화.example.com", AddressFault.CHARACTERS),
        ("\uff11\uff12\uff17.0.0.1", AddressFault.CHARACTERS),
        ("http://trunk.example.com", AddressFault.SCHEME),
        ("sip://trunk.example.com", AddressFault.SCHEME),
        ("sip:alice@trunk.example.com", AddressFault.USER_PART),
        ("sip:alice:secret@trunk.example.com", AddressFault.USER_PART),
        ("alice@trunk.example.com", AddressFault.USER_PART),
        ("sip:trunk.example.com?Subject=x", AddressFault.HEADERS),
        ("sip:", AddressFault.HOST),
        ("sip:sip:trunk.example.com", AddressFault.PORT),
        ("2001:db8::1", AddressFault.IPV6_WITHOUT_BRACKETS),
        ("2001:db8::1:5060", AddressFault.IPV6_WITHOUT_BRACKETS),
        ("[2001:db8::1", AddressFault.HOST),
        ("[2001:db8::1]5060", AddressFault.HOST),
        ("[fe80::1%eth0]", AddressFault.HOST),
        ("[203.0.113.7]", AddressFault.HOST),
        ("[]", AddressFault.HOST),
        ("trunk..example.com", AddressFault.HOST),
        (".example.com", AddressFault.HOST),
        ("-trunk.example.com", AddressFault.HOST),
        ("trunk-.example.com", AddressFault.HOST),
        ("_sip._udp.example.com", AddressFault.HOST),
        ("trunk.example.com/path", AddressFault.HOST),
        ("<sip:trunk.example.com>", AddressFault.PORT),
        ("trunk.example.com,other", AddressFault.HOST),
        ("*", AddressFault.HOST),
        (f"{LABEL_63}a.example", AddressFault.HOST),
        ("203.0.113.256", AddressFault.HOST),
        ("203.0.113.07", AddressFault.HOST),
        ("127.1", AddressFault.HOST),
        ("2130706433", AddressFault.HOST),
        ("0x7f000001", AddressFault.HOST),
        ("0x7f.0.0.1", AddressFault.HOST),
        ("0177.0.0.1", AddressFault.HOST),
        ("203.0.113.0/24", AddressFault.HOST),
        ("trunk.example.com:", AddressFault.PORT),
        ("trunk.example.com:0", AddressFault.PORT),
        ("trunk.example.com:65536", AddressFault.PORT),
        ("trunk.example.com:05060", AddressFault.PORT),
        ("trunk.example.com:-1", AddressFault.PORT),
        ("trunk.example.com:sip", AddressFault.PORT),
        ("tel:07011112222", AddressFault.PORT),
        ("[2001:db8::1]:", AddressFault.PORT),
        ("sip:trunk.example.com;lr", AddressFault.PARAMETER),
        ("sip:trunk.example.com;maddr=203.0.113.9", AddressFault.PARAMETER),
        ("sip:trunk.example.com;transport=tcp;transport=udp", AddressFault.PARAMETER),
        ("sip:trunk.example.com;", AddressFault.PARAMETER),
        ("sip:trunk.example.com;transport=", AddressFault.TRANSPORT),
        ("sip:trunk.example.com;transport=sctp", AddressFault.TRANSPORT),
        ("sip:trunk.example.com;transport=ws", AddressFault.TRANSPORT),
        ("sips:trunk.example.com;transport=udp", AddressFault.TRANSPORT),
    ],
)
def test_nonsense_is_refused_with_its_reason(text: str, reason: AddressFault) -> None:
    with pytest.raises(SipAddressRefused) as refused:
        parse_sip_address(text)

    assert refused.value.reason is reason


def test_spellings_of_one_address_are_equal() -> None:
    assert parse_sip_address("Trunk.example.com.") == parse_sip_address("sip:trunk.example.com")
    assert parse_sip_address("[2001:db8:0:0::1]") == parse_sip_address("sip:[2001:db8::1]")


def test_an_ip_address_is_known_as_one() -> None:
    assert parse_sip_address("203.0.113.7").is_ip
    assert parse_sip_address("[2001:db8::1]").is_ip
    assert not parse_sip_address("trunk.example.com").is_ip


@pytest.mark.parametrize(
    "text",
    [
        "localhost",
        "LOCALHOST.",
        "sip:localhost:5060",
        "pbx.localhost",
        "localhost.localdomain",
        "ip6-loopback",
        "metadata.google.internal",
        "metadata",
        "127.0.0.1",
        "127.255.255.254",
        "0.0.0.0",  # noqa: S104 - nothing listens here, it is what must be refused
        "0.1.2.3",
        "169.254.169.254",
        "169.254.1.1",
        "224.0.1.75",
        "255.255.255.255",
        "100.100.100.200",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[ff02::1]",
        "[fd00:ec2::254]",
        "[::ffff:127.0.0.1]",
        "[::ffff:a9fe:a9fe]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
    ],
)
def test_this_machine_its_wire_and_its_cloud_are_private(text: str) -> None:
    assert is_private_target(parse_sip_address(text))


@pytest.mark.parametrize(
    "text",
    [
        "trunk.example.com",
        "localhost.example.com",
        "notlocalhost",
        "203.0.113.7",
        "10.0.0.5",
        "172.16.0.5",
        "192.168.0.5",
        "100.64.0.1",
        "[2001:db8::1]",
        "[fd12:3456::1]",
        "[::ffff:10.0.0.5]",
    ],
)
def test_telephone_systems_in_the_own_network_are_reachable(text: str) -> None:
    assert not is_private_target(parse_sip_address(text))


def test_what_a_name_resolved_to_is_judged_alike() -> None:
    assert is_private_ip("127.0.0.1")
    assert is_private_ip("::ffff:127.0.0.1")
    assert not is_private_ip("203.0.113.7")


@pytest.mark.parametrize(
    ("user", "uri"),
    [
        ("07011112222", "sip:07011112222@[2001:db8::1]:5080;transport=tcp"),
        ("+14155552671", "sip:+14155552671@[2001:db8::1]:5080;transport=tcp"),
        ("a@b;c>\r\n", "sip:a%40b%3Bc%3E%0D%0A@[2001:db8::1]:5080;transport=tcp"),
        ("", "sip:[2001:db8::1]:5080;transport=tcp"),
    ],
)
def test_somebody_at_an_address_has_a_request_uri_they_cannot_break(user: str, uri: str) -> None:
    assert uri_of_user(parse_sip_address("[2001:db8::1]:5080;transport=tcp").uri, user) == uri


labels = st.from_regex(r"[A-Za-z0-9]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True)
names = st.builds(
    lambda front, last: ".".join([*front, last]),
    st.lists(labels, max_size=4),
    st.from_regex(r"[A-Za-z]([A-Za-z0-9-]{0,8}[A-Za-z0-9])?", fullmatch=True),
)
hosts = (
    names
    | st.ip_addresses(v=4).map(str)
    | st.ip_addresses(v=6).map(lambda ip: f"[{ip}]")
    | st.ip_addresses(v=6).map(lambda ip: f"[{ip.exploded.upper()}]")
)
addresses = st.builds(
    lambda scheme, host, port, transport: f"{scheme}{host}{port}{transport}",
    st.sampled_from(["", "sip:", "SIP:"]),
    hosts,
    st.just("") | st.integers(1, 65535).map(":{}".format),
    st.sampled_from(["", ";transport=udp", ";TRANSPORT=Tcp", ";transport=tls"]),
)


@given(addresses)
def test_an_address_survives_being_written_and_read_again(text: str) -> None:
    address = parse_sip_address(text)

    assert parse_sip_address(address.uri) == address
    assert parse_sip_address(address.uri).uri == address.uri


uri_like = st.text(alphabet="sipSIP:.[];=@?%/-_019afxtru port\t\n\uff10\xe9", max_size=40)


@given(st.text() | uri_like | st.builds("{}{}".format, addresses, uri_like))
@example("[::1%" + "1" * 20 + "]")
@example("a" * 253)
def test_any_text_is_an_address_or_refused_with_a_reason(text: str) -> None:
    address = parsed(text)

    assert isinstance(address, SipAddress | AddressFault)
    if isinstance(address, SipAddress):
        assert address.port is None or 1 <= address.port <= 65535
        assert address.uri.isascii()
        assert is_private_target(address) in {True, False}


def parsed(text: str) -> SipAddress | AddressFault:
    try:
        return parse_sip_address(text)
    except SipAddressRefused as refused:
        return refused.reason
