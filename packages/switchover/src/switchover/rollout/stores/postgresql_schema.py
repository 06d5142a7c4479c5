"""The tables of `PostgresqlRolloutStore`. What is changed later is added as a further step, and each can be repeated."""

from __future__ import annotations

from typing import Final

STEPS: Final = (
    """
    CREATE TABLE IF NOT EXISTS switchover_rollout (
        rollout text PRIMARY KEY,
        version bigint NOT NULL,
        state text NOT NULL
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS switchover_rollout_history (
        rollout text NOT NULL,
        version bigint NOT NULL,
        event text NOT NULL,
        PRIMARY KEY (rollout, version)
    )
    """,
    """
    CREATE TABLE IF NOT EXISTS switchover_rollout_workers (
        rollout text NOT NULL,
        id text NOT NULL,
        beat text NOT NULL,
        seen timestamptz NOT NULL,
        PRIMARY KEY (rollout, id)
    )
    """,
    "ALTER TABLE switchover_rollout_workers ADD COLUMN IF NOT EXISTS report text NOT NULL DEFAULT '{}'",
    """
    CREATE TABLE IF NOT EXISTS switchover_rollout_evidence (
        rollout text NOT NULL,
        version bigint NOT NULL,
        evidence text NOT NULL,
        PRIMARY KEY (rollout, version)
    )
    """,
)
"""Plain text, not jsonb: digests are made of it."""

LOCK_INSTALL: Final = "SELECT pg_advisory_xact_lock(hashtext('switchover_rollout'))"
HOLDS: Final = (
    "SELECT 1 FROM switchover_rollout WHERE rollout = %s",
    "SELECT 1 FROM switchover_rollout_history WHERE rollout = %s LIMIT 1",
    "SELECT 1 FROM switchover_rollout_workers WHERE rollout = %s LIMIT 1",
)
"""Each tells by a row whether a rollout was ever used. No column that a later step adds is named."""

LOAD: Final = "SELECT state FROM switchover_rollout WHERE rollout = %s"
VERSION: Final = "SELECT version FROM switchover_rollout WHERE rollout = %s"
FIRST: Final = (
    "INSERT INTO switchover_rollout (rollout, version, state) VALUES (%s, 0, %s) ON CONFLICT (rollout) DO NOTHING"
)
LOCK: Final = (
    "SELECT state, extract(epoch FROM clock_timestamp())::float8 FROM switchover_rollout WHERE rollout = %s FOR UPDATE"
)
RECORD: Final = "INSERT INTO switchover_rollout_history (rollout, version, event) VALUES (%s, %s, %s)"
PUT: Final = "UPDATE switchover_rollout SET version = %s, state = %s WHERE rollout = %s"
RECORDED: Final = "SELECT event FROM switchover_rollout_history WHERE rollout = %s AND version = %s"
NOW: Final = "SELECT extract(epoch FROM clock_timestamp())::float8"
KEEP: Final = """
    INSERT INTO switchover_rollout_evidence (rollout, version, evidence) VALUES (%s, %s, %s)
    ON CONFLICT (rollout, version) DO UPDATE SET evidence = excluded.evidence
"""
EVIDENCE: Final = """
    SELECT version, evidence FROM switchover_rollout_evidence
    WHERE rollout = %s AND version BETWEEN %s AND %s
"""
TELL: Final = "SELECT pg_notify('switchover_rollout', %s)"
HISTORY: Final = """
    SELECT version, event FROM switchover_rollout_history WHERE rollout = %s AND version > %s ORDER BY version LIMIT %s
"""
BEAT: Final = """
    INSERT INTO switchover_rollout_workers (rollout, id, beat, report, seen) VALUES (%s, %s, %s, %s, clock_timestamp())
    ON CONFLICT (rollout, id) DO UPDATE SET beat = excluded.beat, report = excluded.report, seen = excluded.seen
"""
BEAT_WITHOUT_REPORT: Final = """
    INSERT INTO switchover_rollout_workers (rollout, id, beat, seen)
    VALUES (%s, %s, %s, clock_timestamp())
    ON CONFLICT (rollout, id) DO UPDATE SET beat = excluded.beat, seen = excluded.seen
"""
WORKERS: Final = """
    SELECT id, beat, report, extract(epoch FROM clock_timestamp() - seen)::float8 AS age
    FROM switchover_rollout_workers WHERE rollout = %s ORDER BY id COLLATE "C"
"""
WORKERS_WITHOUT_REPORTS: Final = """
    SELECT id, beat, '{}', extract(epoch FROM clock_timestamp() - seen)::float8 AS age
    FROM switchover_rollout_workers WHERE rollout = %s ORDER BY id COLLATE "C"
"""
LEAVE: Final = "DELETE FROM switchover_rollout_workers WHERE rollout = %s AND id = %s"
FORGET: Final = """
    DELETE FROM switchover_rollout_workers WHERE rollout = %s AND seen < clock_timestamp() - make_interval(secs => %s)
"""
