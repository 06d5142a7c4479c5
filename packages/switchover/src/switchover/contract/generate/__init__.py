"""A contract as a Python package: models, exceptions and the Protocol. The same contract always gives the same text."""

from switchover.contract.generate.package import Target, generate, without_conflicts
from switchover.contract.generate.tree import differences, write

__all__ = ["Target", "differences", "generate", "without_conflicts", "write"]
