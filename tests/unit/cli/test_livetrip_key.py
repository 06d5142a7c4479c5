"""`livetrip key`: what it makes is what both sides take."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from livetrip_cli.main import main
from support.processes import KEY
from support.signing import SigningKey
from support.trust import private_pem, written
from switchover import FixedKeys, SharedKey
from switchover.trust import key_hash


def test_a_new_key_is_one_that_is_taken(capsys: pytest.CaptureFixture[str]) -> None:
    made = set()
    for _ in range(2):
        assert main(["key", "new"]) == 0
        made.add(capsys.readouterr().out.strip())
    assert len(made) == 2
    assert [SharedKey(key).described() for key in made]


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
def test_a_key_is_hashed_from_standard_input(
    end: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(KEY + end))
    assert main(["key", "hash"]) == 0
    assert capsys.readouterr().out == f"{key_hash(KEY)}\n"


def test_what_is_no_key_is_not_hashed_and_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("too-short-a-secret"))
    assert main(["key", "hash"]) == 2
    told = capsys.readouterr()
    assert told.err.startswith("livetrip: an API key must be at least 32 ")
    assert "too-short-a-secret" not in told.err


def test_the_public_half_of_a_key_is_a_key_set(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    key = SigningKey.make("web-1", "ES256")
    assert main(["key", "public", str(private_pem(key, tmp_path / "key.pem")), "--kid", "web-1"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document == {"keys": [key.public_jwk]}
    assert FixedKeys(document).current is not None


def test_a_file_that_holds_no_private_key_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for path in (str(written(tmp_path / "x", "nothing")), str(tmp_path / "nowhere")):
        assert main(["key", "public", path]) == 2
        assert capsys.readouterr().err.startswith("livetrip: th")


def test_a_missing_extra_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives.asymmetric", None)
    assert main(["key", "public", str(private_pem(SigningKey.make("k", "ES256"), tmp_path / "key.pem"))]) == 2
    assert "livetrip-adapters[trust]" in capsys.readouterr().err
