"""A contract as a Python package: models, exceptions and the Protocol. The same contract always gives the same text."""

from switchover.contract.generate.package import Target, differences, generate, write

__all__ = ["Target", "differences", "generate", "write"]
