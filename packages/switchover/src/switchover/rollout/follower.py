"""A process follows the store: each change is applied here as soon as it is seen, by one thread beside the calls."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from switchover.errors import StoreUnavailable, outline
from switchover.rollout import forking
from switchover.rollout.cached import StateCache
from switchover.rollout.companion import Companion, require_lease, running_time
from switchover.rollout.following import FollowerStatus, Rhythm, new_worker_id
from switchover.rollout.following import log as _log
from switchover.rollout.state import GENESIS, RolloutState
from switchover.rollout.stores.process import start_of, this_place
from switchover.rollout.stores.store import RolloutStore
from switchover.rollout.stores.worker import WorkerBeat, report_text


class Follower:
    """Keeps what is in force in this process equal to what is in force in the store.

    A store that does not answer leaves the last state in force. A forked process follows by itself, under an id of its own, if the one that
    it was forked from did. A process that ends signs off, also where nothing calls `stop`.

    Args:
        store: blocks, for bounded times.
        apply: puts a state into force; is called on the follower's thread, and returns once new calls go by it.
        name: first part of the worker's id, for people: `web`.
        cache: a file with the last state that was applied, for a start while the store is down. Not needed beside a `FileRolloutStore`.
        report: what this process has to tell of its calls, with every sign of life that follows a quiet second: `Reporter.report`.
        rhythm: when.
        lease_seconds: after so long without a sign of life that the store took, `suspend(True)` is called; None: never.
            A store outage that lasts longer then takes all calls back.
        suspend: answers every new call in this process, or goes by the state again: `Rollout.suspend`.
        clock: monotonic, seconds.
        lease_clock: seconds, also while the machine is suspended.

    Raises:
        ValueError: a lease that is not positive, or without `suspend`.
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
        lease_seconds: float | None = None,
        suspend: Callable[[bool], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
        lease_clock: Callable[[], float] = running_time,
    ) -> None:
        require_lease(lease_seconds, suspend)
        self._store, self._apply, self._cache = store, apply, StateCache(cache)
        self._report, self._reported, self._has_reported = report, dict[str, Any](), True
        self._name = name
        self._rhythm = rhythm or Rhythm()
        self._clock = clock
        self._failing_since: float | None = None
        self._held: RolloutState | None = None
        self._thread: threading.Thread | None = None
        self._stop, self._in_force = threading.Event(), threading.Event()
        self._host = socket.gethostname()
        self._beating, self._has_forked, self._started = threading.Lock(), False, ""
        self._at_work, self._forking = threading.RLock(), 0
        self._lease, self._suspend, self._lease_clock = lease_seconds, suspend, lease_clock
        self._companion = self._new_companion()
        self._status = FollowerStatus(worker_id=new_worker_id(self._name, self._host), lease_seconds=lease_seconds)
        forking.register(self)

    def start(self) -> None:
        """Put what the cache holds into force, if there is one, and follow from now on. Never waits for the store."""
        if self._thread is None:
            self._start_from_cache()
            self._launch()

    def stop(self, timeout: float = 10.0) -> bool:
        """Follow no more, and sign off. Returns whether the thread has ended, which takes as long as the store's answer."""
        thread, self._thread = self._thread, None
        self._stop.set()
        self._companion.stop()
        if thread is not None:
            thread.join(timeout)
        return thread is None or not thread.is_alive()

    def wait_in_force(self, timeout: float) -> bool:
        """Wait until a state of the store has been put into force; False if that took longer."""
        return self._in_force.wait(timeout)

    def status(self) -> FollowerStatus:
        """How this process stands to the store."""
        since = self._failing_since
        return replace(
            self._status,
            unavailable_seconds=None if since is None else max(0.0, self._clock() - since),
            is_suspended=self._companion.is_suspended,
        )

    def _new_companion(self) -> Companion:
        return Companion(
            self._sign_off,
            lease_seconds=self._lease,
            suspend=self._suspend or (lambda _: None),
            clock=self._lease_clock,
        )

    def _launch(self) -> None:
        self._stop = threading.Event()
        # What a cache holds is not known to be in force, and no store knows of this process yet.
        is_suspended = self._companion.is_suspended or self._status.is_from_cache
        self._companion = self._new_companion()
        self._companion.start(is_suspended=is_suspended)
        self._thread = threading.Thread(target=self._run, args=(self._stop,), name="switchover-rollout", daemon=True)
        self._thread.start()

    def _start_from_cache(self) -> None:
        state = self._cache.read()
        if state is None:
            return
        try:
            self._apply(state)
        except Exception as error:  # what cannot be applied is as good as no cache
            self._cache.refuse(error)
            return
        self._held = state
        self._status = replace(self._status, version=state.version, is_from_cache=True)

    def _run(self, stop: threading.Event) -> None:
        failures, is_news = 0, True
        while not stop.is_set():
            try:
                with self._at_work:
                    self._work(is_news)
                is_news = self._store.wait(self._status.version or 0, self._rhythm.beat_seconds)
                failures = 0
            except Exception as error:  # a background task ends here, and must not
                failures, is_news = failures + 1, True
                self._failed(error)
                stop.wait(self._rhythm.pause(failures))
        with suppress(Exception):
            self._sign_off()

    def _sign_off(self) -> None:
        with self._beating:  # after it there is no beat that would list this process again
            self._store.leave(self._status.worker_id)

    def _work(self, is_news: bool) -> None:  # noqa: FBT001 - the answer of the round before
        """Apply what is in force, and tell of it."""
        if is_news:
            state = self._store.load()
            self._require_newer(state)
            if state != self._held:
                self._put_into_force(state)
            self._status = replace(self._status, version=state.version, is_from_cache=False)
            self._in_force.set()
        else:
            self._reported = self._told()
        self._beat()
        self._answered()

    def _require_newer(self, state: RolloutState) -> None:
        """A store that goes back has lost changes: a folder that is not mounted, a backup. What is in force stays so, above all the kill switch."""
        held = self._held
        if held is None or state.version > held.version or (state.version, state.head) == (held.version, held.head):
            return
        problem = (
            f"the store has lost changes: version {held.version} is in force here, and it holds another {state.version}"
        )
        self._beat(problem)
        raise StoreUnavailable(f"{problem}; a version past {held.version} will be followed")

    def _put_into_force(self, state: RolloutState) -> None:
        try:
            self._apply(state)
        except Exception as error:
            problem = f"version {state.version} cannot be applied: {type(error).__name__}"
            self._beat(problem)
            raise RuntimeError(problem) from error
        self._held = state
        self._cache.write(state)

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

    def _beat(self, problem: str = "") -> None:
        held, at = self._held, self._companion.now()
        beat = WorkerBeat(
            id=self._status.worker_id,
            host=self._host,
            pid=os.getpid(),
            version=0 if held is None else held.version,
            head=GENESIS if held is None else held.head,
            problem=problem,
            place=this_place(),
            started=self._started_at(),
            lease_seconds=self._lease,
            is_parent=self._has_forked and self._reported.get("calls") == 0,
            report=self._reported,
        )
        with self._beating:
            if not self._stop.is_set():
                self._store.heartbeat(beat)
                self._companion.renew(at)

    def _started_at(self) -> str:
        if not self._started:
            with suppress(OSError):
                self._started = start_of(os.getpid())
        return self._started

    def _answered(self) -> None:
        if self._status.problem:
            _log.warning("the rollout's store answers again; version %s is in force", self._status.version)
        self._failing_since = None
        self._status = replace(self._status, problem="")
        self._companion.resume()

    def _failed(self, error: Exception) -> None:
        problem = str(error) if isinstance(error, StoreUnavailable | RuntimeError) else type(error).__name__
        if isinstance(error, StoreUnavailable) and self._failing_since is None:
            self._failing_since = self._clock()
        is_new = problem != self._status.problem
        self._status = replace(self._status, problem=problem)
        if is_new:
            _log.warning("%s: %s", self._status.worker_id, self.status())

    def _before_fork(self, seconds: float) -> None:
        """Let the thread come to rest: what it imports while the process forks would stay locked in the child."""
        if self._at_work.acquire(timeout=seconds):
            self._forking = threading.get_ident()

    def _after_fork(self) -> None:
        """Threads do not cross a fork, locks may be held in it, and the id is the parent's; what it applied is in force here too."""
        was_following = self._thread is not None
        self._thread = None
        self._stop, self._in_force = threading.Event(), threading.Event()
        self._beating, self._has_forked, self._started = threading.Lock(), False, ""
        self._at_work, self._forking = threading.RLock(), 0
        self._status = replace(self._status, worker_id=new_worker_id(self._name, self._host))
        self._reported = {}
        if self._held is not None and not self._status.is_from_cache:
            self._in_force.set()
        if was_following:
            self._launch()

    def _after_fork_in_parent(self) -> None:
        if self._forking == threading.get_ident():
            self._forking = 0
            self._at_work.release()
        self._has_forked = self._has_forked or self._thread is not None

    def _begin_sign_off(self) -> bool:
        """The process ends, and this thread will be stopped wherever it is."""
        if self._thread is None:
            return False
        self._stop.set()
        self._companion.begin_sign_off()
        return True

    def _wait_signed_off(self, seconds: float) -> None:
        self._companion.wait_signed_off(seconds)
