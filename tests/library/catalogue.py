"""A library catalogue: a synchronous class with dataclasses, as a monolith has had it for years.

It knows nothing of ports, contracts or HTTP, and is not to be changed for them.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date
from enum import Enum


class Condition(Enum):
    """The state a copy is in."""

    FINE = "fine"
    WORN = "worn"


@dataclass(frozen=True)
class Loan:
    """Who has a book, and until when."""

    reader: str
    due: date


@dataclass
class Book:
    """One copy on the shelves."""

    isbn: str
    title: str
    year: int
    condition: Condition = Condition.FINE
    subjects: list[str] = field(default_factory=list)
    loan: Loan | None = None


class UnknownBook(LookupError):
    """There is no such book."""

    def __init__(self, isbn: str) -> None:
        super().__init__(f"no book {isbn}")
        self.isbn = isbn


class AlreadyLent(Exception):
    """Somebody else has it."""

    def __init__(self, message: str, due: date) -> None:
        super().__init__(message)
        self.due = due


class Catalogue:
    """The books of a small library."""

    def __init__(self) -> None:
        self._books: dict[str, Book] = {}

    def get_book(self, isbn: str) -> Book:
        """Look a book up."""
        if isbn not in self._books:
            raise UnknownBook(isbn)
        return self._copy(self._books[isbn])

    def list_books(self, subject: str | None = None, limit: int = 50) -> list[Book]:
        """List books, all of them or those about a subject."""
        found = [book for book in self._books.values() if subject is None or subject in book.subjects]
        return [self._copy(book) for book in sorted(found, key=lambda book: book.isbn)[:limit]]

    def add_book(self, book: Book) -> Book:
        """Put a book on the shelves, in place of the one with the same ISBN."""
        self._books[book.isbn] = self._copy(book)
        return self._copy(book)

    def lend_book(self, isbn: str, reader: str, due: date) -> Book:
        """Lend a book.

        Raises:
            UnknownBook: there is no such book.
            AlreadyLent: somebody else has it.
        """
        book = self.get_book(isbn)
        if book.loan is not None and book.loan.reader != reader:
            raise AlreadyLent("somebody else has it", due=book.loan.due)
        self._books[isbn] = replace(book, loan=Loan(reader, due))
        return self._copy(self._books[isbn])

    @staticmethod
    def _copy(book: Book) -> Book:
        return replace(book, subjects=list(book.subjects))
