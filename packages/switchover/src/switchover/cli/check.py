"""`switchover check`: one line for everything that has to hold."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from switchover.cli import plan, slo
from switchover.cli.configuration import told
from switchover.cli.proof import package_of
from switchover.cli.settings import Settings, UsageError, imported, imported_interface
from switchover.contract import Document, Selection, lint, lock_path, select, verify_lock
from switchover.contract.findings import Finding, LeftOut
from switchover.contract.generate import Target, differences
from switchover.contract.generate.names import RESERVED
from switchover.errors import BindError, ContractError, PlanError, SwitchoverError
from switchover.extras import install_line
from switchover.port import Contract, Port
from switchover.rollout.plan import load as load_plan

_MOST_LINES: Final = 20


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that was looked at: `ok`, `failed`, `skipped`, or as `configuration` has it, and why."""

    name: str
    state: str
    message: str
    details: tuple[str, ...] = ()


class Failed(Exception):
    """A check that does not hold."""

    def __init__(self, message: str, details: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


class Skipped(Exception):
    """A check that has nothing to look at."""


class Partly(Exception):
    """A check that holds for a part: the rest is left out, which is no failure unless `--strict` makes it one."""

    def __init__(self, message: str, details: tuple[str, ...]) -> None:
        super().__init__(message)
        self.message = message
        self.details = details


def run(settings: Settings, *, is_strict: bool = False) -> Iterator[Line]:
    """Every check, in order; without a contract that loads, the first is the last."""
    try:
        document = Document.load(settings.contract)
    except ContractError as error:
        yield Line("contract", "failed", error.headline, tuple(map(str, error.items)))
        return
    selection = select(document, settings.wanted)
    checks: tuple[tuple[str, Callable[[], str]], ...] = (
        ("contract", lambda: _contract(document, selection)),
        ("operations", lambda: _operations(selection)),
        ("examples", lambda: _examples(document)),
        ("lock", lambda: _lock(settings, document)),
        ("port", lambda: _port(settings, document)),
        ("generated", lambda: _generated(settings, document, selection)),
        ("objectives", lambda: _objectives(settings, document)),
        ("rollout", lambda: _rollout(settings, document)),
        ("boundaries", lambda: _boundaries(settings)),
    )
    for name, check in checks:
        yield _line(name, check, is_strict=is_strict)
    for topic, state, (message, *details) in told(settings.configuration, settings.root):
        yield Line(topic, state, message, tuple(details))


def _line(name: str, check: Callable[[], str], *, is_strict: bool) -> Line:
    try:
        return Line(name, "ok", check())
    except Skipped as reason:
        return Line(name, "skipped", str(reason))
    except Partly as part:
        return Line(name, "failed" if is_strict else "left out", part.message, part.details)
    except Failed as failure:
        return Line(name, "failed", failure.message, failure.details)
    except (ContractError, BindError, PlanError) as error:
        return Line(name, "failed", error.headline, tuple(map(str, error.items)))
    except (SwitchoverError, UsageError) as error:
        return Line(name, "failed", str(error))
    except OSError as error:
        return Line(name, "failed", f"{error.filename or name}: {error.strerror or error}")


def _contract(document: Document, selection: Selection) -> str:
    _fail(
        "is no sound OpenAPI document",
        [
            *lint.structure(document),
            *lint.traps(document),
            *lint.marks(document),
            *lint.fallbacks(document),
        ],
    )
    files = f", {len(document.sources)} files" if len(document.sources) > 1 else ""
    count = len(selection.honoured) + len(selection.left_out)
    return f"{document.name}: OpenAPI {document.version}, {count} operations{files}, {document.digest[:19]}…"


def _operations(selection: Selection) -> str:
    if selection.unknown:
        raise Failed("are named in `operations`, and the contract has no such operation", selection.unknown)
    return _told(f"{len(selection.honoured)} can be honoured", selection.left_out)


def _told(message: str, left_out: Sequence[LeftOut]) -> str:
    """Return the message.

    Raises:
        Partly: something is left out.
    """
    if not left_out:
        return message
    details = [item for each in left_out for item in each.items]
    raise Partly(f"{message}, and {len(left_out)} cannot", _shown(details))


def _examples(document: Document) -> str:
    findings, count = lint.examples(document)
    _fail("has examples that break their schemas", findings)
    if not count:
        raise Skipped("the contract has no examples")
    return f"all {count} fit their schemas"


def _lock(settings: Settings, document: Document) -> str:
    path = lock_path(settings.contract)
    verify_lock(document, path)
    return f"{path.name} pins this contract"


def _port(settings: Settings, document: Document) -> str:
    if settings.interface is None:
        raise Skipped("no `interface` is named in [tool.switchover]")
    interface = imported_interface(settings.interface, settings.root)
    caller = imported(settings.caller, settings.root) if settings.caller else None
    errors = imported(settings.errors, settings.root) if settings.errors else None
    if errors is not None and not issubclass(errors, Exception):
        raise UsageError(f"{settings.errors} is no exception class")
    port: Port[object] = Contract(document).bind(interface, caller=caller, errors=errors, operations=settings.wanted)
    which = "the" if port.left_out else "all"
    return f"{settings.interface} has {which} {len(port.plans)} operations{_rest(len(port.left_out))}"


def _rest(count: int) -> str:
    return f" that are not left out ({count})" if count else ""


def _generated(settings: Settings, document: Document, selection: Selection) -> str:
    if settings.package is None or settings.interface is None:
        raise Skipped("no `package` is named in [tool.switchover]")
    made = package_of(document, target_of(settings), selection)
    files = made.files
    stale = differences(settings.package, files)
    if stale:
        raise Failed("the package differs from the contract; run `switchover generate`", tuple(stale))
    more = made.selection.left_out[len(selection.left_out) :]
    if more:
        details = _shown([item for each in more for item in each.items])
        raise Partly(f"all {len(files)} files are current; no model says what {len(more)} more operations say", details)
    return f"all {len(files)} files are current"


def _objectives(settings: Settings, document: Document) -> str:
    path = settings.root / slo.OBJECTIVES
    if not path.is_file():
        raise Skipped(f"there is no {slo.OBJECTIVES} beside pyproject.toml")
    objectives = slo.read(path, document)
    if stale := [artifact for artifact in slo.ARTIFACTS if not artifact.is_current(settings.root, objectives)]:
        raise Failed(
            f"files differ from {slo.OBJECTIVES}",
            tuple(f"{artifact.path}; run `switchover slo {artifact.name}`" for artifact in stale),
        )
    usual = objectives.default
    return (
        f"rules and dashboard are current: errors < {usual.error_rate}, p95 < {usual.p95} within {objectives.window},"
        f" availability {usual.availability}, own objectives of {len(objectives.operations)} operations"
    )


def _rollout(settings: Settings, document: Document) -> str:
    if not settings.plan.is_file() and settings.rollout is None:
        raise Skipped(f"there is no {settings.plan.name} beside pyproject.toml")
    planned = load_plan(settings.plan, plan.operations_of(document))
    waves = ", ".join(f"{wave.name} ({len(wave.operations)})" for wave in planned.waves)
    return f"{settings.plan.name} plans all {len(planned.operations)} operations: {waves}; {planned.digest[:19]}…"


def target_of(settings: Settings) -> Target:
    """What `generate` is to make: the caller is generated too, unless it lives in another package."""
    assert settings.interface is not None
    package, _, name = settings.interface.partition(":")
    if not name:
        what = f"`interface` names the module {package}, and the generated Protocol needs a name"
        raise UsageError(f"{what}; give `generate` --interface NAME, or leave `package` out of [tool.switchover]")
    if name in RESERVED:
        raise UsageError(f"an interface cannot be called {name}: the generated modules use that name themselves")
    foreign = settings.caller if settings.caller and settings.caller.partition(":")[0] != package else None
    return Target(name, caller=foreign)


def _boundaries(settings: Settings) -> str:
    if not (settings.root / ".importlinter").is_file():
        raise Skipped("there is no .importlinter beside pyproject.toml")
    command = [
        sys.executable,
        "-c",
        "from importlinter.cli import lint_imports_command; lint_imports_command()",
        "--no-cache",
    ]
    done = subprocess.run(command, cwd=settings.root, capture_output=True, text=True, timeout=300, check=False)  # noqa: S603 - our own arguments
    output = done.stdout + done.stderr
    if "No module named 'importlinter'" in output:
        raise Failed(install_line("import-linter", "check"))
    lines = [line.rstrip() for line in output.splitlines() if line.strip()]
    if done.returncode != 0:
        raise Failed(
            "imports cross a boundary; `lint-imports` shows how", tuple(line for line in lines if "BROKEN" in line)
        )
    return next(
        (line.removeprefix("Contracts: ").rstrip(".") for line in lines if line.startswith("Contracts:")), "kept"
    )


def _fail(message: str, findings: list[Finding]) -> None:
    if findings:
        raise Failed(message, _shown(list(map(str, findings))))


def _shown(items: list[str]) -> tuple[str, ...]:
    more = [f"and {len(items) - _MOST_LINES} more"] if len(items) > _MOST_LINES else []
    return (*items[:_MOST_LINES], *more)
