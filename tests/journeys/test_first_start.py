"""What the service's log says of its start."""

from __future__ import annotations

import json
from pathlib import Path

from support.processes import KEY, running_api


def _records(folder: Path) -> list[dict[str, object]]:
    with running_api(folder, "--port", "0", LIVETRIP_SERVICE_KEY=KEY) as service:
        assert service.stop() == 0
    return [json.loads(line) for line in service.log.read_text("utf-8").splitlines()]


def test_a_start_tells_what_it_did_to_the_database_and_nothing_else(tmp_path: Path) -> None:
    (migrated,) = _records(tmp_path)
    assert migrated["logger"] == "livetrip.database"
    assert str(migrated["event"]).startswith("the database is brought up to date: 0001")
    assert _records(tmp_path) == []
