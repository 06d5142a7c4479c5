"""One call over HTTP to a real service, as a collector sees it."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from library.catalogue import Book, UnknownBook
from library.observed import exporting, observed_port
from support.otlp import receiver
from support.processes import clean_environment, running
from switchover import HttpxTransport, calling, current
from switchover.telemetry import start

BOOK = Book("978-4-00-310101-8", "Kokoro", 1914)


def test_a_collector_sees_both_sides_of_a_call_in_one_trace(tmp_path: Path) -> None:
    with receiver() as collector:
        provider = exporting("shop", collector.endpoint)
        command = [sys.executable, "-m", "library.observed", "--traces", collector.endpoint]
        with running(command, tmp_path, clean_environment()) as service, HttpxTransport(service.address) as transport:
            catalogue = observed_port(provider).http(transport=transport, trust="open")
            assert catalogue.add_book(BOOK) == BOOK
            with pytest.raises(UnknownBook):
                catalogue.get_book("978-0-00-000000-2")
        provider.shutdown()
        found = {(span.service, span.name): span for span in collector.spans}

    assert len(found) == len(collector.spans) == 4
    asking, serving = found["shop", "addBook"], found["catalogue", "addBook"]
    assert (asking.kind, serving.kind) == ("SPAN_KIND_CLIENT", "SPAN_KIND_SERVER")
    assert (asking.parent, serving.parent) == ("", asking.span)
    assert asking.trace == serving.trace
    assert serving.attributes == {
        "http.request.method": "POST",
        "http.route": "/library/books",
        "http.response.status_code": 201,
        "switchover.operation": "addBook",
        "switchover.outcome": "ok",
        "switchover.reason": "wired",
        "switchover.wiring": "serve",
        "url.scheme": "http",
    }
    assert asking.attributes["switchover.wiring"] == "http"
    missing = found["catalogue", "getBook"]
    assert missing.attributes["error.type"] == "UnknownBook"
    assert (missing.attributes["http.response.status_code"], missing.status) == (404, "STATUS_CODE_UNSET")
    assert missing.trace != serving.trace


def test_a_collector_sees_nothing_of_a_trace_that_its_caller_dropped(tmp_path: Path) -> None:
    with receiver() as collector:
        provider = exporting("shop", collector.endpoint)
        command = [sys.executable, "-m", "library.observed", "--traces", collector.endpoint]
        with running(command, tmp_path, clean_environment()) as service, HttpxTransport(service.address) as transport:
            catalogue = observed_port(provider).http(transport=transport, trust="open")
            with calling(trace=start()):
                catalogue.add_book(BOOK)
            assert current().trace is None
        provider.shutdown()
        assert collector.spans == []
