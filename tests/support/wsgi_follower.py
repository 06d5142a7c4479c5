"""A WSGI application that follows a rollout from its import on, as monoliths behind gunicorn do: `support.wsgi_follower:application`.

STORE names the folder of the store. Each request is one call of the catalogue.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from typing import Any

from library.catalogue import Book, Catalogue
from library.port import CONTRACT
from switchover import Contract, HttpxTransport, Recorder, Rollout
from switchover.rollout.follower import Follower
from switchover.rollout.reporting import Reporter
from switchover.rollout.stores import FileRolloutStore

recorder, rollout, books = Recorder(), Rollout(), Catalogue()
books.add_book(Book("9784003101018", "Kokoro", 1914))
port = Contract.load(CONTRACT).bind(Catalogue, recorder=recorder)
catalogue = port.route(
    direct=port.direct(books), http=port.http(transport=HttpxTransport("http://127.0.0.1:9")), rollout=rollout
)
follower = Follower(
    FileRolloutStore(os.environ["STORE"]),
    rollout.apply,
    name="web",
    report=Reporter.watching(recorder, rollout).report,
)
follower.start()


def application(_: dict[str, Any], start: Callable[[str, list[tuple[str, str]]], object]) -> Iterable[bytes]:
    """Answer with the title of a book."""
    start("200 OK", [("Content-Type", "text/plain")])
    return [catalogue.get_book("9784003101018").title.encode()]
