"""Which addresses are public (I-1)."""

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from folkmoot.net.addresses import is_public


@pytest.mark.parametrize(
    "ip",
    [
        "0.0.0.0", "0.1.2.3", "10.0.0.1", "100.64.0.1", "100.127.255.255", "127.0.0.1", "127.255.255.254", "169.254.169.254",
        "172.16.0.1", "172.31.255.255", "192.0.0.8", "192.0.2.1", "192.88.99.1", "192.168.1.1", "198.18.0.1", "198.51.100.1",
        "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
    ],
)  # fmt: skip
def test_ipv4_addresses_that_are_refused__FET_2__I_1(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize(
    "ip",
    [
        "::", "::1", "fe80::1", "fe80::1%eth0", "fec0::1", "fc00::1", "fd12:3456::1", "ff02::1", "100::1", "2001:db8::1", "2001::1",
        "2001:10::1", "2001:20::1", "3fff::1", "5f00::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::10.0.0.1",
        "64:ff9b:1::1", "2002:7f00:1::", "2002:c0a8:101::1", "4000::1",
    ],
)  # fmt: skip
def test_ipv6_addresses_that_are_refused__FET_2__I_1(ip: str) -> None:
    assert not is_public(ip)


@pytest.mark.parametrize(
    "text", ["", "localhost", "127.1", "0x7f000001", "2130706433", "1.1.1.1/32", "[::1]", "1.1.1.1:80"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    assert not is_public(text)


@pytest.mark.parametrize(
    "ip",
    [
        "1.1.1.1",
        "8.8.8.8",
        "172.32.0.1",
        "100.128.0.1",
        "2606:4700:4700::1111",
        "2a00:1450::1",
        "::ffff:1.1.1.1",
        "64:ff9b::1.1.1.1",
        "2002:101:101::1",
    ],
)
def test_addresses_that_are_public__I_1(ip: str) -> None:
    assert is_public(ip)


@given(st.ip_addresses())
def test_what_is_public_is_nothing_that_python_knows_as_special(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    if is_public(address):
        assert not (
            address.is_loopback or address.is_link_local or address.is_multicast or address.is_unspecified
        )
        if not str(address).startswith(("2002:", "::ffff:", "64:ff9b:")):
            assert address.is_global


@given(st.ip_addresses(v=4))
def test_an_ipv4_address_is_judged_alike_in_every_disguise(address: ipaddress.IPv4Address) -> None:
    number = int(address)
    disguises = [
        ipaddress.IPv6Address((0xFFFF << 32) | number),
        ipaddress.IPv6Address((0x64_FF9B << 96) | number),
        ipaddress.IPv6Address((0x2002 << 112) | (number << 80) | 1),
    ]
    assert {is_public(disguise) for disguise in disguises} == {is_public(address)}


@given(st.text(max_size=40))
def test_any_text_gets_an_answer(text: str) -> None:
    is_public(text)
