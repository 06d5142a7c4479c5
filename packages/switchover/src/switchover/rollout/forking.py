"""Followers when their process forks, and when it ends."""

# ruff: noqa: SLF001 - a follower's other half

from __future__ import annotations

import atexit
import os
import time
import weakref
from typing import Final, Protocol

_FORK_SECONDS: Final = 1.0
"""How long a fork waits at most for the threads of all followers to come to rest. Only a store that does not answer takes so long."""

_SIGN_OFF_SECONDS: Final = 1.0
"""How long a process that ends waits at most for the store to know of it."""


class Follows(Protocol):
    """What a follower does when its process forks or ends."""

    def _before_fork(self, seconds: float) -> None: ...
    def _after_fork(self) -> None: ...
    def _after_fork_in_parent(self) -> None: ...
    def _begin_sign_off(self) -> bool: ...
    def _wait_signed_off(self, seconds: float) -> None: ...


_followers: Final[weakref.WeakSet[Follows]] = weakref.WeakSet()


def register(follower: Follows) -> None:
    """Have a follower follow in forked processes too, and sign off where the process ends."""
    _followers.add(follower)


def _before_fork() -> None:
    until = time.monotonic() + _FORK_SECONDS
    for follower in list(_followers):
        follower._before_fork(max(0.0, until - time.monotonic()))


def _after_fork() -> None:
    for follower in list(_followers):
        follower._after_fork()


def _after_fork_in_parent() -> None:
    for follower in list(_followers):
        follower._after_fork_in_parent()


def _at_exit() -> None:
    """Sign off what still follows. Registered early, so it runs after the application's own exit handlers."""
    until = time.monotonic() + _SIGN_OFF_SECONDS
    for follower in [it for it in list(_followers) if it._begin_sign_off()]:
        follower._wait_signed_off(max(0.0, until - time.monotonic()))


os.register_at_fork(before=_before_fork, after_in_parent=_after_fork_in_parent, after_in_child=_after_fork)
atexit.register(_at_exit)
