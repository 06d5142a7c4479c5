"""Parameters as text: every style of OpenAPI 3.1 (section 4.8.12), written and read.

Values here are plain JSON values; strings on the wire are percent-encoded (RFC 3986) outside of headers. What is written arrives as it
was, or is refused. Reading goes by the shape: `1` is a number where the contract has one, and a string where it has that.
"""

from switchover.port.styles.reading import read_cookie, read_header, read_path, read_query
from switchover.port.styles.text import (
    ABSENT,
    Fields,
    UnreadableError,
    UnwritableError,
    is_scalar,
    quoted,
    read_scalar,
    unquoted,
)
from switchover.port.styles.writing import write_cookie, write_header, write_path, write_query

__all__ = [
    "ABSENT",
    "Fields",
    "UnreadableError",
    "UnwritableError",
    "is_scalar",
    "quoted",
    "read_cookie",
    "read_header",
    "read_path",
    "read_query",
    "read_scalar",
    "unquoted",
    "write_cookie",
    "write_header",
    "write_path",
    "write_query",
]
