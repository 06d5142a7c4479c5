"""`contract.lock`: what was agreed."""

from __future__ import annotations

from pathlib import Path

import pytest

from switchover.cli.operating.pinned import pinned_digest
from switchover.cli.settings import UsageError
from switchover.contract import Document, lock_path, lock_text, verify_lock
from switchover.errors import ContractError
from unit.contract.documents import HEAD, load


def _differences(document: Document, path: Path) -> list[str]:
    with pytest.raises(ContractError) as info:
        verify_lock(document, path)
    assert info.value.headline == "openapi.yaml is not the contract that was agreed:"
    return [str(item) for item in info.value.items]


def _several(second: str = "type: string\n", name: str = "a.yaml") -> Document:
    return load(HEAD + f"paths: {{}}\ncomponents: {{ schemas: {{ S: {{ $ref: '{name}' }} }} }}\n", {name: second})


def test_a_lock_lies_beside_the_contract() -> None:
    assert lock_path("api/openapi.yaml") == Path("api/contract.lock")


@pytest.mark.parametrize(
    "name", ["a.yaml", "deep/a b.yaml", "../a.yaml", 'q"uote.yaml', "back\\slash.yaml", "größe.yaml"]
)
def test_what_is_pinned_holds(tmp_path: Path, name: str) -> None:
    document = _several(name=name)
    path = tmp_path / "contract.lock"
    path.write_text(lock_text(document), "utf-8")

    verify_lock(document, path)


def test_every_difference_is_listed(tmp_path: Path) -> None:
    path = tmp_path / "contract.lock"
    path.write_text(lock_text(_several()), "utf-8")

    assert _differences(_several("type: integer\n"), path) == [
        "contract.lock:1 pins another a.yaml; if the change is meant, run `switchover freeze`"
    ]
    assert _differences(_several(name="b.yaml"), path) == [
        "contract.lock:1 pins another openapi.yaml; if the change is meant, run `switchover freeze`",
        "contract.lock:1 does not pin b.yaml; if it belongs to the contract, run `switchover freeze`",
        "contract.lock:1 pins a.yaml, which the contract does not have any more; run `switchover freeze`",
    ]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "contract.lock:1 does not exist; `switchover freeze` writes contract.lock"),
        (b"[files", "contract.lock:1 cannot be read ("),
        (b"\xff", "contract.lock:1 cannot be read ("),
        (b"a = 1", "contract.lock:1 has no [files]; `switchover freeze` writes it anew"),
        (b"files = 1", "contract.lock:1 has no [files]; `switchover freeze` writes it anew"),
    ],
)
def test_a_lock_that_is_none_says_so(tmp_path: Path, content: bytes | None, message: str) -> None:
    path = tmp_path / "contract.lock"
    if content is not None:
        path.write_bytes(content)

    assert _differences(load(HEAD + "paths: {}\n"), path)[0].startswith(message)


def test_a_lock_of_several_files_has_the_digest_of_the_whole(tmp_path: Path) -> None:
    document = _several()
    path = tmp_path / "contract.lock"
    path.write_text(lock_text(document), "utf-8")
    assert pinned_digest(tmp_path / "openapi.yaml") == document.digest
    path.write_text(lock_text(document).replace(document.digest, "sha256:0"), "utf-8")
    assert _differences(document, path) == [
        "contract.lock:1 has another digest of the whole than its files have; run `switchover freeze`"
    ]


def test_a_lock_of_one_file_needs_no_digest_of_the_whole(tmp_path: Path) -> None:
    document = load(HEAD + "paths: {}\n")
    (tmp_path / "contract.lock").write_text(lock_text(document), "utf-8")
    assert "digest =" not in lock_text(document)
    assert pinned_digest(tmp_path / "openapi.yaml") == document.digest


def test_a_lock_of_several_files_written_before_there_was_a_digest_of_the_whole_holds(tmp_path: Path) -> None:
    document = _several()
    path = tmp_path / "contract.lock"
    path.write_text(lock_text(document).replace(f'digest = "{document.digest}"\n', ""), "utf-8")
    verify_lock(document, path)
    with pytest.raises(UsageError, match=r"holds no digest of the whole contract; `switchover freeze` writes it"):
        pinned_digest(tmp_path / "openapi.yaml")
