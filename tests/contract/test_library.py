"""A synchronous class that knows nothing of any of this, under every wiring."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date
from pathlib import Path

import pytest

from library.catalogue import AlreadyLent, Book, Catalogue, Condition, UnknownBook
from library.port import catalogue_port
from support.processes import clean_environment, running
from switchover import AsgiTransport, Fidelity, HttpxTransport
from switchover.errors import InvalidRequest


@contextmanager
def bare(_: Path) -> Iterator[Catalogue]:
    yield Catalogue()


@contextmanager
def direct(_: Path) -> Iterator[Catalogue]:
    yield catalogue_port().direct(Catalogue())


@contextmanager
def direct_strict(_: Path) -> Iterator[Catalogue]:
    yield catalogue_port().direct(Catalogue(), fidelity=Fidelity.STRICT)


@contextmanager
def http_in_memory(_: Path) -> Iterator[Catalogue]:
    port = catalogue_port()
    with AsgiTransport(port.serve(Catalogue(), trust="open")) as transport:
        yield port.http(transport=transport)


@contextmanager
def http_tcp(folder: Path) -> Iterator[Catalogue]:
    with running([sys.executable, "-m", "library.server"], folder, clean_environment()) as server:
        transport = HttpxTransport(server.address)
        yield catalogue_port().http(transport=transport)
        transport.close()


@contextmanager
def http_unix_socket(folder: Path) -> Iterator[Catalogue]:
    path = str(folder / "s")
    with running([sys.executable, "-m", "library.server", "--socket", path], folder, clean_environment()):
        transport = HttpxTransport("http://library", uds=path)
        yield catalogue_port().http(transport=transport)
        transport.close()


Wiring = Callable[[Path], AbstractContextManager[Catalogue]]
OVER_HTTP: tuple[Wiring, ...] = (http_in_memory, http_tcp, http_unix_socket)
WIRINGS: tuple[Wiring, ...] = (bare, direct, direct_strict, *OVER_HTTP)

KOKORO = Book("9784003101018", "こころ", 1914, subjects=["novel"])
BOTCHAN = Book("978-4-00-310/102 5", "坊っちゃん", 1906, Condition.WORN, ["novel", "school"])


@pytest.fixture(params=WIRINGS, ids=lambda wiring: wiring.__name__)
def catalogue(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Catalogue]:
    with request.param(tmp_path) as opened:
        yield opened


def test_a_book_comes_back_as_it_was_added(catalogue: Catalogue) -> None:
    assert catalogue.add_book(KOKORO) == KOKORO
    assert catalogue.get_book(KOKORO.isbn) == KOKORO


def test_an_isbn_may_hold_slashes_and_spaces(catalogue: Catalogue) -> None:
    catalogue.add_book(BOTCHAN)
    assert catalogue.get_book(BOTCHAN.isbn) == BOTCHAN


def test_books_are_listed_by_subject_and_up_to_a_limit(catalogue: Catalogue) -> None:
    for book in (KOKORO, BOTCHAN):
        catalogue.add_book(book)
    assert catalogue.list_books() == [BOTCHAN, KOKORO]
    assert catalogue.list_books(subject="school") == [BOTCHAN]
    assert catalogue.list_books("novel", limit=1) == [BOTCHAN]
    assert catalogue.list_books(subject="physics") == []


def test_a_lent_book_says_to_whom(catalogue: Catalogue) -> None:
    catalogue.add_book(KOKORO)
    lent = catalogue.lend_book(KOKORO.isbn, "aiko", date(2026, 12, 1))
    assert lent.loan is not None
    assert (lent.loan.reader, lent.loan.due) == ("aiko", date(2026, 12, 1))
    assert catalogue.get_book(KOKORO.isbn) == lent


def test_its_own_exceptions_arrive_with_what_they_were_made_with(catalogue: Catalogue) -> None:
    with pytest.raises(UnknownBook, match="no book 42") as unknown:
        catalogue.get_book("42")
    assert unknown.value.isbn == "42"
    catalogue.add_book(KOKORO)
    catalogue.lend_book(KOKORO.isbn, "aiko", date(2026, 12, 1))
    with pytest.raises(AlreadyLent, match="somebody else has it") as lent:
        catalogue.lend_book(KOKORO.isbn, "ben", due=date(2026, 12, 24))
    assert lent.value.due == date(2026, 12, 1)


@pytest.mark.parametrize("wiring", [direct_strict, *OVER_HTTP], ids=lambda wiring: wiring.__name__)
def test_the_contract_is_kept_although_the_class_knows_nothing_of_it(wiring: Wiring, tmp_path: Path) -> None:
    with wiring(tmp_path) as catalogue:
        with pytest.raises(InvalidRequest) as limit:
            catalogue.list_books(limit=501)
        assert [error.where for error in limit.value.errors] == ["query.limit"]
        with pytest.raises(InvalidRequest) as book:
            catalogue.add_book(Book("", "Untitled", 2026))
        assert [error.where for error in book.value.errors] == ["body#/isbn"]
        assert catalogue.list_books() == []
