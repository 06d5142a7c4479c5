"""The catalogue as a service process: `python -m library.server --port 0 | --socket PATH`."""

from __future__ import annotations

import argparse

from library.catalogue import Catalogue
from library.port import catalogue_port
from switchover.port.hosting import Address, run


def main() -> None:
    """Serve until a signal."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--socket")
    options = parser.parse_args()
    service = catalogue_port().serve(Catalogue(), trust="open")
    address = Address(port=options.port, uds=options.socket)
    run(service, address, on_ready=lambda taken: print(f"listening on {taken.url}", flush=True))


if __name__ == "__main__":
    main()
