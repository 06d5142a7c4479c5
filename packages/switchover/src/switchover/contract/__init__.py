"""What was agreed: an OpenAPI document as files, operations, shapes and checks."""

from switchover.contract.document import Document, Node
from switchover.contract.findings import Finding, LeftOut, Location, Notes, PythonFinding
from switchover.contract.lock import lock_path, lock_text, verify_lock
from switchover.contract.model import (
    Answer,
    Content,
    Failure,
    Media,
    Operation,
    Parameter,
    RequestBody,
    Style,
)
from switchover.contract.operations.failures import STANDARD_MEMBERS, member_names
from switchover.contract.operations.parameters import CALLER_HEADER, CONTEXT_HEADERS, TIMEOUT_HEADER
from switchover.contract.operations.reading import OperationReader, base_path
from switchover.contract.operations.selection import Selection, select
from switchover.contract.personal import Personal
from switchover.contract.schemas.check import SchemaCheck, SchemaEngine
from switchover.contract.shapes.compare import Gap, GapKind, gaps
from switchover.contract.shapes.shape import Shape, kind_of
from switchover.contract.shapes.shaping import reader

__all__ = [
    "CALLER_HEADER",
    "CONTEXT_HEADERS",
    "STANDARD_MEMBERS",
    "TIMEOUT_HEADER",
    "Answer",
    "Content",
    "Document",
    "Failure",
    "Finding",
    "Gap",
    "GapKind",
    "LeftOut",
    "Location",
    "Media",
    "Node",
    "Notes",
    "Operation",
    "OperationReader",
    "Parameter",
    "Personal",
    "PythonFinding",
    "RequestBody",
    "SchemaCheck",
    "SchemaEngine",
    "Selection",
    "Shape",
    "Style",
    "base_path",
    "gaps",
    "kind_of",
    "lock_path",
    "lock_text",
    "member_names",
    "reader",
    "select",
    "verify_lock",
]
