"""A store is found by its address, and no text repeats what may be secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.rollouts import change
from switchover.rollout.stores import FileRolloutStore
from switchover.rollout.stores.opening import opened
from switchover.rollout.stores.postgresql import PostgresqlRolloutStore


def test_a_folder_is_relative_to_the_project(tmp_path: Path) -> None:
    store = opened("file:.switchover/rollout", tmp_path)
    assert isinstance(store, FileRolloutStore)
    store.change(change(getTrip=1), expected=0)
    assert (tmp_path / ".switchover" / "rollout" / "state.json").is_file()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres"])
def test_a_database_is_not_asked_anything_yet(tmp_path: Path, scheme: str) -> None:
    store = opened(f"{scheme}://diary:secret@127.0.0.1:1/diary", tmp_path)
    assert isinstance(store, PostgresqlRolloutStore)
    assert "secret" not in repr(store)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "file:",
        "file:a\0b",
        "secret",
        "postgresql+psycopg://u:secret@h/d",
        "postgresql://u:secret@h/d?nonsense=secret",
    ],
)
def test_what_is_no_address_is_refused_without_repeating_it(tmp_path: Path, address: str) -> None:
    with pytest.raises(ValueError, match="this is no address of") as caught:
        opened(address, tmp_path)
    assert "secret" not in str(caught.value)
