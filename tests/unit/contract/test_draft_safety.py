"""GET means that a call is repeated, rehearsed and answered here on failure: what is assumed of each method is said."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from switchover.contract.draft import Choice, Draft, draft
from switchover.errors import ContractError


def methods_of(made: Draft) -> dict[str, str]:
    """The HTTP method of each operation."""
    paths: dict[str, dict[str, Any]] = yaml.safe_load(made.text)["paths"]
    return {item["operationId"]: method.upper() for path in paths.values() for method, item in path.items()}


def note_of(made: Draft, name: str) -> str:
    [note] = [note for note in made.notes if note.startswith(f"{name} is ")]
    return note


class Inbox:
    def __init__(self) -> None:
        self.seen: list[int] = []
        self.session: Any = None

    def get_message(self, message_id: int) -> str:
        """Get a message that has been marked as read, and the last update."""
        raise NotImplementedError

    def read_inbox(self, user_id: int) -> list[str]:
        """Return the unread messages and mark them as read."""
        raise NotImplementedError

    def unread_count(self, user_id: int) -> int:
        """Count unread messages."""
        return 0

    def get_next(self) -> int:
        return int(self.seen.pop())

    def load_last(self) -> int:
        self.session.commit()
        return 1

    def show_first(self) -> int:
        """Show the first.

        Returns:
            The first; set it before.
        """
        return self.seen[0]

    def find_any(self, criteria: dict[str, str]) -> int:
        return len(criteria)

    def send_message(self, text: str) -> None: ...

    def drain(self) -> int:
        """Look at what is left.

        Switchover: safe
        """
        return 1

    def get_ticket(self) -> int:
        """Take a ticket.

        Switchover: unsafe
        """
        return 1


def test_names_docstrings_and_sources_are_weighed() -> None:
    assert methods_of(draft(Inbox)) == {
        "getMessage": "GET",
        "readInbox": "POST",
        "unreadCount": "GET",
        "getNext": "POST",
        "loadLast": "POST",
        "showFirst": "GET",
        "findAny": "POST",
        "sendMessage": "POST",
        "drain": "GET",
        "getTicket": "POST",
    }


@pytest.mark.parametrize(
    ("name", "said"),
    [
        (
            "get_message",
            "as `get` suggests that it only reads: it may be repeated, rehearsed, and answered in this process",
        ),
        ("get_message", "--unsafe get_message if it changes anything"),
        ("read_inbox", "as its docstring says 'mark', whatever `read` suggests: it is sent once, never rehearsed"),
        ("read_inbox", "--safe read_inbox if it only reads"),
        ("get_next", "as its source has `self.seen.pop()`"),
        ("load_last", "as its source has `self.session.commit()`"),
        ("find_any", "but 'criteria' does not fit into a query: it is sent once"),
        ("drain", "is GET /drain, as its docstring says: it may be repeated"),
        ("send_message", "as `send` may change something"),
    ],
)
def test_each_guess_is_noted_with_its_consequence_and_remedy(name: str, said: str) -> None:
    assert said in note_of(draft(Inbox), name)


def test_the_team_decides() -> None:
    made = draft(Inbox, choice=Choice(safe=["get_next", "send_message"], unsafe=["get_message", "drain"]))
    found = methods_of(made)
    assert (found["getNext"], found["sendMessage"]) == ("GET", "GET")
    assert (found["getMessage"], found["drain"]) == ("POST", "POST")
    assert "as --safe or --unsafe says" in note_of(made, "get_next")


def test_a_safe_method_whose_address_is_taken_stays_get() -> None:
    class Twice:
        def list_entries(self, trip_id: int) -> list[int]:
            return [trip_id]

        def list_entry(self, trip_id: int) -> list[int]:
            return [trip_id]

    assert methods_of(draft(Twice)) == {"listEntries": "GET", "listEntry": "GET"}


def test_unknown_and_contradicting_names_are_refused() -> None:
    choice = Choice(only=["get_next", "nothing"], safe=["get_next", "never"], unsafe=["get_next"])
    with pytest.raises(ContractError) as caught:
        draft(Inbox, choice=choice)
    said = [str(item) for item in caught.value.items]
    assert len(said) == 3
    assert "has no method 'nothing', which --only names; its methods are get_message, read_inbox" in said[0]
    assert "has no method 'never', which --safe names" in said[1]
    assert said[2].endswith("Inbox.get_next is named by both --safe and --unsafe")


def test_only_what_is_asked_for_is_drafted() -> None:
    made = draft(Inbox, choice=Choice(only=["get_next", "drain"]))
    assert made.methods == ("get_next", "drain")
    assert made.left_out == ()
