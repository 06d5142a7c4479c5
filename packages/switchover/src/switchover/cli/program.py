"""The command line: every command with its options, and what its end means to the shell."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from typing import Final

from switchover.cli import arguments as options_of
from switchover.cli.leaving import Leaving
from switchover.cli.operating import arguments as operating
from switchover.cli.output import Output
from switchover.cli.settings import UsageError
from switchover.errors.listings import SwitchoverError
from switchover.extras import MissingExtra

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

_Adding = Callable[[argparse.ArgumentParser], None]

COMMANDS: Final[dict[str, tuple[_Adding, str]]] = {
    "check": (
        options_of.check,
        "say whether contract, lock, port, generated files and boundaries hold, and what is configured",
    ),
    "generate": (options_of.generate, "write models, failures and the Protocol from the contract"),
    "draft": (options_of.draft, "write a first contract from a typed class"),
    "key": (options_of.key, "make a key that two services share"),
    "freeze": (options_of.freeze, "pin the contract in contract.lock"),
    "routes": (options_of.routes, "list the operations: address, method, arguments, answers, failures"),
    "slo": (options_of.slo, "write alerting rules and a dashboard from slo.toml"),
    "plan": (options_of.plan, "write, check and show the plan of a rollout, rollout.toml"),
    "status": (operating.status, "show how far the rollout has come, who obeys, and how both sides do"),
    "watch": (operating.watch, "show that again and again, until Ctrl-C"),
    "start": (operating.start, "bring the next wave, or the one named, to its first stage"),
    "promote": (operating.promote, "bring the wave under way, or the one named, to its next stage"),
    "set": (operating.set_share, "give operations, groups or waves any share"),
    "hold": (operating.hold, "keep operations from going up"),
    "resume": (operating.resume, "release operations from hold and kill switch"),
    "rollback": (
        operating.rollback,
        "the kill switch: take operations back in-process, and see that all workers obey",
    ),
    "forget": (operating.forget, "strike off a worker that is known to be gone, so that nothing waits for it"),
    "history": (operating.history, "show every change: who, when, from, to, why"),
    "explain": (operating.explain, "say where a user would go, and why"),
    "probe": (options_of.probe, "ask services from outside: status, conformance, where the time goes"),
    "rehearse": (options_of.rehearse, "move safe operations up under load and back, and say whether it went well"),
    "doctor": (options_of.doctor, "say which of the seven steps of a migration are done, and what does the others"),
}
"""For each command, the function that adds its options, and a summary. The modules of a command are loaded by that function."""


def main(arguments: Sequence[str] | None, leaving: Leaving, output: Output) -> int:
    """Run a command; the exit code is that of `switchover.cli.main`."""
    try:
        options = _parser(sys.argv[1:] if arguments is None else arguments).parse_args(arguments)
        options.leaving, options.standard_output = leaving, output
        if not options.is_change:
            leaving.stand_down()
        code: int = options.run(options)
        sys.stdout.flush()
        if output.error is not None:
            lost = _ended(2, f"the output: {output.error.strerror or output.error}")
            code = code if options.is_change else lost  # the exit code of a change says what became of the change
    except (UsageError, MissingExtra) as error:
        code = _ended(2, str(error))
    except SwitchoverError as error:
        code = _ended(1, str(error))
    except OSError as error:
        code = _ended(2, f"{error.filename or 'the output'}: {error.strerror or error}")
    except KeyboardInterrupt:
        code = _ended(130, "interrupted")
    return leaving.code or code


def _ended(code: int, message: str) -> int:
    print(f"switchover: {message}", file=sys.stderr)
    return code


def _parser(arguments: Sequence[str]) -> argparse.ArgumentParser:
    """The parser of the whole line. Only the command that is run gets its options, as loading those of all takes long."""
    parser = argparse.ArgumentParser(
        prog="switchover",
        description="One OpenAPI contract, one Python interface: the same calls in-process or over HTTP.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(is_change=False)
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for name, (add_options, summary) in COMMANDS.items():
        command = subparsers.add_parser(name, help=summary, description=summary[0].upper() + summary[1:] + ".")
        if name in arguments and not _is_other(arguments[0], name):
            add_options(command)
    return parser


def _is_other(first: str, name: str) -> bool:
    """Whether the first argument names a command, and another one."""
    return first in COMMANDS and first != name
