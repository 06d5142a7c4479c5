"""The options of the commands around the contract. What runs a command is imported with its options, and no other."""

from __future__ import annotations

import argparse
from collections.abc import Callable

_Subparsers = argparse._SubParsersAction  # noqa: SLF001 - argparse has no other name for it


def check(parser: argparse.ArgumentParser) -> None:
    """Add the options of `check`."""
    from switchover.cli import commands  # noqa: PLC0415 - see the module

    _contract(parser, commands.check)
    parser.add_argument("--strict", action="store_true", help="fail if any operation is left out")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of lines")
    parser.add_argument(
        "--token",
        metavar="-",
        help="instead: read an access token from standard input and say offline which rule refuses it",
    )
    parser.add_argument(
        "--verifier",
        metavar="MODULE:FUNCTION",
        help="with --token: gives the OidcVerifier (default: the strict rules, and the issuer's preset)",
    )
    parser.add_argument(
        "--audience", help="with --token and without --verifier: this service (default: the token's own)"
    )
    parser.add_argument("--keys", metavar="FILE", help="with --token: the issuer's key set, to check the signature")


def generate(parser: argparse.ArgumentParser) -> None:
    """Add the options of `generate`."""
    from switchover.cli import commands  # noqa: PLC0415 - see the module

    _contract(parser, commands.generate)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if the package differs from the contract"
    )
    parser.add_argument("--package", help="folder to write to (default: `package` of [tool.switchover])")
    parser.add_argument("--interface", metavar="NAME", help="name of the Protocol (default: from `interface`)")
    parser.add_argument("--sync", action="store_true", help="`def` instead of `async def`")
    parser.add_argument("--strict", action="store_true", help="refuse a contract of which any operation is left out")
    parser.add_argument(
        "--operations",
        metavar="NAMES",
        action="append",
        help="only these operations, separated by commas (default: `operations` of [tool.switchover], or all)",
    )


def draft(parser: argparse.ArgumentParser) -> None:
    """Add the options of `draft`."""
    from switchover.cli import draft as command  # noqa: PLC0415 - see the module

    parser.set_defaults(run=command.run)
    parser.add_argument(
        "interface",
        metavar="MODULE[:CLASS]",
        help="the class; its public methods become operations. A module alone: its public functions do",
    )
    parser.add_argument(
        "--caller", metavar="MODULE:CLASS", help="type of the first argument of methods that act for somebody"
    )
    parser.add_argument("--title", help="title of the contract (default: the name of the class)")
    parser.add_argument("--server", default="/api", help="base path (default: %(default)s)")
    parser.add_argument("-o", "--output", metavar="FILE", help="where to; - is standard output (default)")
    parser.add_argument("--force", action="store_true", help="overwrite a contract that is there")
    parser.add_argument("--only", metavar="NAMES", action="append", help="methods to draft, separated by commas")
    parser.add_argument(
        "--safe", metavar="NAMES", action="append", help="methods that only read: GET, which is repeated on failure"
    )
    parser.add_argument(
        "--unsafe", metavar="NAMES", action="append", help="methods that change something, whatever they are called"
    )


def key(parser: argparse.ArgumentParser) -> None:
    """Add the commands below `key`."""
    from switchover.cli import key as command  # noqa: PLC0415 - see the module

    actions = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    _below(actions, "new", command.SUMMARY).set_defaults(run=command.new)


def freeze(parser: argparse.ArgumentParser) -> None:
    """Add the options of `freeze`."""
    from switchover.cli import commands  # noqa: PLC0415 - see the module

    _contract(parser, commands.freeze)
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if the contract is not the one pinned"
    )


def routes(parser: argparse.ArgumentParser) -> None:
    """Add the options of `routes`."""
    from switchover.cli import commands  # noqa: PLC0415 - see the module

    _contract(parser, commands.routes)
    parser.add_argument("--json", action="store_true", help="one JSON array instead of a table")


def slo(parser: argparse.ArgumentParser) -> None:
    """Add the commands below `slo`."""
    from switchover.cli import slo as command  # noqa: PLC0415 - see the module

    parser.description, parser.epilog = "What follows from the objectives of a service.", command.EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    written = parser.add_subparsers(title="what to write", metavar="WHAT", required=True)
    schema = _below(written, "schema", "write the JSON Schema of slo.toml, for editors")
    schema.set_defaults(run=command.write_schema)
    for artifact in command.ARTIFACTS:
        made = _below(written, artifact.name, f"write {artifact.summary} from slo.toml")
        _contract(made, command.write)
        made.set_defaults(artifact=artifact)
        made.add_argument(
            "--objectives", metavar="FILE", help="the objectives (default: slo.toml beside pyproject.toml)"
        )
        made.add_argument(
            "--output",
            metavar="FILE",
            help=f"where to; - is standard output (default: {artifact.path} beside pyproject.toml)",
        )
        made.add_argument(
            "--check", action="store_true", help="write nothing; exit code 1 if the file differs from the objectives"
        )


def plan(parser: argparse.ArgumentParser) -> None:
    """Add the commands below `plan`."""
    from switchover.cli import plan as command  # noqa: PLC0415 - see the module

    what = "The plan of a rollout: which operations move over together, in which order, in which steps."
    parser.description, parser.epilog = what, command.EPILOG
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    actions = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    init = _below(actions, "init", "write a first plan from the contract")
    check = _below(actions, "check", "hold the plan against the contract")
    show = _below(actions, "show", "print the plan as a table")
    schema = _below(actions, "schema", "print the JSON Schema of rollout.toml, for editors")
    schema.set_defaults(run=command.schema)
    for below, run in ((init, command.init), (check, command.check), (show, command.show)):
        _contract(below, run)
        below.add_argument(
            "--plan", metavar="FILE", help="the plan (default: `rollout` of [tool.switchover], else rollout.toml)"
        )
    init.add_argument("--force", action="store_true", help="overwrite a plan that is there")
    for below in (check, show):
        below.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def probe(parser: argparse.ArgumentParser) -> None:
    """Add the options of `probe`."""
    from switchover.cli import probe as command  # noqa: PLC0415 - see the module

    _contract(parser, command.run)
    command.add_arguments(parser)


def rehearse(parser: argparse.ArgumentParser) -> None:
    """Add the options of `rehearse`."""
    from switchover.cli import rehearse as command  # noqa: PLC0415 - see the module

    _contract(parser, command.run)
    command.add_arguments(parser)


def doctor(parser: argparse.ArgumentParser) -> None:
    """Add the options of `doctor`."""
    from switchover.cli import doctor as command  # noqa: PLC0415 - see the module

    _contract(parser, command.run)
    command.add_arguments(parser)


def _below(subparsers: _Subparsers[argparse.ArgumentParser], name: str, summary: str) -> argparse.ArgumentParser:
    return subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")


def _contract(parser: argparse.ArgumentParser, run: Callable[[argparse.Namespace], int]) -> None:
    parser.set_defaults(run=run)
    parser.add_argument("--contract", metavar="FILE", help="the contract (default: `contract` of [tool.switchover])")
