"""What a team's own functions say of the environment that its processes would start in: `configuration` in [tool.switchover].

Each function takes nothing, opens nothing, and returns or yields `(topic, state, lines)`:

- topic: a word in lower case: `trust`, `telemetry`, whatever else there is to say.
- state: `ok`; `warning`, where it works and somebody should know; `not set`; `failed`, where a process would not start.
- lines: a sentence, and what belongs to it. They are printed, so they never hold a secret.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from switchover.cli.settings import UsageError, imported_function

TOPICS: Final = ("trust", "telemetry")
"""What somebody should say something about."""

STATES: Final = ("ok", "warning", "not set", "failed")
_STATES: Final = ", ".join(f"'{state}'" for state in STATES)

Told = tuple[str, str, tuple[str, ...]]
"""Topic, state, lines."""

_TOPIC: Final = re.compile(r"[a-z][a-z0-9-]{0,30}")


def told(references: tuple[str, ...], root: Path) -> Iterator[Told]:
    """What the functions say, and which of the usual topics nobody speaks of.

    Args:
        references: `module:function`, in the order to ask in.
        root: the project's folder, which is looked in first.
    """
    spoken = set()
    for reference in references:
        for topic, state, lines in _said(reference, root):
            spoken.add(topic)
            yield topic, state, lines
    for topic in TOPICS:
        if topic not in spoken:
            what = (
                'nothing says how it is set; name a function in [tool.switchover]: configuration = ["module:function"]'
            )
            yield topic, "skipped", (what,)


def _said(reference: str, root: Path) -> Iterator[Told]:
    topic = _topic_of(reference)
    try:
        for item in imported_function(reference, root)():
            if (found := _read(item)) is None:
                yield topic, "failed", (f"{reference} has to give (topic, state, lines), the state one of {_STATES}",)
            else:
                yield found
    except UsageError as error:
        yield topic, "failed", (str(error),)
    except (Exception, SystemExit) as error:  # it belongs to somebody else, and ends here
        yield topic, "failed", (f"{reference} {_ended(error)}",)


def _read(item: Any) -> Told | None:
    match item:
        case (str(topic), str(state), list(lines) | tuple(lines)) if lines and state in STATES:
            if _TOPIC.fullmatch(topic) and all(isinstance(line, str) for line in lines):
                return topic, state, tuple(lines)
    return None


def _topic_of(reference: str) -> str:
    """Where it stands if it says nothing: a function is usually called after its topic."""
    name = reference.rpartition(":")[2]
    return name if name in TOPICS else "settings"


def _ended(error: BaseException) -> str:
    """How, and where. Not with the text of the error: it may repeat a value that is a secret."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    return f"ended with {type(error).__name__} ({last.filename}:{last.lineno})"
