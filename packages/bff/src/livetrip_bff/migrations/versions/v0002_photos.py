"""Photos, and the objects that are to be removed from the storage."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the tables."""
    _photos()
    _discarded_objects()


def _photos() -> None:
    op.create_table(
        "photos",
        sa.Column("id", sa.Uuid, nullable=False),
        sa.Column("trip_id", sa.Uuid, nullable=False),
        sa.Column("entry_id", sa.Uuid),
        sa.Column("format", sa.Text, nullable=False),
        sa.Column("byte_size", sa.Integer, nullable=False),
        sa.Column("checksum", sa.Text, nullable=False),
        sa.Column("keep_place", sa.Boolean, nullable=False),
        sa.Column("upload_key", sa.Text, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column(
            "arrived_at",
            sa.DateTime(timezone=True),
            comment="null until the upload was completed, as is all that follows",
        ),
        sa.Column("moment", sa.BigInteger, comment="where it belongs in time, microseconds since 0001-01-01T00:00Z"),
        sa.Column("taken_at", sa.Text),
        sa.Column("latitude", sa.Double),
        sa.Column("longitude", sa.Double),
        sa.Column("pictures", sa.JSON, comment="the original first, then thumbnails from the smallest up"),
        sa.PrimaryKeyConstraint("id", name="pk_photos"),
        sa.ForeignKeyConstraint(["trip_id"], ["trips.id"], name="fk_photos_trip_id", ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name="fk_photos_entry_id", ondelete="SET NULL"),
    )
    op.create_index("ix_photos_trip_id_moment_id", "photos", ["trip_id", "moment", "id"])
    op.create_index("ix_photos_entry_id", "photos", ["entry_id"])
    op.create_index("ix_photos_created_at", "photos", ["created_at"])


def _discarded_objects() -> None:
    op.create_table(
        "discarded_objects",
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_discarded_objects"),
    )
    op.create_index("ix_discarded_objects_due", "discarded_objects", ["due"])
