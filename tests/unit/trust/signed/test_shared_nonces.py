"""Each message once, whichever process of a machine it reaches."""

from __future__ import annotations

import asyncio
import json
import os
import sqlite3
import stat
import subprocess
import sys
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from switchover import SharedNonces
from switchover.errors import ServiceUnavailable
from switchover.trust.signed import Claim

PROCESSES, NONCES = 4, 150

RACER = """
import asyncio, json, sys
from switchover import SharedNonces

async def main():
    with SharedNonces(sys.argv[1], wait_seconds=60) as nonces:
        print("ready", flush=True)
        sys.stdin.readline()
        found = [(await nonces.claim("k", str(n), until=100, now=0)).value for n in range(int(sys.argv[2]))]
    print(json.dumps(found))

asyncio.run(main())
"""


def racer(path: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", RACER, str(path), str(NONCES)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_of_processes_that_race_for_a_nonce_one_gets_it(tmp_path: Path) -> None:
    with ExitStack() as stack:
        racers = [stack.enter_context(racer(tmp_path / "nonces")) for _ in range(PROCESSES)]
        for each in racers:
            assert each.stdout is not None
            assert each.stdout.readline() == "ready\n"
        for each in racers:
            assert each.stdin is not None
            each.stdin.write("go\n")
            each.stdin.flush()
        found = [json.loads(each.communicate(timeout=120)[0]) for each in racers]
    for claims in zip(*found, strict=True):
        assert sorted(claims) == ["replayed"] * (PROCESSES - 1) + ["taken"]


async def test_what_a_process_took_is_taken_after_its_end(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    with racer(path) as other:
        _, _ = other.communicate("go\n", timeout=120)
        assert other.returncode == 0
    with SharedNonces(path) as nonces:
        assert await nonces.claim("k", "0", until=100, now=50) is Claim.REPLAYED
        assert await nonces.claim("k", str(NONCES), until=100, now=50) is Claim.TAKEN


async def test_a_process_that_is_killed_leaves_the_file_to_the_others(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    with racer(path) as other, SharedNonces(path, wait_seconds=60) as nonces:
        assert other.stdout is not None
        assert other.stdin is not None
        other.stdout.readline()
        other.stdin.write("go\n")
        other.stdin.flush()
        await asyncio.gather(*(nonces.claim("k", f"mine {number}", until=100, now=0) for number in range(20)))
        other.kill()
        other.wait(60)
        assert await nonces.claim("k", "new", until=100, now=0) is Claim.TAKEN
        assert await nonces.claim("k", "new", until=100, now=0) is Claim.REPLAYED


async def test_a_nonce_is_taken_once_while_its_message_could_come_in(tmp_path: Path) -> None:
    with SharedNonces(tmp_path / "nonces") as nonces:
        assert await nonces.claim("k", "a", until=90, now=0) is Claim.TAKEN
        assert await nonces.claim("k", "a", until=200, now=90) is Claim.REPLAYED
        assert await nonces.claim("l", "a", until=200, now=90) is Claim.TAKEN
        assert await nonces.claim("k", "a", until=200, now=90.1) is Claim.TAKEN
        assert await nonces.claim("k", "b", until=9, now=10) is Claim.EXPIRED
        nonces.close()
        assert await nonces.claim("k", "a", until=200, now=91) is Claim.REPLAYED  # opened again
    nonces.close()


async def test_it_says_whether_a_nonce_is_taken_as_a_claim_would(tmp_path: Path) -> None:
    with SharedNonces(tmp_path / "nonces") as nonces, SharedNonces(tmp_path / "nonces") as other:
        assert not await nonces.is_taken("k", "a", now=0)
        assert await other.claim("k", "a", until=90, now=0) is Claim.TAKEN
        assert await nonces.is_taken("k", "a", now=90)
        assert not await nonces.is_taken("l", "a", now=90)
        assert not await nonces.is_taken("k", "a", now=90.1)
        assert await nonces.claim("k", "a", until=200, now=90.1) is Claim.TAKEN


async def test_a_file_that_cannot_be_asked_lets_nobody_in(tmp_path: Path) -> None:
    with SharedNonces(tmp_path / "missing" / "nonces") as nonces, pytest.raises(ServiceUnavailable):
        await nonces.is_taken("k", "a", now=0)


CLAIMS = st.lists(st.tuples(st.sampled_from("abcd"), st.integers(0, 20), st.integers(0, 3)), max_size=30)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(claims=CLAIMS, capacity=st.integers(1, 4))
async def test_whatever_comes_no_message_is_taken_twice(
    tmp_path: Path, claims: list[tuple[str, int, int]], capacity: int
) -> None:
    path = tmp_path / f"nonces-{len(os.listdir(tmp_path))}"
    open_until: dict[str, int] = {}
    now = 0
    with SharedNonces(path, capacity=capacity) as first, SharedNonces(path, capacity=capacity) as second:
        for number, (nonce, life, passed) in enumerate(claims):
            now += passed
            open_until = {name: until for name, until in open_until.items() if until >= now}
            claim = await (first, second)[number % 2].claim("k", nonce, until=now + life, now=now)
            if nonce in open_until:
                assert claim is Claim.REPLAYED
            else:
                assert claim is (Claim.FULL if len(open_until) == capacity else Claim.TAKEN)
            if claim is Claim.TAKEN:
                open_until[nonce] = now + life


async def test_callers_at_the_same_time_get_it_once(tmp_path: Path) -> None:
    with SharedNonces(tmp_path / "nonces") as nonces:
        found = await asyncio.gather(*(nonces.claim("k", "a", until=9, now=0) for _ in range(50)))
    assert found.count(Claim.TAKEN) == 1


# -- where the file cannot be asked, nothing is taken


async def refused(nonces: SharedNonces) -> None:
    with pytest.raises(ServiceUnavailable, match="Credentials cannot be checked now"):
        await nonces.claim("k", "a", until=100, now=0)


async def test_a_file_that_others_keep_refuses_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    with SharedNonces(path, wait_seconds=0.05) as nonces, closing(sqlite3.connect(path, isolation_level=None)) as other:
        assert await nonces.claim("k", "b", until=100, now=0) is Claim.TAKEN
        other.execute("BEGIN IMMEDIATE")
        await refused(nonces)
        other.execute("ROLLBACK")
        assert await nonces.claim("k", "a", until=100, now=0) is Claim.TAKEN


async def test_a_new_file_that_others_keep_refuses_and_recovers(tmp_path: Path) -> None:
    path = tmp_path / "nonces"
    with closing(sqlite3.connect(path, isolation_level=None)) as other, SharedNonces(path, wait_seconds=0.05) as nonces:
        other.execute("BEGIN IMMEDIATE")
        await refused(nonces)
        other.execute("ROLLBACK")
        assert await nonces.claim("k", "a", until=100, now=0) is Claim.TAKEN


async def test_a_place_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    await refused(SharedNonces(tmp_path / "nowhere" / "nonces"))
    await refused(SharedNonces(tmp_path))


async def test_a_file_of_somebody_elses_is_left_as_it_is(tmp_path: Path) -> None:
    text, database = tmp_path / "notes.txt", tmp_path / "diary.sqlite3"
    text.write_text("precious " * 100)
    with closing(sqlite3.connect(database)) as other:
        other.execute("CREATE TABLE precious (x)")
    before = text.read_bytes(), database.read_bytes()
    for path in (text, database):
        with SharedNonces(path) as nonces:
            await refused(nonces)
    assert (text.read_bytes(), database.read_bytes()) == before


def modes(folder: Path) -> set[int]:
    return {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()}


async def test_the_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    with SharedNonces(tmp_path / "nonces") as nonces:
        await nonces.claim("k", "a", until=100, now=0)
        assert modes(tmp_path) == {0o600}
    assert repr(nonces) == f"SharedNonces({str(tmp_path / 'nonces')!r}, 100000)"


@pytest.mark.parametrize(("given", "said"), [({"capacity": 0}, "at least 1"), ({"wait_seconds": 0}, "more than 0")])
def test_bounds_that_are_none_are_refused(given: dict[str, int], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        SharedNonces("x", **given)


def test_a_process_that_was_forked_opens_the_file_for_itself(tmp_path: Path) -> None:
    program = """
import asyncio, os, sys, warnings
from switchover import SharedNonces
warnings.simplefilter("ignore")  # of newer Pythons: a fork beside threads
nonces = SharedNonces(sys.argv[1])
claim = lambda name: asyncio.run(nonces.claim("k", name, until=9, now=0)).value
assert claim("a") == "taken"
child = os.fork()
if not child:
    ok = [claim("a"), claim("b")] == ["replayed", "taken"]
    nonces.close()
    os._exit(0 if ok else 1)
assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
assert [claim("a"), claim("b"), claim("c")] == ["replayed", "replayed", "taken"]
nonces.close()
"""
    command = [sys.executable, "-c", program, str(tmp_path / "nonces")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
