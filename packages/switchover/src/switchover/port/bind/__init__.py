"""Contract and Python interface, held against each other once: every difference is found, or there are plans.

Operation and method are matched by name, in any case style; parameters to arguments likewise; the rest of the arguments are the
body, either one argument that is all of it or several that are its members.
"""

from switchover.port.bind.document import Binding, bind

__all__ = ["Binding", "bind"]
