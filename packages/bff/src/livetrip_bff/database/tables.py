"""What is stored. Changing anything here takes a migration; a test holds the two against each other."""

from __future__ import annotations

from typing import Final

from sqlalchemy import (
    JSON,
    BigInteger,
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
