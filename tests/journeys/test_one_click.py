"""One click: the trace of a browser's request is found in the log of the web, the log of the service, and the database, by one grep."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from support.postgresql import postgresql_server
from support.processes import KEY, Running, clean_environment, livetrip, running
from switchover.telemetry.logs.lines import CALL_FRAME

TRACE = "7a5c1e0d93f84b26a1d05e7c48b3f962"
BROWSER = f"00-{TRACE}-c81d4e2ea5f90b37-00"
"""Nobody samples it: the trace is found all the same."""

CURRENT = "2026-11"


def keys_file(folder: Path) -> str:
    path = folder / "pseudonyms.toml"
    path.write_text(f'current = "{CURRENT}"\n[keys]\n2026-05 = "{"o" * 43}"\n{CURRENT} = "{"n" * 43}"\n', "utf-8")
    return str(path)


@dataclass
class Places:
    """Where a trace may be found: files by name."""

    folder: Path
    stack: ExitStack

    def begin(self, name: str, module: str, *arguments: str, **environment: str) -> Running:
        """A process of LiveTrip, its log, and what its database is asked."""
        (folder := self.folder / name).mkdir()
        environment |= {
            "LIVETRIP_PSEUDONYM_KEYS_FILE": keys_file(self.folder),
            "LIVETRIP_SQL_COMMENTS": "always",
            "LIVETRIP_DATABASE_URL": environment.get("LIVETRIP_DATABASE_URL", f"sqlite:///{folder / 'diary.sqlite3'}"),
        }
        command = [sys.executable, "-m", "support.traced", str(folder / "statements.sql"), module, *arguments]
        return self.stack.enter_context(running(command, folder, clean_environment(**environment)))

    def service(self, **environment: str) -> Running:
        return self.begin("api", "livetrip_api", "--port", "0", LIVETRIP_SERVICE_KEY=KEY, **environment)

    def web(self, service: Running | None) -> Running:
        if service is None:
            return self.begin("web", "support.web", BACKEND_MODE="monolith")
        wired = {"LIVETRIP_SERVICE_URL": service.address, "LIVETRIP_SERVICE_KEY": KEY}
        return self.begin("web", "support.web", BACKEND_MODE="service", **wired)


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        yield Places(tmp_path, stack)


def click(web: Running) -> None:
    answered = httpx.get(f"{web.address}/", headers={"traceparent": BROWSER}, timeout=60)
    assert answered.status_code == 200, web.log.read_text("utf-8")


def grep(word: str, *files: Path) -> dict[Path, list[str]]:
    """What `grep WORD FILE…` finds, by file."""
    command = ["grep", "--with-filename", word, *map(str, files)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    found: dict[Path, list[str]] = {}
    for line in done.stdout.splitlines():
        name, _, text = line.partition(":")
        found.setdefault(Path(name), []).append(text)
    return found


def lines(texts: list[str]) -> list[dict[str, Any]]:
    return [json.loads(text) for text in texts]


def test_one_grep_finds_a_click_in_the_web_the_service_and_the_database(places: Places) -> None:
    service = places.service()
    web = places.web(service)
    click(web)
    assert (web.stop(), service.stop()) == (0, 0)

    statements = service.log.parent / "statements.sql"
    found = grep(TRACE, web.log, service.log, statements)
    assert list(found) == [web.log, service.log, statements]
    [asking], [serving] = lines(found[web.log]), lines(found[service.log])
    assert (asking["service"], asking["wiring"]) == ("livetrip-web", "http")
    assert (serving["service"], serving["wiring"]) == ("livetrip-api", "serve")
    assert {asking["operation"], serving["operation"]} == {"createTrip"}
    assert asking["user_id"] == serving["user_id"]
    assert asking["user_id"].startswith(f"{CURRENT}:")
    assert any("INSERT INTO trips" in text for text in found[statements])
    assert all(f"traceparent='00-{TRACE}-{serving['span_id']}-00'" in text for text in found[statements])
    assert not (web.log.parent / "statements.sql").exists()


def test_the_database_server_logs_it_too(places: Places, tmp_path: Path) -> None:
    with postgresql_server(tmp_path / "pg") as server:
        server.server.psql("ALTER SYSTEM SET log_statement = 'all'; SELECT pg_reload_conf();")
        assert livetrip("migrate", cwd=tmp_path, LIVETRIP_DATABASE_URL=server.url).returncode == 0
        service = places.service(LIVETRIP_DATABASE_URL=server.url)
        web = places.web(service)
        click(web)
        assert (web.stop(), service.stop()) == (0, 0)
        found = grep(TRACE, web.log, service.log, tmp_path / "pg" / "log")
    assert len(found) == 3
    assert any("INSERT INTO trips" in text for text in found[tmp_path / "pg" / "log"])


def test_the_line_of_a_call_has_the_same_keys_in_both_modes(places: Places) -> None:
    monolith = places.web(None)
    click(monolith)
    assert monolith.stop() == 0
    statements = monolith.log.parent / "statements.sql"
    found = grep(TRACE, monolith.log, statements)
    [line] = lines(found[monolith.log])
    assert tuple(line) == CALL_FRAME
    assert (line["service"], line["wiring"], line["operation"]) == ("livetrip-web", "direct", "createTrip")
    assert all(f"traceparent='00-{TRACE}-{line['span_id']}-00'" in text for text in found[statements])

    again = Places(places.folder / "service", places.stack)
    again.folder.mkdir()
    service = again.service()
    web = again.web(service)
    click(web)
    assert (web.stop(), service.stop()) == (0, 0)
    for log in (web.log, service.log):
        [line] = lines(grep(TRACE, log)[log])
        assert tuple(line) == CALL_FRAME
