"""What the commands work on: `[tool.switchover]` of the nearest pyproject.toml, or what is given on the command line."""

from __future__ import annotations

import importlib
import keyword
import sys
import tomllib
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, Final

_HINT: Final = """\
[tool.switchover]
contract = "openapi/openapi.yaml"
package = "src/diary_contract"            # where `generate` writes
interface = "diary_contract:Diary"        # the Protocol or class
caller = "diary_contract:Caller"          # optional: who calls
errors = "diary_contract:DiaryError"      # optional: base class of the documented failures
operations = ["getTrip", "listTrips"]     # optional: only these, of a contract of somebody else's
configuration = ["diary.settings:trust"]  # optional: functions that say what the environment configures
rollout = "rollout.toml"                  # optional: the plan of a rollout
store = "file:.switchover/rollout"        # optional: where its state is kept, if not in SWITCHOVER_ROLLOUT_STORE
rehearsal = "diary.rehearsal:calls"       # optional: the safe calls that `rehearse` makes
rehearsal_report = "rehearsal.json"       # optional: where its report is kept"""


_FILE: Final = "pyproject.toml"
_PLAN: Final = "rollout.toml"


class UsageError(Exception):
    """The command cannot start; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Paths are absolute; `module:Name` references are not yet imported."""

    root: Path
    contract: Path
    package: Path | None = None
    interface: str | None = None
    caller: str | None = None
    errors: str | None = None
    operations: tuple[str, ...] = ()
    configuration: tuple[str, ...] = ()
    rollout: Path | None = None
    store: str | None = field(default=None, repr=False)
    rehearsal: str | None = None
    rehearsal_report: Path | None = None

    @property
    def wanted(self) -> tuple[str, ...] | None:
        """The operations that are asked for; None for all of them."""
        return self.operations or None

    @property
    def evidence(self) -> Path:
        """Where the report of the last rehearsal is kept: rehearsal.json beside pyproject.toml, if nothing else is said."""
        return self.rehearsal_report or self.root / "rehearsal.json"

    @property
    def plan(self) -> Path:
        """Where the plan of the rollout is: rollout.toml beside pyproject.toml, if nothing else is said."""
        return self.rollout or self.root / _PLAN


_PATHS: Final = ("contract", "package", "rollout", "rehearsal_report")
_LISTS: Final = {"configuration": "module:function", "operations": "names"}
_NAMES: Final = tuple(each.name for each in fields(Settings) if each.name != "root")


def load(contract: str | None) -> Settings:
    """The settings; `contract` given on the command line replaces the file's.

    Raises:
        UsageError: there are none, or they cannot be used; with every problem.
    """
    root, table = _usable()
    if contract is not None:
        # A contract named on the command line need not be the one that the project's interface belongs to.
        path = Path(contract).resolve()
        return (
            _settings(root, table)
            if table and path == (root / table.get("contract", "")).resolve()
            else Settings(root, path)
        )
    if "contract" not in table:
        raise UsageError(f"which contract? Name it (--contract openapi.yaml), or say so in pyproject.toml:\n\n{_HINT}")
    return _settings(root, table)


def store_if_named() -> tuple[Path, str | None]:
    """Where the state of the rollout is kept, and the folder that this is relative to. Nothing else of the settings has to be there.

    Raises:
        UsageError: the file cannot be read, or the store is no text.
    """
    root, table = _nearest(Path.cwd())
    named = table.get("store")
    if named is not None and not isinstance(named, str):
        raise UsageError(f"{root / _FILE}, [tool.switchover]:\n  - 'store' has to be a text")
    return root, named


def contract_if_named(contract: str | None) -> Path | None:
    """The contract, from the command line or from the file; None where neither names one.

    Raises:
        UsageError: the file's settings cannot be used.
    """
    found = if_any(contract)
    return None if found is None else found.contract


def if_any(contract: str | None) -> Settings | None:
    """The settings; None where nothing names a contract.

    Raises:
        UsageError: the file's settings cannot be used.
    """
    if contract is None and "contract" not in _nearest(Path.cwd())[1]:
        return None
    return load(contract)


def of_rollout(contract: str | None) -> tuple[Path, Path, Path | None]:
    """Return the folder of the project, where its plan is, and its contract, or None where nothing names one.

    Raises:
        UsageError: the file's settings are unusable.
    """
    settings = if_any(contract)
    if settings is not None:
        return settings.root, settings.plan, settings.contract
    root, table = _usable()
    return root, (root / table.get("rollout", _PLAN)).resolve(), None


def _usable() -> tuple[Path, dict[str, Any]]:
    root, table = _nearest(Path.cwd())
    if problems := list(_problems(table)):
        raise UsageError(f"{root / _FILE}, [tool.switchover]:\n" + "\n".join(f"  - {each}" for each in problems))
    return root, table


def _settings(root: Path, table: dict[str, Any]) -> Settings:
    values = {key: (root / value).resolve() if key in _PATHS else value for key, value in table.items()}
    lists = {key: tuple(values[key]) for key in _LISTS if key in values}
    return Settings(root=root, **{**values, **lists})


def _nearest(folder: Path) -> tuple[Path, dict[str, Any]]:
    """The folder of the nearest file that has settings, and these; else the folder itself, and none."""
    for candidate in (folder, *folder.parents):
        path = candidate / _FILE
        if path.is_file() and (table := _table(path)):
            return candidate, table
    return folder, {}


def _table(path: Path) -> dict[str, Any]:
    try:
        document = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:  # ValueError: no UTF-8, no TOML, a number without end
        raise UsageError(f"{path} cannot be read: {error}") from error
    tool = document.get("tool")
    table = tool.get("switchover", {}) if isinstance(tool, dict) else {}
    return table if isinstance(table, dict) else {}


def _problems(table: dict[str, Any]) -> list[str]:
    found = [f"{key!r} is not known; there are {', '.join(_NAMES)}" for key in table if key not in _NAMES]
    found += [
        f"{key!r} has to be a text"
        for key, value in table.items()
        if key in _NAMES and key not in _LISTS and not isinstance(value, str)
    ]
    found += [f"{key!r} names no file" for key in _PATHS if "\0" in str(table.get(key, ""))]
    found += [
        f"{key!r} has to be a list of {what}"
        for key, what in _LISTS.items()
        if key in table and not (isinstance(table[key], list) and all(_is_item(key, item) for item in table[key]))
    ]
    for key in ("interface", "caller", "errors", "rehearsal"):
        value = table.get(key)
        if key == "interface" and _is_module(value):
            continue
        if isinstance(value, str) and not _is_reference(value):
            found.append(f"{key!r} has to be module:Name, not {value!r}")
    return found


def _is_item(key: str, item: object) -> bool:
    return isinstance(item, str) and (key == "operations" or _is_reference(item))


def _is_reference(text: object) -> bool:
    if not isinstance(text, str):
        return False
    module, colon, name = text.partition(":")
    return bool(colon) and all(is_name(piece) for piece in (*module.split("."), *name.split(".")))


def _is_module(text: object) -> bool:
    """Whether a text may name a module; one that begins with a capital is a class whose module was forgotten."""
    if not isinstance(text, str):
        return False
    pieces = text.split(".")
    return all(map(is_name, pieces)) and not pieces[-1][:1].isupper()


def is_name(text: str) -> bool:
    """May a module or class be called this?"""
    return text.isidentifier() and not keyword.iskeyword(text)


def imported(reference: str, root: Path) -> type:
    """The class that `module:Name` names. The project's folder is looked in first, as Python itself would from there.

    Raises:
        UsageError: there is no such module or class.
    """
    if not _is_reference(reference):
        raise UsageError(f"{reference!r} is no reference to a class; write module:Name")
    module_name, _, name = reference.partition(":")
    value = _found(module_name, name, root)
    if not isinstance(value, type):
        raise UsageError(f"{module_name} has no class {name}")
    return value


def imported_interface(reference: str, root: Path) -> type:
    """Return the class that `module:Name` names, or one of the public functions of the module that `module` names.

    Raises:
        UsageError: there is no such module or class, or the module has no public functions.
    """
    if not _is_module(reference):
        return imported(reference, root)
    from switchover.contract.functions import interface_of  # noqa: PLC0415 - commands of operators load no contract

    module = _found(reference, "", root)
    try:
        return interface_of(module)
    except ValueError as error:
        raise UsageError(str(error)) from error


def imported_function(reference: str, root: Path) -> Callable[[], Any]:
    """The function that `module:name` names, found as `imported` finds classes.

    Raises:
        UsageError: there is no such module or function.
    """
    module_name, _, name = reference.partition(":")
    value = _found(module_name, name, root)
    if not callable(value):
        raise UsageError(f"{module_name} has no function {name}")
    function: Callable[[], Any] = value
    return function


def _found(module_name: str, name: str, root: Path) -> Any:
    """Whatever goes wrong in a module that belongs to somebody else ends its import, not this process."""
    sys.path.insert(0, str(root))
    importlib.invalidate_caches()  # `generate` may just have written it
    try:
        value: Any = importlib.import_module(module_name)
        for piece in name.split(".") if name else ():
            value = getattr(value, piece, None)
    except (Exception, SystemExit) as error:
        raise UsageError(f"{module_name} cannot be imported: {_reason(error)}") from error
    finally:
        if str(root) in sys.path:  # the module may have changed it
            sys.path.remove(str(root))
    return value


def _reason(error: BaseException) -> str:
    """What was raised and where, in one line."""
    frames = traceback.extract_tb(error.__traceback__)
    place = "" if isinstance(error, ImportError | SyntaxError) else f" ({frames[-1].filename}:{frames[-1].lineno})"
    what = f"it calls exit({error.code!r})" if isinstance(error, SystemExit) else f"{type(error).__name__}: {error}"
    return (str(error) if isinstance(error, ImportError) else what) + place


def shown(path: Path) -> str:
    """A path as messages name it: from the working directory, if it is below it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except (ValueError, OSError):  # OSError: the working directory was removed
        return str(path)
