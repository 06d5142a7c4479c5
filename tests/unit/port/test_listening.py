"""Where a service listens: what is taken, what is left over, and what is put away."""

from __future__ import annotations

import errno
import os
import socket
import stat
from pathlib import Path

import pytest

from switchover.port.listening import Address, listening


def has_ipv6() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_an_address_is_written_as_clients_take_it() -> None:
    assert Address().url == "http://127.0.0.1:8000"
    assert Address("::1", 80).url == "http://[::1]:80"
    assert Address(uds="/run/desk.sock").url == "unix:/run/desk.sock"


def test_port_0_takes_a_free_port_and_says_which() -> None:
    with listening(Address(port=0)) as (listener, taken):
        assert taken.port == listener.getsockname()[1] > 0
        assert taken.host == "127.0.0.1"
        listener.listen()
        socket.create_connection(("127.0.0.1", taken.port)).close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", taken.port))


@pytest.mark.skipif(not has_ipv6(), reason="there is no IPv6 here")
def test_an_ipv6_address_is_listened_at() -> None:
    with listening(Address("::1", 0)) as (listener, taken):
        assert listener.family is socket.AF_INET6
        assert taken.url == f"http://[::1]:{taken.port}"


def test_an_address_that_is_taken_is_named() -> None:
    with listening(Address(port=0)) as (listener, taken):
        listener.listen()
        with pytest.raises(OSError, match=f"127.0.0.1:{taken.port}") as caught, listening(taken):
            raise AssertionError
        assert caught.value.errno == errno.EADDRINUSE


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_that_is_none_is_named(port: int) -> None:
    with pytest.raises(OSError, match="a port lies between 0 and 65535") as caught, listening(Address(port=port)):
        raise AssertionError
    assert caught.value.filename == f"127.0.0.1:{port}"


def test_a_host_that_does_not_resolve_is_named() -> None:
    with pytest.raises(OSError, match=r"desk\.invalid:80") as caught, listening(Address("desk.invalid", 80)):
        raise AssertionError
    assert caught.value.strerror


# -- Unix sockets -----------------------------------------------------------------------------------------------------


def left_over(path: Path) -> None:
    """What a killed process leaves: a socket that nobody listens at."""
    with socket.socket(socket.AF_UNIX) as killed:
        killed.bind(str(path))


def test_a_unix_socket_is_its_owners_alone_and_is_put_away(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening(Address(port=80, uds=str(path))) as (listener, taken):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert (taken.port, taken.url) == (80, f"unix:{path}")
        listener.listen()
        with socket.socket(socket.AF_UNIX) as client:
            client.connect(str(path))
    assert not path.exists()


def test_a_socket_that_is_left_over_is_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    left_over(path)
    with listening(Address(uds=str(path))) as (listener, _):
        assert listener.getsockname() == str(path)
    assert not path.exists()


def test_a_socket_that_somebody_listens_at_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening(Address(uds=str(path))) as (listener, taken):
        listener.listen()
        with pytest.raises(OSError, match=str(path)) as caught, listening(taken):
            raise AssertionError
        assert caught.value.errno == errno.EADDRINUSE
        assert path.is_socket()


def test_a_file_that_is_no_socket_is_not_taken(tmp_path: Path) -> None:
    path = tmp_path / "s"
    path.write_text("somebody's notes")
    with pytest.raises(OSError, match=str(path)), listening(Address(uds=str(path))):
        raise AssertionError
    assert path.read_text() == "somebody's notes"


def test_a_folder_that_is_not_there_and_a_path_that_is_too_long_are_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none" / "s", tmp_path / ("s" * 200)):
        with pytest.raises(OSError, match=path.name) as caught, listening(Address(uds=str(path))):
            raise AssertionError
        assert caught.value.strerror


def test_the_socket_of_a_successor_is_left_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening(Address(uds=str(path))):
        os.rename(path, tmp_path / "old")
        left_over(path)
    assert path.is_socket()


def test_a_socket_that_was_put_away_by_somebody_else_is_not_missed(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with listening(Address(uds=str(path))):
        path.unlink()
    assert not path.exists()
