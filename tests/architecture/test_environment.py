"""Variables of the environment: what is documented is read somewhere, and what the code names is documented."""

from __future__ import annotations

import re
from pathlib import Path

from support.processes import ROOT

VARIABLE = re.compile(r"\b(?:LIVETRIP|SWITCHOVER)_[A-Z0-9_]*[A-Z0-9](?![A-Z0-9_])")
"""A whole name; what ends with an underscore is the beginning of several."""

SHORTENED = re.compile(r"…_([A-Z0-9_]*[A-Z0-9])")
"""The end of a name, as tables shorten it: `…_S3_REGION`."""


def documents() -> list[Path]:
    return [*ROOT.glob("*.md"), *(path for path in (ROOT / "docs").rglob("*.md") if path.parent.name != "decisions")]


def text(paths: list[Path]) -> str:
    assert paths
    return "\n".join(path.read_text("utf-8") for path in paths)


def code() -> str:
    return text([path for folder in ("packages", "services") for path in (ROOT / folder).glob("*/src/**/*.py")])


def ends(name: str) -> list[str]:
    """Whatever follows an underscore of a name."""
    words = name.split("_")
    return ["_".join(words[start:]) for start in range(1, len(words))]


def test_every_documented_variable_is_read() -> None:
    source = code()
    named, fields = set(VARIABLE.findall(source)), set(re.findall(r"^ +(\w+): ", source, re.MULTILINE))
    documented = set(VARIABLE.findall(text(documents())))
    assert len(documented) > 40
    unread = [
        name
        for name in documented - named - {"SWITCHOVER_REQUIRE_TOOLS", "SWITCHOVER_PROOF"}  # read by tests
        if fields.isdisjoint(end.lower() for end in ends(name))
    ]
    assert sorted(unread) == []


def test_every_variable_of_the_code_is_documented() -> None:
    written = text(documents())
    documented, shortened = set(VARIABLE.findall(written)), set(SHORTENED.findall(written))
    named = set(VARIABLE.findall(code()))
    assert len(named) > 40
    # What other names begin with is put together with their ends, and is no variable itself.
    beginnings = {name for name in named if any(other.startswith(f"{name}_") for other in named | documented)}
    assert sorted(name for name in named - documented - beginnings if shortened.isdisjoint(ends(name))) == []
