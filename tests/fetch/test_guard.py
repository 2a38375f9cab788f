"""Which addresses are dialled, and that nothing gets around the guard."""

from __future__ import annotations

import asyncio
import socket

import httpcore
import pytest

from monitor.fetch.client import Policy, Request, fetch
from monitor.fetch.guard import DnsError, GuardedBackend, exempt, not_public, resolve
from monitor.model import FetchKind
from tests.fetch.loopback import answer, redirect, serve

pytestmark = pytest.mark.anyio

PRIVATE = [
    "0.0.0.0",
    "10.1.2.3",
    "100.64.0.1",
    "127.0.0.1",
    "127.255.0.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.168.1.1",
    "198.18.0.1",
    "224.0.0.1",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "fe80::1",
    "fe80::1%eth0",
    "fc00::1",
    "fd12:3456::1",
    "fec0::1",
    "ff02::1",
    "2001:db8::1",
    "100::1",
    "4000::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::127.0.0.1",
    "::a00:1",
    "64:ff9b::7f00:1",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::7f00:1",
    "64:ff9b:1:7f00:0:100::",
    "64:ff9b:1::",
    "2002:7f00:1::",
    "2002:a00:1::5",
    "2001:0:808:808::80ff:fffe",
    "2001:0:7f00:1::f7f7:f7f7",
    "2001:10::1",
    "no address",
]
PUBLIC = [
    "8.8.8.8",
    "172.32.0.1",
    "100.128.0.1",
    "193.0.6.139",
    "2a00:1450:4001:81b::200e",
    "2001:4860:4860::8888",
    "::ffff:8.8.8.8",
    "64:ff9b::808:808",
    "64:ff9b:1::808:808",
    "2002:808:808::1",
    "2001:0:808:808::f7f7:f7f7",
]


@pytest.mark.parametrize("address", PRIVATE)
async def test_addresses_that_are_not_public_are_refused(address):
    assert not_public(address)


@pytest.mark.parametrize("address", PUBLIC)
async def test_public_addresses_pass(address):
    assert not_public(address) == ""


def named(*addresses: str):
    """Return a resolver that gives these addresses for every name."""

    async def resolver(host: str, port: int):
        return addresses

    return resolver


async def test_one_private_address_among_public_ones_refuses_the_host(clock):
    """D3: a name with two answers is how a rebinding attack starts."""
    policy = Policy(resolver=named("8.8.8.8", "127.0.0.1"))
    fetched = await fetch(Request("http://two-faced.example/"), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.PRIVATE_ADDRESS
    assert "127.0.0.1" in fetched.detail
    assert "loopback" in fetched.detail


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "localhost", "127.1", "2130706433", "0x7f.1", "[::ffff:127.0.0.1]", "0"]
)
async def test_no_spelling_of_this_machine_gets_through(clock, host):
    fetched = await fetch(Request(f"http://{host}:1/"), policy=Policy(), clock=clock)
    assert fetched.kind in {FetchKind.PRIVATE_ADDRESS, FetchKind.DNS}
    assert fetched.status is None


async def test_a_redirect_to_a_private_address_is_refused(clock):
    """D3."""
    async with serve(lambda _: redirect(302, f"http://127.0.0.2:{site.port}/secret")) as site:
        policy = Policy(allow_private=frozenset({site.host}))
        fetched = await fetch(Request(site.url()), policy=policy, clock=clock)
        assert len(site.log) == 1
    assert fetched.kind is FetchKind.PRIVATE_ADDRESS


async def test_the_checked_address_is_dialled_and_the_name_asked_once(clock):
    looked_up = []

    async def resolver(host: str, port: int):
        looked_up.append(host)
        return ["127.0.0.1"]

    async with serve(lambda _: answer(200, b"x")) as site:
        policy = Policy(allow_private=frozenset({f"feeds.example:{site.port}"}), resolver=resolver)
        fetched = await fetch(Request(f"http://feeds.example:{site.port}/"), policy=policy, clock=clock)
        assert site.log[0].get("Host") == f"feeds.example:{site.port}"
    assert fetched.kind is FetchKind.OK
    assert looked_up == ["feeds.example"]


async def test_a_dead_address_gives_way_to_the_next(clock):
    async with serve(lambda _: answer(200, b"x")) as site:
        policy = Policy(allow_private=frozenset({"h"}), resolver=named("127.0.0.9", "127.0.0.1"))
        fetched = await fetch(Request(f"http://h:{site.port}/"), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.OK


@pytest.mark.parametrize(
    ("allowed", "passes"),
    [({"h:80"}, True), ({"h"}, True), ({"h:81"}, False), ({"hh:80"}, False), (set(), False)],
)
async def test_exemption_is_by_name_and_port(allowed, passes):
    assert exempt("H", 80, allowed) is passes
    assert exempt("::1", 8080, {"[::1]:8080"})


async def test_an_unknown_name_is_dns_and_no_address_is_dns(clock):
    async def unknown(host: str, port: int):
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    for resolver in (unknown, named()):
        fetched = await fetch(Request("http://x.example/"), policy=Policy(resolver=resolver), clock=clock)
        assert fetched.kind is FetchKind.DNS
        assert "x.example" in fetched.detail


@pytest.mark.parametrize("host", ["a" * 70 + ".example", "x..example", "nowhere.invalid"])
async def test_the_system_resolver_fails_as_dns(clock, host):
    fetched = await fetch(Request(f"http://{host}/"), policy=Policy(), clock=clock)
    assert fetched.kind in {FetchKind.DNS, FetchKind.PROTOCOL}
    assert fetched.detail.endswith(".")


async def test_a_resolver_that_hangs_is_cut_off_and_blocks_nobody(clock):
    never = asyncio.Event()

    async def hanging(host: str, port: int):
        await never.wait()

    policy = Policy(resolver=hanging, connect_timeout_s=0.05)
    fetched = await fetch(Request("http://x.example/"), policy=policy, clock=clock)
    assert fetched.kind is FetchKind.TIMEOUT


async def test_literal_addresses_need_no_look_up():
    assert await resolve("192.0.2.7", 80) == ("192.0.2.7",)
    assert "127.0.0.1" in await resolve("localhost", 80)


async def test_local_sockets_are_never_opened():
    with pytest.raises(httpcore.ConnectError):
        await GuardedBackend().connect_unix_socket("/run/x.sock")
    assert issubclass(DnsError, httpcore.ConnectError)
