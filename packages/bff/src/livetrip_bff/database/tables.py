"""What is stored. Changing anything here takes a migration; a test holds the two against each other."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Double,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    Uuid,
)

from livetrip_bff.database.types import Instant

# Every constraint has a name, so that a later migration can speak of it.
metadata: Final = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    }
)

trips: Final = Table(
    "trips",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("description", Text, nullable=False),
    Column("start_date", Date, nullable=False),
    Column("end_date", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "owner", "start_date", "id"),
)

entries: Final = Table(
    "entries",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("trip_id", ForeignKey("trips.id", ondelete="CASCADE"), nullable=False),
    Column("text", Text, nullable=False),
    # No timestamp: it could not keep the offset, nor the days at either end of what a datetime can say.
    Column("happened_at", BigInteger, nullable=False, comment="microseconds since 0001-01-01T00:00Z"),
    Column("offset_minutes", Integer, nullable=False, comment="how far its clock was ahead of UTC"),
    Column("mood", Text),
    Column("place_name", Text),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("tags", JSON, nullable=False),
    Column("version", Integer, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    Index(None, "trip_id", "happened_at", "id"),
)

photos: Final = Table(
    "photos",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("trip_id", ForeignKey("trips.id", ondelete="CASCADE"), nullable=False),
    Column("entry_id", ForeignKey("entries.id", ondelete="SET NULL")),
    Column("format", Text, nullable=False),
    Column("byte_size", Integer, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("keep_place", Boolean, nullable=False),
    Column("upload_key", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("arrived_at", Instant, comment="null until the upload was completed, as is all that follows"),
    Column("moment", BigInteger, comment="where it belongs in time, microseconds since 0001-01-01T00:00Z"),
    Column("taken_at", Text),
    Column("latitude", Double),
    Column("longitude", Double),
    Column("pictures", JSON(none_as_null=True), comment="the original first, then thumbnails from the smallest up"),
    Index(None, "trip_id", "moment", "id"),
    Index(None, "entry_id"),
    Index(None, "created_at"),
)

discarded_objects: Final = Table(
    "discarded_objects",
    metadata,
    Column("key", Text, primary_key=True),
    Column("due", Instant, nullable=False),
    Index(None, "due"),
)

idempotency_keys: Final = Table(
    "idempotency_keys",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("key", Text, primary_key=True),
    Column("operation", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("result", Text, comment="JSON; null until the request has been carried out, in the same transaction"),
    Column("created_at", Instant, nullable=False),
    Index(None, "created_at"),
)
