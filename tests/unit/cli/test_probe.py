"""`switchover probe`: what it takes, what it refuses, and with which exit code it ends."""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from support.processes import ROOT
from switchover.cli import main
from switchover.cli.probe import EPILOG, add_arguments
from unit.contract.documents import HEAD
from unit.probe.contracts import HEALTHY, TEXT
from unit.probe.peers import Peer, Talk, answers, message, peer
from unit.probe.test_dialing import free_port
from unit.probe.test_tls import tls

TOKEN = "hunter2-hunter2"


@contextmanager
def serving(talk: Talk, certificate: trustme.LeafCert | None = None) -> Iterator[Peer]:
    """A server on a thread of its own: the command has an event loop of its own."""
    ready, loop, known = threading.Event(), asyncio.new_event_loop(), list[Peer]()
    over = asyncio.Event()

    async def serve() -> None:
        async with peer(talk, tls=tls(certificate) if certificate is not None else None) as there:
            known.append(there)
            ready.set()
            await over.wait()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield known[0]
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(10)
        loop.close()


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a contract, and without a project that names it."""
    (tmp_path / "desk.yaml").write_text(TEXT)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def probe(*arguments: str) -> int:
    return main(["probe", "--region", "tokyo", *arguments])


def test_all_that_is_well_ends_with_0_and_something_that_is_not_with_1(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers(body=HEALTHY)) as there:
        assert probe(there.url(), "--contract", "desk.yaml") == 0
        assert probe(there.url(), f"http://127.0.0.1:{free_port()}", "--contract", "desk.yaml", "--json") == 1
    line, *objects = capsys.readouterr().out.splitlines()
    assert f"  tokyo  ok      200  {there.url()}/api/health  dns " in line
    assert [json.loads(text)["ok"] for text in objects] == [True, False]


def test_a_project_names_its_contract(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "pyproject.toml").write_text('[tool.switchover]\ncontract = "desk.yaml"\n')
    with serving(answers(body=b"x", content_type="text/plain")) as there:
        assert probe(there.url(), "--operation", "getText", "--operation", "getHealth") == 1
    text, health = capsys.readouterr().out.splitlines()
    assert "/api/text" in text
    assert " ok " in text
    assert "/api/health" in health
    assert "The media type is not application/json." in health


def test_a_project_without_a_contract_names_none(elsewhere: Path) -> None:
    (elsewhere / "pyproject.toml").write_text('[tool.switchover]\ninterface = "a:B"\n')
    with serving(answers()) as there:
        assert probe(there.url()) == 0


def test_without_a_contract_the_full_url_is_asked_and_its_query_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers()) as there:
        assert probe(f"{there.url()}/up?key=hunter2", "--json") == 0
        assert there.requests[0].startswith(b"GET /up?key=hunter2 ")
    said = capsys.readouterr()
    assert json.loads(said.out)["url"] == f"{there.url()}/up"
    assert "hunter2" not in said.out + said.err


def test_rounds_are_repeated_as_often_as_said(capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers()) as there:
        assert probe(there.url(), "--every", "10ms", "--count", "3") == 0
        assert len(there.requests) == 3
    assert len(capsys.readouterr().out.splitlines()) == 3


def test_a_token_comes_from_the_environment_and_is_told_nowhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PROBE_TOKEN", TOKEN)
    arguments = ("--contract", "desk.yaml", "--operation", "getSession", "--token-env", "PROBE_TOKEN")
    for body in (b"{}", b'["' + TOKEN.encode() + b'"]'):
        with serving(answers(body=body)) as there:
            probe(there.url(), *arguments)
            probe(there.url(), *arguments, "--json")
            assert f"authorization: Bearer {TOKEN}\r\n".encode() in there.requests[0]
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == 4
    assert TOKEN not in said.out + said.err


def test_certificates_of_ones_own_are_trusted_when_named(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(elsewhere / "ca.pem"))
    with serving(answers(), authority.issue_cert("127.0.0.1")) as there:
        assert probe(there.url(scheme="https"), "--ca", "ca.pem", "--ipv4") == 0
        assert probe(there.url(scheme="https")) == 1
    assert "The certificate is refused: " in capsys.readouterr().out


def test_metrics_go_into_a_file_and_to_a_gateway(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with serving(answers()) as there, serving(answers()) as gateway:
        assert probe(there.url(), "--metrics-file", "probe.prom", "--push", gateway.url()) == 0
        assert gateway.requests[0].startswith(
            b"PUT /metrics/job/switchover_probe/region@base64/dG9reW8/instance@base64/"
        )
    label = f'switchover_probe_success{{url="{there.url()}/",region="tokyo"}} 1'
    assert label in (elsewhere / "probe.prom").read_text()
    with serving(answers()) as there:
        assert probe(there.url(), "--push", f"http://127.0.0.1:{free_port()}") == 1
    said = capsys.readouterr()
    assert "switchover: the metrics could not be handed on: service_unreachable" in said.err


def interrupting(number: int) -> Talk:
    """Answers until the request of that number, from 1; then it presses Ctrl-C, and says nothing."""
    numbers = itertools.count(1)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if next(numbers) < number:
            writer.write(message())
            return
        os.kill(os.getpid(), signal.SIGINT)
        await reader.read()

    return talk


@pytest.mark.parametrize(("number", "code"), [(1, 130), (2, 0), (4, 0)])
def test_an_interruption_ends_with_what_the_last_whole_round_said(
    number: int, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    with serving(interrupting(number)) as there:
        assert probe(there.url(), "--every", "1ms") == code
    said = capsys.readouterr()
    assert len(said.out.splitlines()) == number - 1
    assert ("interrupted" in said.err) is (number == 1)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://desk", "--count", "3"], "--count says how often; say with --every"),
        (["http://desk", "--operation", "getHealth"], "--operation names an operation of a contract"),
        (
            ["http://desk", "--contract", "desk.yaml", "--operation", "addNote"],
            "cannot be probed: it changes something",
        ),
        (["http://desk", "--contract", "desk.yaml", "--operation", "getSession"], "name a variable that holds a token"),
        (["http://desk", "--contract", "nowhere.yaml"], "No such file or directory"),
        (["http://desk", "--contract", "broken.yaml"], "leads nowhere"),
        (["http://desk", "http://desk/"], "http://desk/ is there twice"),
        (["desk"], "a URL is http://host[:port][/path], not 'desk'"),
        (["http://user:hunter2@desk"], "a URL carries no user and no password"),
        (["http://desk", "--ca", "desk.yaml"], "desk.yaml holds no certificates in PEM"),
        (["http://desk", "--token-env", "NOT_THERE"], "--token-env: the environment has no NOT_THERE, or it is empty"),
        (["http://desk", "--token-env", "BAD_TOKEN"], "a bearer token is visible ASCII without spaces"),
        (["http://desk", "--push", "gateway"], "a base URL is http://host[:port], not 'gateway'"),
        (["http://desk", "--region", "\n"], "a region has 1 to 64 visible characters"),
    ],
)
def test_what_cannot_start_is_told_with_exit_code_2(
    elsewhere: Path,
    arguments: list[str],
    said: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("BAD_TOKEN", "hunter2 hunter2")
    (elsewhere / "broken.yaml").write_text(HEAD + "paths: {/x: {$ref: '#/nowhere'}}")
    assert probe(*arguments) == 2
    err = capsys.readouterr().err
    assert said in err
    assert "hunter2" not in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["http://desk", "--every", "30"], "argument --every: '30' has no unit; write 30s"),
        (["http://desk", "--timeout", "0s"], "argument --timeout: '0s' is no time at all"),
        (["http://desk", "--every", "1s", "--count", "0"], "argument --count: '0' is no count; it is 1 or more"),
        (["http://desk", "--every", "1s", "--count", "²"], "argument --count: '²' is no count"),
        (["http://desk", "--ipv4", "--ipv6"], "argument --ipv6: not allowed with argument --ipv4"),
        ([], "the following arguments are required: URL"),
    ],
)
def test_what_cannot_be_read_is_told_with_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        probe(*arguments)
    assert ended.value.code == 2
    assert said in capsys.readouterr().err


def test_a_region_has_to_be_named(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["probe", "http://desk"])
    assert ended.value.code == 2
    assert "--region" in capsys.readouterr().err


def test_the_help_teaches_with_examples_that_are_taken(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["probe", "--help"])
    assert EPILOG in capsys.readouterr().out
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    taught = [line.split("  ")[1].split()[2:] for line in EPILOG.splitlines() if line.startswith("  switchover probe")]
    assert len(taught) == 4
    for example in taught:
        assert parser.parse_args(example).region == "tokyo"


def test_settings_that_cannot_be_used_are_told(elsewhere: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (elsewhere / "pyproject.toml").write_text("[tool.switchover]\ncontract = 3\n")
    assert probe("http://desk") == 2
    assert "'contract' has to be a text" in capsys.readouterr().err


def test_our_own_contract_can_be_probed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    with serving(answers(body=b'{"status": "ok", "version": "1.0.0"}')) as there:
        assert probe(there.url()) == 0
        assert there.requests[0].startswith(b"GET /api/health ")
