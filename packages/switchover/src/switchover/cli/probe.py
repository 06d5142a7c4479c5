"""`switchover probe`: external monitoring, from wherever it is run."""

from __future__ import annotations

import argparse
import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from switchover.cli.output import Output
from switchover.cli.settings import UsageError, contract_if_named
from switchover.contract import Document
from switchover.errors import ContractError

if TYPE_CHECKING:
    from switchover.probe import Delivery, ProbeTarget, Watch

EPILOG: Final = """\
  switchover probe https://diary.example --region tokyo                          once
  switchover probe https://diary.example --region tokyo --every 30s --json       until Ctrl-C, an object a line
  switchover probe https://elsewhere.example/up --region tokyo                   where no contract is named: the full URL
  switchover probe https://diary.example --region tokyo --every 1m --metrics-file /var/lib/node_exporter/probe.prom

Well is a status 2xx that the contract documents, with a body that fits its schema. What is not well is told with the phase that it went
wrong in: dns, connect, tls, first_byte, body, answer.

Exit code: 0 all of the last round went well, 1 something did not, 2 it cannot start, 130 interrupted before a round was over.
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the command."""
    parser.epilog, parser.formatter_class = EPILOG, argparse.RawDescriptionHelpFormatter
    parser.add_argument(
        "urls", nargs="+", metavar="URL", help="base URL of a service; without a contract, the full URL to ask"
    )
    parser.add_argument("--region", required=True, metavar="NAME", help="where this runs, as reports call it")
    parser.add_argument(
        "--operation", action="append", default=[], metavar="ID",
        help="what to call (may be repeated; default: getHealth, or all that are safe, open and without parameters)",
    )  # fmt: skip
    parser.add_argument("--every", type=_duration, metavar="TIME", help="repeat until Ctrl-C, as in 30s or 2m")
    parser.add_argument("--count", type=_count, metavar="N", help="with --every: how many rounds")
    parser.add_argument(
        "--timeout", type=_duration, default=10.0, metavar="TIME", help="of one probe, all in all (default: 10s)"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object a line")
    parser.add_argument("--ca", type=Path, metavar="FILE", help="trust these certificates (PEM) and no others")
    parser.add_argument("--token-env", metavar="NAME", help="environment variable that holds a bearer token")
    family = parser.add_mutually_exclusive_group()
    for option, kind in (("--ipv4", socket.AF_INET), ("--ipv6", socket.AF_INET6)):
        what = f"only {option[2:].replace('ip', 'IP')} addresses"
        family.add_argument(option, dest="family", action="store_const", const=kind, help=what)
    parser.set_defaults(family=socket.AF_UNSPEC)
    parser.add_argument("--metrics-file", type=Path, metavar="FILE", help="write metrics for a textfile collector")
    parser.add_argument("--push", metavar="URL", help="push metrics to a Pushgateway")


def run(options: argparse.Namespace) -> int:
    """Probe; the exit code: 0 all of the last round went well, 1 something did not."""
    if options.count is not None and options.every is None:
        raise UsageError("--count says how often; say with --every how much time lies between")
    try:
        watch = _watch(options)
    except (ContractError, ValueError) as error:
        raise UsageError(str(error)) from error
    return _watched(watch, options)


def _watched(watch: Watch, options: argparse.Namespace) -> int:
    from switchover.probe import beats  # noqa: PLC0415 - as below

    try:
        rounds = beats(options.every, options.count)
        asyncio.run(watch.run(_while_read(rounds, options.standard_output)))
    except KeyboardInterrupt:
        if watch.is_well is None:
            raise
    return 0 if watch.is_well else 1


def _watch(options: argparse.Namespace) -> Watch:
    from switchover.probe import Prober, Watch, as_json, line, trust_of  # noqa: PLC0415 - the other commands need none of it

    token = _token(options.token_env)
    prober = Prober(
        options.region, timeout=options.timeout, trust=trust_of(options.ca), token=token, family=options.family
    )
    show = as_json if options.json else line
    return Watch(
        prober,
        _targets(options, has_token=token is not None),
        show=lambda outcome: print(show(outcome), flush=True),
        deliveries=_deliveries(options),
        complain=lambda what: print(f"switchover: {what}", file=sys.stderr),
    )


async def _while_read(rounds: AsyncIterator[int], output: Output) -> AsyncIterator[int]:
    """End after the round in which the reader of the output has gone: repeated probes would go on for ever."""
    async for number in rounds:
        yield number
        if output.is_gone:
            return


def _targets(options: argparse.Namespace, *, has_token: bool) -> list[ProbeTarget]:
    from switchover.probe import ProbeTarget, require_distinct, targets  # noqa: PLC0415 - as above

    contract = contract_if_named(options.contract)
    if contract is not None:
        found = targets(Document.load(contract), options.urls, options.operation, has_token=has_token)
    elif options.operation:
        raise UsageError("--operation names an operation of a contract; name that with --contract")
    else:
        found = [ProbeTarget.at(url) for url in options.urls]
    require_distinct(found)
    return found


def _deliveries(options: argparse.Namespace) -> list[Delivery]:
    from switchover.probe import to_file, to_gateway  # noqa: PLC0415 - as above

    found = [to_file(options.metrics_file)] if options.metrics_file is not None else []
    if options.push is not None:
        found.append(to_gateway(options.push, options.region, socket.gethostname()))
    return found


def _token(name: str | None) -> str | None:
    if name is None:
        return None
    if not (token := os.environ.get(name)):
        raise UsageError(f"--token-env: the environment has no {name}, or it is empty")
    return token


def _duration(text: str) -> float:
    from switchover.probe import seconds_of  # noqa: PLC0415 - as above

    try:
        return seconds_of(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _count(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"{text!r} is no count; it is 1 or more")
    return int(text)
