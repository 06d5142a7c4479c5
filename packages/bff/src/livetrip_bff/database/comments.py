"""Where in a trace a statement belongs, said in a comment behind it, in the format of sqlcommenter.

`SELECT 1 /*traceparent='00-…-01',tracestate='congo%3D1'*/` is what the database shows and logs, so that whoever looks there finds the call.
"""

from __future__ import annotations

from enum import Enum
from typing import Any
from urllib.parse import quote

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

from switchover import current
from switchover.telemetry import TraceContext


class SqlComments(Enum):
    """Which statements carry a comment.

    Databases and drivers keep statements that they have prepared by their text, and a text that is another for each call is prepared for
    each call. See docs/decisions/0019.
    """

    ALWAYS = "always"
    """All that are executed within a trace."""
    SAMPLED = "sampled"
    """Those of calls whose trace is recorded: its flag `sampled` is set."""
    OFF = "off"


def comment_statements(engine: AsyncEngine, comments: SqlComments) -> None:
    """Have the statements of an engine carry comments from now on."""
    if comments is SqlComments.OFF:
        return
    is_for_all = comments is SqlComments.ALWAYS

    def commented(
        connection: Any,  # noqa: ARG001 - what SQLAlchemy calls
        cursor: Any,  # noqa: ARG001
        statement: str,
        parameters: Any,
        context: Any,  # noqa: ARG001
        executemany: bool,  # noqa: ARG001, FBT001
    ) -> tuple[str, Any]:
        trace = current().trace
        if trace is None or not (is_for_all or trace.is_sampled):
            return statement, parameters
        return _with(trace, statement), parameters

    event.listen(engine.sync_engine, "before_cursor_execute", commented, retval=True)


def comment_of(trace: TraceContext) -> str:
    """A position as a comment. Nothing in it can end it: whatever is not a letter, a digit or one of `_.-~` is percent-encoded."""
    state = f",tracestate='{quote(trace.state, safe='', errors='replace')}'" if trace.state else ""
    return f"/*traceparent='{trace.header}'{state}*/"


def _with(trace: TraceContext, statement: str) -> str:
    # One that has a comment already is not touched: that is what sqlcommenter asks for, and behind `--` ours would be part of it.
    return statement if "--" in statement or "/*" in statement else f"{statement} {comment_of(trace)}"
