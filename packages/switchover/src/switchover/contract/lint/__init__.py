"""Is the document sound? Its structure by the schemas of OpenAPI, its examples by its own schemas, and known traps."""

from switchover.contract.lint.examples import examples
from switchover.contract.lint.fallbacks import fallbacks
from switchover.contract.lint.marks import marks
from switchover.contract.lint.structure import structure
from switchover.contract.lint.traps import traps

__all__ = ["examples", "fallbacks", "marks", "structure", "traps"]
