"""The diary in a database: SQLite for one machine, PostgreSQL beyond it."""

from __future__ import annotations

from livetrip_bff.database.comments import SqlComments
from livetrip_bff.database.faults import barred, may_answer_elsewhere
from livetrip_bff.database.migrating import migrate, pending, require_writable
from livetrip_bff.database.unit_of_work import SqlUnitOfWork, SqlUnitOfWorkFactory, open_units_of_work
from livetrip_bff.database.url import is_sqlite, parse, sqlite_file

__all__ = [
    "SqlComments",
    "SqlUnitOfWork",
    "SqlUnitOfWorkFactory",
    "barred",
    "is_sqlite",
    "may_answer_elsewhere",
    "migrate",
    "open_units_of_work",
    "parse",
    "pending",
    "require_writable",
    "sqlite_file",
]
