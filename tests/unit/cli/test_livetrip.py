"""The command `livetrip` refuses what it cannot send, before it opens anything."""

from __future__ import annotations

import pytest

from livetrip_cli.main import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--json", "{"], "livetrip: --json is not JSON: "),
        (["--json", "[" * 100_000], "livetrip: --json is nested too deep\n"),
        (["--json", "[]"], "livetrip: --json has to be an object of arguments by name"),
        (["--idempotency-key", "\u00e9"], "livetrip: --idempotency-key has to be 1 to 128 visible ASCII characters\n"),
        (["--idempotency-key", ""], "livetrip: --idempotency-key has to be 1 to 128 visible ASCII characters\n"),
        (["--user", ""], "livetrip: --user and --group: "),
    ],
)
def test_what_cannot_be_sent_is_told_with_exit_code_2(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["call", "listTrips", *arguments]) == 2
    told = capsys.readouterr()
    assert told.err.startswith(said)
    assert told.err.count("\n") == 1
    assert told.out == ""
