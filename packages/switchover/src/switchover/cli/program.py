"""The command line: every command with its options, and what its end means to the shell."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Final

from switchover.cli import commands, doctor, operating, plan, probe, rehearse, slo
from switchover.cli.settings import UsageError
from switchover.errors import SwitchoverError

_EPILOG = """\
The contract, the package to generate and the interface are read from [tool.switchover] in the nearest pyproject.toml.

  switchover draft shop.catalogue:Catalogue > openapi/openapi.yaml    start from a class that exists
  switchover freeze                                                   pin the contract as agreed
  switchover generate                                                 models, failures and the Protocol from the contract
  switchover check                                                    does everything hold? (exit code 1 if not)
  switchover slo rules                                                alerts for Prometheus, from what slo.toml promises
  switchover probe https://diary.example --region tokyo               is it well, seen from outside, and where does the time go?
  switchover plan init                                                rollout.toml: who moves over, in which order and steps
  switchover rehearse                                                 up through the stages under load, and back: is it safe?
  switchover doctor                                                   how far the migration is, and what is next
  switchover status                                                   how far the rollout has come, and how both sides do
  switchover rollback --why 'wrong answers'                           everything back in-process, and who has obeyed
"""


_APART: Final = (
    ("probe", probe, "ask services from outside: status, conformance, where the time goes"),
    ("rehearse", rehearse, "move safe operations up under load and back, and say whether it went well"),
    ("doctor", doctor, "say which of the seven steps of a migration are done, and what does the others"),
)
"""Commands that bring options of their own."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a command; the exit code is that of `switchover.cli.main`."""
    try:
        options = _parser().parse_args(arguments)
        code: int = options.run(options)
        sys.stdout.flush()
    except UsageError as error:
        return _ended(2, str(error))
    except SwitchoverError as error:
        return _ended(1, str(error))
    except BrokenPipeError:
        _discard_output()
        return 0
    except OSError as error:
        _discard_output()
        return _ended(2, f"{error.filename or 'the output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        return _ended(130, "interrupted")
    return code


def _ended(code: int, message: str) -> int:
    print(f"switchover: {message}", file=sys.stderr)
    return code


def _discard_output() -> None:
    """What could not be written is not tried again when the process ends."""
    try:
        sys.stdout.flush()
    except OSError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="switchover",
        description="One OpenAPI contract, one Python interface: the same calls in-process or over HTTP.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    check = _command(
        subparsers,
        "check",
        commands.check,
        "say whether contract, lock, port, generated files and boundaries hold, and what is configured",
    )
    check.add_argument("--json", action="store_true", help="one JSON object instead of lines")

    generate = _command(
        subparsers, "generate", commands.generate, "write models, failures and the Protocol from the contract"
    )
    generate.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if the package differs from the contract"
    )
    generate.add_argument("--package", help="folder to write to (default: `package` of [tool.switchover])")
    generate.add_argument("--interface", metavar="NAME", help="name of the Protocol (default: from `interface`)")
    generate.add_argument("--sync", action="store_true", help="`def` instead of `async def`")

    _draft(subparsers)
    freeze = _command(subparsers, "freeze", commands.freeze, "pin the contract in contract.lock")
    freeze.add_argument(
        "--check", action="store_true", help="write nothing; exit code 1 if the contract is not the one pinned"
    )

    routes = _command(
        subparsers, "routes", commands.routes, "list the operations: address, method, arguments, answers, failures"
    )
    routes.add_argument("--json", action="store_true", help="one JSON array instead of a table")
    _slo(subparsers)
    _plan(subparsers)
    operating.add_commands(subparsers)
    for name, module, summary in _APART:
        module.add_arguments(_command(subparsers, name, module.run, summary))
    return parser


def _draft(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    draft = _command(subparsers, "draft", commands.draft, "write a first contract from a typed class", contract=False)
    draft.add_argument("interface", metavar="MODULE:CLASS", help="the class; its public methods become operations")
    draft.add_argument(
        "--caller", metavar="MODULE:CLASS", help="type of the first argument of methods that act for somebody"
    )
    draft.add_argument("--title", help="title of the contract (default: the name of the class)")
    draft.add_argument("--server", default="/api", help="base path (default: %(default)s)")


def _slo(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "slo",
        help="write alerting rules and a dashboard from slo.toml",
        description="What follows from the objectives of a service.",
        epilog=slo.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    written = parser.add_subparsers(title="what to write", metavar="WHAT", required=True)
    summary = "write the JSON Schema of slo.toml, for editors"
    _command(written, "schema", slo.write_schema, summary, contract=False)
    for artifact in slo.ARTIFACTS:
        command = _command(written, artifact.name, slo.write, f"write {artifact.summary} from slo.toml")
        command.set_defaults(artifact=artifact)
        command.add_argument(
            "--objectives", metavar="FILE", help="the objectives (default: slo.toml beside pyproject.toml)"
        )
        command.add_argument(
            "--output",
            metavar="FILE",
            help=f"where to; - is standard output (default: {artifact.path} beside pyproject.toml)",
        )
        command.add_argument(
            "--check", action="store_true", help="write nothing; exit code 1 if the file differs from the objectives"
        )


def _plan(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    parser = subparsers.add_parser(
        "plan",
        help="write, check and show the plan of a rollout, rollout.toml",
        description="The plan of a rollout: which operations move over together, in which order, in which steps.",
        epilog=plan.EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = parser.add_subparsers(title="what to do", metavar="WHAT", required=True)
    init = _command(actions, "init", plan.init, "write a first plan from the contract")
    init.add_argument("--force", action="store_true", help="overwrite a plan that is there")
    check = _command(actions, "check", plan.check, "hold the plan against the contract")
    show = _command(actions, "show", plan.show, "print the plan as a table")
    _command(actions, "schema", plan.schema, "print the JSON Schema of rollout.toml, for editors", contract=False)
    for command in (init, check, show):
        command.add_argument(
            "--plan", metavar="FILE", help="the plan (default: `rollout` of [tool.switchover], else rollout.toml)"
        )
    for command in (check, show):
        command.add_argument("--json", action="store_true", help="one JSON object instead of lines")


def _command(
    subparsers: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    run: commands.Command,
    summary: str,
    *,
    contract: bool = True,
) -> argparse.ArgumentParser:
    parser = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
    parser.set_defaults(run=run)
    if contract:
        parser.add_argument(
            "--contract", metavar="FILE", help="the contract (default: `contract` of [tool.switchover])"
        )
    return parser
