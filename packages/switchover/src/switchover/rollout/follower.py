"""A process follows the store: each change is applied here as soon as it is seen, by one thread beside the calls."""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket
import threading
import time
import weakref
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from switchover.disk import replace_file
from switchover.errors import StoreUnavailable, outline
from switchover.rollout.following import FollowerStatus, Rhythm
from switchover.rollout.record.reading import canonical, parsed
from switchover.rollout.record.states import state_data, state_of
from switchover.rollout.state import RolloutState
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerBeat, report_text

_log = logging.getLogger("switchover.rollout")


class Follower:
    """Keeps what is in force in this process equal to what is in force in the store.

    A store that does not answer leaves the last state in force. A forked process follows by itself, under an id of its own, if the one that
    it was forked from did.

    Args:
        store: blocks, for bounded times.
        apply: puts a state into force; is called on the follower's thread, and returns once new calls go by it.
        name: first part of the worker's id, for people: `web`.
        cache: a file with the last state that was applied, for a start while the store is down. Not needed beside a `FileRolloutStore`.
        report: what this process has to tell of its calls, with every sign of life that follows a quiet second: `Reporter.report`.
        rhythm: when.
        clock: monotonic, seconds.
    """

    def __init__(
        self,
        store: RolloutStore,
        apply: Callable[[RolloutState], object],
        *,
        name: str = "worker",
        cache: Path | None = None,
        report: Callable[[], Mapping[str, Any]] | None = None,
        rhythm: Rhythm | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store, self._apply, self._cache = store, apply, cache
        self._report, self._reported, self._has_reported = report, dict[str, Any](), True
        self._name = re.sub(r"[^A-Za-z0-9.-]+", "-", name).strip("-.")[:80] or "worker"
        self._rhythm = rhythm or Rhythm()
        self._clock = clock
        self._failing_since: float | None = None
        self._state: RolloutState | None = None
        self._thread: threading.Thread | None = None
        self._stop, self._in_force = threading.Event(), threading.Event()
        self._host = socket.gethostname()
        self._status = FollowerStatus(worker_id=self._new_id())
        _followers.add(self)

    def start(self) -> None:
        """Put what the cache holds into force, if there is one, and follow from now on. Never waits for the store."""
        if self._thread is None:
            self._start_from_cache()
            self._launch()

    def stop(self, timeout: float = 10.0) -> bool:
        """Follow no more, and sign off. Returns whether the thread has ended, which takes as long as the store's answer."""
        thread, self._thread = self._thread, None
        self._stop.set()
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def wait_in_force(self, timeout: float) -> bool:
        """Wait until a state of the store has been put into force; False if that took longer."""
        return self._in_force.wait(timeout)

    def status(self) -> FollowerStatus:
        """How this process stands to the store."""
        since = self._failing_since
        return replace(self._status, unavailable_seconds=None if since is None else max(0.0, self._clock() - since))

    def _new_id(self) -> str:
        host = re.sub(r"[^A-Za-z0-9.-]+", "-", self._host)[:80]
        return f"{self._name}-{host}-{os.getpid()}-{secrets.token_hex(2)}"

    def _launch(self) -> None:
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="switchover-rollout", daemon=True)
        self._thread.start()

    def _start_from_cache(self) -> None:
        if self._cache is None:
            return
        try:
            state = state_of(parsed(self._cache.read_bytes()))
            self._apply(state)
        except FileNotFoundError:
            return
        except Exception as error:  # a cache that cannot be used is none
            _log.warning("the cache %s cannot be used: %s", self._cache, error)
            return
        self._status = replace(self._status, version=state.version, is_from_cache=True)

    def _run(self, stop: threading.Event) -> None:
        failures, is_news = 0, True
        while not stop.is_set():
            try:
                is_news = self._round(is_news)
                failures = 0
            except Exception as error:  # a background task ends here, and must not
                failures, is_news = failures + 1, True
                self._failed(error)
                stop.wait(self._rhythm.pause(failures))
        with suppress(Exception):
            self._store.leave(self._status.worker_id)

    def _round(self, is_news: bool) -> bool:  # noqa: FBT001 - the answer of the round before
        """Apply what is in force, tell of it, and wait for another, or for the next beat: is there news?"""
        if is_news:
            state = self._store.load()
            self._require_newer(state)
            if state != self._state:
                self._put_into_force(state)
        else:
            self._reported = self._told()
        version = self._status.version or 0
        self._beat(version)
        self._answered()
        return self._store.wait(version, self._rhythm.beat_seconds)

    def _require_newer(self, state: RolloutState) -> None:
        """A store that goes back has lost changes: a folder that is not mounted, a backup. What is in force stays so, above all the kill switch."""
        version, applied = self._status.version or 0, self._state
        if state.version < version or (applied is not None and state.version == version and state.head != applied.head):
            problem = (
                f"the store has lost changes: version {version} is in force here, and it holds another {state.version}"
            )
            self._beat(version, problem)
            raise StoreUnavailable(f"{problem}; a version past {version} will be followed")

    def _put_into_force(self, state: RolloutState) -> None:
        try:
            self._apply(state)
        except Exception as error:
            problem = f"version {state.version} cannot be applied: {type(error).__name__}"
            self._beat(self._status.version or 0, problem)
            raise RuntimeError(problem) from error
        self._state = state
        self._status = replace(self._status, version=state.version, is_from_cache=False)
        self._keep(state)
        self._in_force.set()

    def _keep(self, state: RolloutState) -> None:
        if self._cache is not None:
            try:
                replace_file(self._cache, canonical(state_data(state)).encode("ascii"))
            except OSError as error:
                _log.warning("the cache %s cannot be written: %s", self._cache, error)

    def _told(self) -> dict[str, Any]:
        """A report that can be sent. Made only where there is no news, so that nobody waits for it to learn who obeys."""
        try:
            report = dict(self._report()) if self._report is not None else {}
            report_text(report)
        except Exception as error:  # a sign of life does not depend on it
            if self._has_reported:
                _log.warning("%s can tell nothing of its calls: %s", self._status.worker_id, outline(error))
            self._has_reported = False
            return {}
        self._has_reported = True
        return report

    def _beat(self, version: int, problem: str = "") -> None:
        beat = WorkerBeat(
            id=self._status.worker_id,
            host=self._host,
            pid=os.getpid(),
            version=version,
            problem=problem,
            report=self._reported,
        )
        self._store.heartbeat(beat)

    def _answered(self) -> None:
        if self._status.problem:
            _log.warning("the rollout's store answers again; version %s is in force", self._status.version)
        self._failing_since = None
        self._status = replace(self._status, problem="")

    def _failed(self, error: Exception) -> None:
        problem = str(error) if isinstance(error, StoreUnavailable | RuntimeError) else type(error).__name__
        if isinstance(error, StoreUnavailable) and self._failing_since is None:
            self._failing_since = self._clock()
        is_new = problem != self._status.problem
        self._status = replace(self._status, problem=problem)
        if is_new:
            _log.warning("%s: %s", self._status.worker_id, self.status())

    def _after_fork(self) -> None:
        """Threads do not cross a fork, locks may be held in it, and the id is the parent's; what it applied is in force here too."""
        was_following = self._thread is not None
        self._thread = None
        self._stop, self._in_force = threading.Event(), threading.Event()
        self._status = replace(self._status, worker_id=self._new_id())
        self._reported = {}
        if self._state is not None:
            self._in_force.set()
        if was_following:
            self._launch()


_followers: weakref.WeakSet[Follower] = weakref.WeakSet()


def _after_fork() -> None:
    for follower in list(_followers):
        follower._after_fork()  # noqa: SLF001 - the module's own


os.register_at_fork(after_in_child=_after_fork)
