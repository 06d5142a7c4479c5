"""Outcomes as lines, as JSON and as metrics, and where the metrics go."""

from __future__ import annotations

import asyncio
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import parser as text_parser
from prometheus_client.openmetrics import parser as openmetrics_parser

from switchover.errors import ServiceUnreachable, UnexpectedAnswer
from switchover.probe import as_json, line, to_file, to_gateway
from switchover.probe.metrics import exposition
from unit.probe.outcomes import REFUSED, TRACE, outcome
from unit.probe.peers import Peer, answers, message, peer
from unit.probe.test_dialing import free_port

read_openmetrics: Any = openmetrics_parser.text_string_to_metric_families
read_text: Any = text_parser.text_string_to_metric_families

URL = "https://diary.example/api/health"


def test_a_line_says_when_where_what_and_how_long() -> None:
    assert line(outcome()) == (
        "2026-11-24T12:30:15.123Z  tokyo  ok      200  https://diary.example/api/health"
        "  dns 1.2, connect 10.0, tls 20.0, first byte 3.0, total 35.1 ms"
    )
    assert line(REFUSED) == (
        "2026-11-24T12:30:15.123Z  tokyo  FAILED  ---  http://127.0.0.1:9/  dns 0.0, total 500.0 ms"
        f"  connect, service_unreachable: No connection: 127.0.0.1: Connection refused. [trace {TRACE}]"
    )


def test_json_has_every_member_whatever_is_known() -> None:
    assert json.loads(as_json(outcome())) == {
        "time": "2026-11-24T12:30:15.123Z",
        "region": "tokyo",
        "url": URL,
        "operation": "getHealth",
        "ok": True,
        "status": 200,
        "conforms": True,
        "fault": None,
        "address": "192.0.2.1",
        "milliseconds": {"dns": 1.2, "connect": 10.0, "tls": 20.0, "first_byte": 3.0, "total": 35.1},
        "trace_id": TRACE,
    }
    failed = json.loads(as_json(REFUSED))
    assert set(failed) == set(json.loads(as_json(outcome())))
    assert failed["fault"] == {
        "phase": "connect",
        "code": "service_unreachable",
        "detail": "No connection: 127.0.0.1: Connection refused.",
    }
    assert "\n" not in as_json(REFUSED)


Sample = tuple[str, tuple[tuple[str, str], ...], float]


def samples(text: str, read: Any) -> list[Sample]:
    return [
        (sample.name, tuple(sorted(sample.labels.items())), sample.value)
        for family in read(text)
        for sample in family.samples
    ]


def test_metrics_are_read_alike_as_openmetrics_and_as_the_older_text() -> None:
    text = exposition([outcome(), REFUSED])
    labels, other = (("region", "tokyo"), ("url", URL)), (("region", "tokyo"), ("url", "http://127.0.0.1:9/"))
    assert samples(text, read_openmetrics) == samples(text, read_text)
    found = {(name, named): value for name, named, value in samples(text, read_openmetrics)}
    assert found[("switchover_probe_success", labels)] == 1
    assert found[("switchover_probe_success", other)] == 0
    assert found[("switchover_probe_http_status", labels)] == 200
    assert found[("switchover_probe_conforms", labels)] == 1
    assert found[("switchover_probe_duration_seconds", (("phase", "first_byte"), *labels))] == 0.003
    assert found[("switchover_probe_duration_seconds", (("phase", "total"), *other))] == 0.5
    assert len(found) == 2 + 7 + 1 + 1
    assert {family.type for family in read_openmetrics(text)} == {"gauge"}


def test_an_answer_that_does_not_conform_counts_as_such() -> None:
    text = exposition([outcome(conforms=False, status=418)])
    assert 'switchover_probe_conforms{url="https://diary.example/api/health",region="tokyo"} 0\n' in text
    assert 'switchover_probe_http_status{url="https://diary.example/api/health",region="tokyo"} 418\n' in text


@given(st.text(st.characters(exclude_categories=["Cs"])), st.text(st.sampled_from('\\"\n{},= a#')))
def test_any_label_value_arrives_as_it_was(url: str, region: str) -> None:
    text = exposition([outcome(url=url, region=region)])
    first = next(iter(read_openmetrics(text))).samples[0]
    assert first.labels == {"url": url, "region": region}


# -- a file


async def test_a_file_is_replaced_as_a_whole_and_readable_for_collectors(tmp_path: Path) -> None:
    file = tmp_path / "probe.prom"
    file.write_text("old")
    with file.open() as opened:
        await to_file(file)("new\n")
        assert opened.read() == "old"
    assert file.read_text() == "new\n"
    assert stat.S_IMODE(file.stat().st_mode) == 0o644
    assert os.listdir(tmp_path) == ["probe.prom"]


async def test_a_file_that_cannot_be_written_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        await to_file(tmp_path / "nowhere" / "probe.prom")("text")
    (tmp_path / "folder").mkdir()
    with pytest.raises(OSError, match="directory"):
        await to_file(tmp_path / "folder")("text")
    assert os.listdir(tmp_path) == ["folder"]


# -- a gateway


async def pushed(there: Peer, *, region: str = "tokyo/é", text: str = "text\n") -> None:
    await to_gateway(there.url() + "/push/", region, "host-1")(text)


async def test_a_push_replaces_its_group_at_the_gateway() -> None:
    bodies: list[bytes] = []

    async def gateway(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        bodies.append(await reader.readexactly(5))
        writer.write(message("200 OK"))

    async with peer(gateway) as there:
        await pushed(there)
        (request,) = there.requests
    _, *headers = request.decode().lower().split("\r\n")
    assert request.startswith(
        b"PUT /push/metrics/job/switchover_probe/region@base64/dG9reW8vw6k/instance@base64/aG9zdC0x HTTP/1.1\r\n"
    )
    assert "content-type: text/plain; version=0.0.4; charset=utf-8" in headers
    assert bodies == [b"text\n"]


async def test_a_gateway_that_refuses_or_is_not_there_is_told() -> None:
    async with peer(answers("400 Bad Request", b"secret")) as there:
        with pytest.raises(UnexpectedAnswer, match="The gateway answered 400") as refused:
            await pushed(there)
    assert "secret" not in str(refused.value)
    with pytest.raises(ServiceUnreachable):
        await to_gateway(f"http://127.0.0.1:{free_port()}", "tokyo", "host-1")("text")


def test_a_gateways_url_has_no_password() -> None:
    with pytest.raises(ValueError, match="no user and no password"):
        to_gateway("http://user:hunter2@gateway", "tokyo", "host-1")
