"""The command `livetrip-web`: the pages as a process."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from livetrip_adapters import SettingsError, load_settings
from livetrip_web.run import run
from livetrip_web.settings import load_web_settings
from switchover import CallError
from switchover.telemetry.background import say

_EPILOG = """\
The environment:
  LIVETRIP_WEB_DEV_SIGN_IN=1      on this machine alone: whoever opens the page is who they say
  LIVETRIP_WEB_OIDC_ISSUER, LIVETRIP_WEB_OIDC_CLIENT_ID, LIVETRIP_WEB_OIDC_CLIENT_SECRET
  LIVETRIP_WEB_URL                what people type, if that is not this machine
  LIVETRIP_WEB_SESSION_KEY        seals the cookies
  LIVETRIP_WEB_SESSIONS           who is signed in: sqlite:///FILE, or postgresql://… for several machines
  LIVETRIP_WEB_HEAD_SECONDS, LIVETRIP_WEB_BODY_IDLE_SECONDS, LIVETRIP_WEB_ANSWER_IDLE_SECONDS,
  LIVETRIP_WEB_CONNECTIONS, LIVETRIP_WEB_CONNECTIONS_PER_ADDRESS (0 behind a proxy): limits for clients
  BACKEND_MODE and its settings, as for `livetrip call`
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="livetrip-web",
        description="Serve LiveTrip Diary to browsers.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made)
    return made


def add_arguments(made: argparse.ArgumentParser) -> None:
    """The options, also for `livetrip web`."""
    made.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    made.add_argument("--port", type=int, help="port to listen at, 0 for a free one (default: 8080)")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; the exit code."""
    return serve(parser().parse_args(arguments))


def serve(options: argparse.Namespace) -> int:
    """Serve as the options and the environment say."""
    try:
        web = load_web_settings(host=options.host, port=options.port)
        run(load_settings(), web, on_ready=lambda address: say(f"listening on {address.url}", sys.stdout))
    except SettingsError as error:
        say(f"livetrip-web: {error}")
        return 2
    except OSError as error:
        say(f"livetrip-web: cannot listen at {error.filename}: {error.strerror}")
        return 1
    except CallError as error:
        say(f"livetrip-web: {error}")
        return 1
    return 0
