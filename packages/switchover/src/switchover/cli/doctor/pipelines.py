"""Do the pipelines of a repository run its tests in both modes? Read from their files; nothing is run."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from switchover.cli.doctor.finding import Judged, done, missing, wrong
from switchover.cli.doctor.switching import VARIABLE

MODES: Final = ("monolith", "service")

_YAML: Final = (
    ".github/workflows/*.yml",
    ".github/workflows/*.yaml",
    ".gitlab-ci.yml",
    ".circleci/config.yml",
    "azure-pipelines.yml",
    "bitbucket-pipelines.yml",
    ".travis.yml",
    ".woodpecker.yml",
)
_TEXT: Final = (".ci/*", "ci/*", "Makefile", "justfile", "tox.ini", "noxfile.py", "Jenkinsfile")
_TESTS: Final = re.compile(r"\b(?:pytest|unittest|nox|tox|(?:make|just|npm|npm run|hatch|pdm|poetry) test)\b")
_SET: Final = re.compile(rf"\b{VARIABLE}\b[\"'\]]*\s*(?:[:?]?=|:)\s*[\"']?(\$\{{?)?(\w+)")
_LOOP: Final = re.compile(r"\bfor (\w+) in ([\w ]+)")
_MATRIX: Final = re.compile(r"\$\{\{\s*matrix\.([\w-]+)\s*\}\}")


def both_modes(root: Path) -> Judged:
    """Which modes are tests run in, over all files that run any?"""
    found = {path: _modes(path) for path in _files(root)}
    files = {path.relative_to(root).as_posix(): modes for path, modes in found.items() if modes is not None}
    if not files:
        return missing("no pipeline that runs tests was found", f"looked for {', '.join((*_YAML, *_TEXT))}")
    told = [
        f"{name} runs tests in {' and '.join(sorted(modes)) if modes else 'no mode in particular'}"
        for name, modes in files.items()
    ]
    run = {mode for modes in files.values() for mode in modes}
    lacking = [mode for mode in MODES if mode not in run]
    if not lacking:
        return done(
            f"tests run with {VARIABLE}={' and '.join(MODES)}", *(line for line in told if "no mode" not in line)
        )
    judge = wrong if run else missing
    return judge(f"no tests run with {VARIABLE}={' or '.join(lacking)}", *told)


def _files(root: Path) -> list[Path]:
    return [path for pattern in (*_YAML, *_TEXT) for path in sorted(root.glob(pattern)) if path.is_file()]


def _modes(path: Path) -> set[str] | None:
    """The modes that a file runs tests in; None if it runs no tests."""
    try:
        text = path.read_text("utf-8")
        if path.suffix in (".yml", ".yaml"):
            return _of_yaml(yaml.safe_load(text))
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError):
        return None
    return _of_text(text)


def _of_text(text: str) -> set[str] | None:
    """A mode that stands before a command counts for that command; one that is exported, for all."""
    lines = [line for line in text.splitlines() if not line.lstrip().startswith(("#", "//"))]
    if not any(map(_TESTS.search, lines)):
        return None
    loops = {name: set(values.split()) for line in lines for name, values in _LOOP.findall(line)}
    found = set[str]()
    for line in lines:
        for match in _SET.finditer(line):
            rest = line[match.end() :].strip(" \"'`;,)]}")
            if not rest or _TESTS.search(rest):
                found |= loops.get(match[2], set()) if match[1] else {match[2]}
    return found & set(MODES)


def _of_yaml(document: Any) -> set[str] | None:
    pairs = list(_pairs(document, ""))
    scripts = [text for _, text in pairs if _TESTS.search(text)]
    if not scripts:
        return None
    found = set[str]()
    for key, text in pairs:
        if key == VARIABLE:
            wanted = _MATRIX.fullmatch(text.strip())
            found |= {other for name, other in pairs if wanted and name == wanted[1]} or {text}
    for script in scripts:
        found |= _of_text(script) or set()
    return found & set(MODES)


def _pairs(value: Any, key: str) -> Iterator[tuple[str, str]]:
    """Every scalar with the name that it stands under, also in a list."""
    if isinstance(value, dict):
        for name, below in value.items():
            yield from _pairs(below, str(name))
    elif isinstance(value, list):
        for below in value:
            yield from _pairs(below, key)
    elif value is not None:
        yield key, str(value)
