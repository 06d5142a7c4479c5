"""Processes of the web side, for as long as the demo needs them."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from livetrip_cli.child import stop
from livetrip_cli.demo.process import START_SECONDS, ServiceDidNotStart

READ_SECONDS = 60.0


class DemoWorker:
    """A process that reads when it is asked to."""

    def __init__(self, process: asyncio.subprocess.Process, log: Path) -> None:
        self._process, self._log = process, log

    async def tell(self, line: str, seconds: float) -> str:
        """Send a line; the line that it answers with. Raises ServiceDidNotStart if there is none."""
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(f"{line}\n".encode())
            await stdin.drain()
            answer = (await asyncio.wait_for(stdout.readline(), seconds)).decode()
        except (TimeoutError, ConnectionError):
            answer = ""
        if not answer:
            said = self._log.read_text("utf-8", "replace").strip()
            raise ServiceDidNotStart(f"a worker did not answer: {said or 'it said nothing'}")
        return answer

    async def begin(self, titles: Mapping[str, Sequence[str]]) -> None:
        """Wait until it has started; these are the trips that it is to read, by user."""
        await self.tell(json.dumps(titles), START_SECONDS)

    async def read(self) -> dict[str, int]:
        """Have it read the trips of every user: `calls`, how many of them over `http`, `failed` ones, and `wrong` answers."""
        told: dict[str, int] = json.loads(await self.tell("read", READ_SECONDS))
        return told


@asynccontextmanager
async def running_worker(folder: Path, number: int, environment: Mapping[str, str]) -> AsyncIterator[DemoWorker]:
    """A worker that is started; stopped at the end."""
    log = folder / f"worker-{number}.log"
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LIVETRIP_")}
    with log.open("wb") as stderr:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "livetrip_cli.demo.worker",
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=stderr, env={**kept, **environment},
        )  # fmt: skip
    try:
        yield DemoWorker(process, log)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        await stop(process)
