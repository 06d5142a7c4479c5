"""An AsgiTransport that is not closed does not keep the process from ending."""

from __future__ import annotations

import subprocess
import sys

_SCRIPT = """
from switchover import AsgiTransport, Contract
from switchover.contract.draft import draft

class Desk:
    def get_note(self, key: int) -> int:
        return key

port = Contract.read("draft.yaml", lambda _: draft(Desk).text.encode()).bind(Desk)
transport = AsgiTransport(port.serve(Desk(), trust="open"))
print(port.http(transport=transport, trust="open").get_note(3))
"""


def test_the_process_ends() -> None:
    done = subprocess.run([sys.executable, "-c", _SCRIPT], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "3\n", "")
