"""Trips, entries, and the requests that happened."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Make the tables."""
    _trips()
    _entries()
    _idempotency_keys()


def _trips() -> None:
    op.create_table(
        "trips",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("start_date", sa.Date, nullable=False),
        sa.Column("end_date", sa.Date, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_trips"),
    )
    op.create_index("ix_trips_owner_start_date_id", "trips", ["owner", "start_date", "id"])


def _entries() -> None:
    op.create_table(
        "entries",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("trip_id", sa.Uuid, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("happened_at", sa.BigInteger, nullable=False, comment="microseconds since 0001-01-01T00:00Z"),
        sa.Column("offset_minutes", sa.Integer, nullable=False, comment="how far its clock was ahead of UTC"),
        sa.Column("mood", sa.Text),
        sa.Column("place_name", sa.Text),
        sa.Column("latitude", sa.Double),
        sa.Column("longitude", sa.Double),
        sa.Column("tags", sa.JSON, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_entries"),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], name="fk_entries_trip_id", ondelete="CASCADE"),
    )
    op.create_index("ix_entries_trip_id_happened_at_id", "entries", ["trip_id", "happened_at", "id"])


def _idempotency_keys() -> None:
    op.create_table(
        "idempotency_keys",
        sa.Column("owner", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("operation", sa.Text, nullable=False),
        sa.Column("fingerprint", sa.Text, nullable=False),
        sa.Column(
            "result",
            sa.Text,
            comment="JSON; null until the request has been carried out, in the same transaction",
        ),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("owner", "key", name="pk_idempotency_keys"),
    )
    op.create_index("ix_idempotency_keys_created_at", "idempotency_keys", ["created_at"])
