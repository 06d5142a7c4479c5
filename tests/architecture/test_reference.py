"""The reference of contracts says what the suites in `tests/foreign` show, no less and no more."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from foreign.tables import bodies, documents, operations, parameters, schemas, security
from support.processes import ROOT

REFERENCE = ROOT / "docs" / "reference" / "contracts.md"
TABLES = {
    "Documents": documents,
    "Operations": operations,
    "Security": security,
    "Parameters": parameters,
    "Bodies": bodies,
    "Schemas": schemas,
}


def section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", REFERENCE.read_text("utf-8"), re.MULTILINE | re.DOTALL)
    assert found is not None
    return found[1]


def rows() -> list[tuple[str, str, str]]:
    """What is honoured: its name, how it is written, and where that is shown."""
    found = re.findall(
        r"^\| (?!in the contract)([^|]+) \| ([^|]+) \| .* \| ([^|]+) \|$", section("Honoured"), re.MULTILINE
    )
    assert len(found) > 10
    return found


@pytest.mark.parametrize(("name", "table"), TABLES.items(), ids=TABLES)
def test_every_refusal_is_in_the_reference(name: str, table: ModuleType) -> None:
    listed = re.search(rf"^\*\*{name}\*\*: (.*)\.$", section("Refused"), re.MULTILINE)
    assert listed is not None
    assert sorted(listed[1].split(" · ")) == sorted(table.TABLE)


@pytest.mark.parametrize(("name", "written", "shown"), rows(), ids=[row[0] for row in rows()])
def test_what_is_honoured_is_shown_where_the_reference_says(name: str, written: str, shown: str) -> None:
    folders = [(REFERENCE.parent / target).resolve() for target in re.findall(r"\]\(([^)]+)\)", shown)]
    assert folders, name
    texts = {
        folder: "".join(
            path.read_text("utf-8")
            for path in ([folder] if folder.is_file() else sorted(folder.rglob("*.*")))
            if path.suffix in (".yaml", ".json") or path == folder
        )
        for folder in folders
    }
    words = re.findall(r"`([^`]+)`", written)
    assert [word for word in words if not any(word in text for text in texts.values())] == []
    assert [folder.name for folder, text in texts.items() if not any(word in text for word in words)] == []
