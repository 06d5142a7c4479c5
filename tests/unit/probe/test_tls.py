"""TLS to real servers: whom a probe trusts, and what it says of certificates that it does not."""

from __future__ import annotations

import asyncio
import ssl
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import trustme

from switchover.probe import ProbeOutcome, Prober, trust_of
from unit.probe.contracts import HEALTHY, target
from unit.probe.peers import Talk, answers, falls_silent, peer, says

OK = answers(body=HEALTHY)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def trust(authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> ssl.SSLContext:
    """Trust in the authority, by way of a file, as `--ca` has it."""
    file = tmp_path_factory.mktemp("ca") / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    return trust_of(file)


def tls(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """The server's side."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


async def probed(
    certificate: trustme.LeafCert, host: str = "localhost", talk: Talk = OK, **options: Any
) -> ProbeOutcome:
    async with peer(talk, tls=tls(certificate)) as there:
        return await Prober("tokyo", **options).probe(target(there.url(host, "https")))


async def test_a_certificate_of_a_trusted_authority_is_taken(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    outcome = await probed(authority.issue_cert("localhost"), trust=trust)
    assert outcome.fault is None
    assert list(outcome.seconds) == ["dns", "connect", "tls", "first_byte", "total"]


async def test_a_certificate_may_be_for_an_ip_address(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    assert (await probed(authority.issue_cert("127.0.0.1"), "127.0.0.1", trust=trust)).is_ok


@pytest.mark.parametrize(
    ("names", "options", "said"),
    [
        (("localhost",), {"not_after": datetime(2020, 1, 1, tzinfo=UTC)}, "certificate has expired"),
        (("diary.example",), {}, "Hostname mismatch, certificate is not valid for 'localhost'"),
        (("127.0.0.1",), {}, "Hostname mismatch, certificate is not valid for 'localhost'"),
    ],
)
async def test_a_certificate_that_is_not_good_is_told_with_the_reason(
    authority: trustme.CA, trust: ssl.SSLContext, names: tuple[str, ...], options: dict[str, Any], said: str
) -> None:
    outcome = await probed(authority.issue_cert(*names, **options), trust=trust)
    assert outcome.fault is not None
    assert (outcome.fault.phase, outcome.fault.code) == ("tls", "service_unreachable")
    assert outcome.fault.detail == f"The certificate is refused: {said}."
    assert list(outcome.seconds) == ["dns", "connect", "total"]


@pytest.mark.parametrize("is_given", [True, False])
async def test_an_unknown_authority_is_refused_by_a_given_trust_and_by_the_worlds(
    authority: trustme.CA, trust: ssl.SSLContext, is_given: bool
) -> None:
    outcome = await probed(trustme.CA().issue_cert("localhost"), trust=trust if is_given else None)
    assert outcome.fault is not None
    assert outcome.fault.detail.startswith("The certificate is refused: ")
    assert "certificate" in outcome.fault.detail.partition(": ")[2]


async def test_a_server_without_tls_is_told(trust: ssl.SSLContext) -> None:
    async def plain(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()

    server = await asyncio.start_server(plain, "127.0.0.1", 0)
    async with server:
        outcome = await Prober("tokyo", trust=trust).probe(
            target(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        )
    assert outcome.fault is not None
    assert (outcome.fault.phase, outcome.fault.detail) == ("tls", "There is no TLS to be had (WRONG_VERSION_NUMBER).")


async def test_a_server_that_leaves_during_the_handshake_is_told(trust: ssl.SSLContext) -> None:
    async def leaves(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.transport.abort()

    server = await asyncio.start_server(leaves, "127.0.0.1", 0)
    async with server:
        outcome = await Prober("tokyo", trust=trust).probe(
            target(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        )
    assert outcome.fault is not None
    assert outcome.fault.phase == "tls"
    assert outcome.fault.detail == "The connection ended during the TLS handshake."


async def test_a_handshake_that_takes_too_long_is_told(trust: ssl.SSLContext) -> None:
    over = asyncio.Event()

    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await over.wait()
        writer.close()

    server = await asyncio.start_server(silent, "127.0.0.1", 0)
    async with server:
        outcome = await Prober("tokyo", trust=trust, timeout=0.2).probe(
            target(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        )
        over.set()
    assert outcome.fault is not None
    assert str(outcome.fault) == "tls, call_timeout: No answer within 0.2 s (tls)."


async def test_http_inside_tls_that_breaks_is_told_like_any_other(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    certificate = authority.issue_cert("localhost")
    for talk, said in (
        (says(b"HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\n"), "body, connection_lost"),
        (falls_silent(b"HTTP/1.1"), "body, call_timeout"),
    ):
        outcome = await probed(certificate, talk=talk, trust=trust, timeout=0.5)
        assert str(outcome.fault).startswith(said)


async def test_the_handshake_is_timed_by_itself(authority: trustme.CA, trust: ssl.SSLContext) -> None:
    time = 0.0

    def greeted(*_: object) -> None:
        nonlocal time
        time += 5

    context = tls(authority.issue_cert("localhost"))
    context.sni_callback = greeted
    async with peer(OK, tls=context) as there:
        prober = Prober("tokyo", trust=trust, clock=lambda: time)
        outcome = await prober.probe(target(there.url("localhost", "https")))
    assert outcome.seconds == {"dns": 0, "connect": 0, "tls": 5, "first_byte": 0, "total": 5}


def test_the_worlds_authorities_are_trusted_and_names_are_verified() -> None:
    context = trust_of()
    assert len(context.get_ca_certs()) > 100
    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_a_given_file_is_trusted_alone(tmp_path: Path, authority: trustme.CA) -> None:
    file = tmp_path / "ca.pem"
    authority.cert_pem.write_to_path(str(file))
    assert len(trust_of(file).get_ca_certs()) == 1


def test_a_file_without_certificates_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"ca.pem cannot be read: No such file or directory"):
        trust_of(tmp_path / "ca.pem")
    (tmp_path / "ca.pem").write_text("nothing")
    with pytest.raises(ValueError, match=r"ca.pem holds no certificates in PEM"):
        trust_of(tmp_path / "ca.pem")
