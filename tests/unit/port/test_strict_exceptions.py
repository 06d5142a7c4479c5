"""Exceptions under STRICT: what reads the same on both sides passes, and a report says what to change."""

from __future__ import annotations

from typing import Any

import pytest

from switchover import AsgiTransport, Contract, Fidelity
from switchover.contract.draft import draft
from switchover.errors import FidelityError


class ClassText(Exception):
    message = "Not found"

    def __str__(self) -> str:
        return self.message


class OptionalText(Exception):
    message = "Not found"

    def __init__(self, message: str | None = None) -> None:
        if message:
            self.message = message

    def __str__(self) -> str:
        return self.message


class ClassDetail(Exception):
    detail = "Not found"


class OwnText(Exception):
    message = "Not found"

    def __init__(self) -> None:
        super().__init__(self.message)


class Named(Exception):
    message = "no {}"

    def __init__(self, name: str = "x") -> None:
        self.name = name

    def __str__(self) -> str:
        return self.message.format(self.name)


class Marked(Exception):
    """Carries what it is not made with."""


class Missing(Exception):
    pass


class Desk:
    def class_text(self) -> int:
        raise ClassText

    def class_text_given(self) -> int:
        raise ClassText("Not found")

    def optional_text(self) -> int:
        raise OptionalText

    def another_text(self) -> int:
        raise OptionalText("Gone")

    def class_detail(self) -> int:
        raise ClassDetail

    def own_text(self) -> int:
        raise OwnText

    def named(self) -> int:
        raise Named("u")

    def marked(self) -> int:
        """Raises what it marks.

        Raises:
            Marked: always.
        """
        error = Marked("x")
        error.__dict__["mark"] = 3
        raise error

    def undocumented(self) -> int:
        error = Missing()
        raise error


def port_of_desk() -> Any:
    return Contract.read("draft.yaml", lambda _: draft(Desk).text.encode()).bind(Desk)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("class_text", "Not found"),
        ("class_text_given", "Not found"),
        ("optional_text", "Not found"),
        ("another_text", "Gone"),
        ("class_detail", ""),
        ("own_text", "Not found"),
        ("named", "no u"),
    ],
)
def test_an_exception_that_reads_the_same_on_both_sides_passes(name: str, text: str) -> None:
    port = port_of_desk()
    with AsgiTransport(port.serve(Desk(), trust="open")) as transport:
        for wired in (port.direct(Desk(), fidelity=Fidelity.STRICT), port.http(transport=transport)):
            with pytest.raises(Exception) as caught:  # noqa: PT011 - each method raises a class of its own
                getattr(wired, name)()
            assert not isinstance(caught.value, FidelityError)
            assert str(caught.value) == text


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "marked",
            "marked error#/mark: would not arrive; over HTTP the caller would see another value\n  To mend it: HTTP makes Marked",
        ),
        ("marked", "take what it carries as arguments, keep each under its own name"),
        (
            "undocumented",
            "To mend it: document Missing as a failure of the operation, or raise an exception that is documented",
        ),
    ],
)
def test_a_report_names_the_remedy(name: str, said: str) -> None:
    with pytest.raises(FidelityError) as caught:
        getattr(port_of_desk().direct(Desk(), fidelity=Fidelity.STRICT), name)()
    assert said in str(caught.value)
