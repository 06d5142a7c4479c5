"""The command `livetrip-api`: the service as a process."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from livetrip_adapters.settings import SettingsError
from livetrip_adapters.telemetry.settings import LogFormat
from livetrip_api.run import run
from livetrip_api.settings import load_api_settings
from switchover import CallError
from switchover.telemetry.background import say

_EPILOG = """\
The environment:
  LIVETRIP_SERVICE_KEY    the key that callers prove themselves with (at least 32 characters)
  LIVETRIP_TRUST=open     instead of a key: whoever reaches the service is trusted
  LIVETRIP_TRUST=KINDS    or shared-key, oidc, gcp, private-key-jwt, api-key, signed, with commas: what is accepted
                          (their variables: docs/reference/livetrip.md)
  LIVETRIP_DATABASE_URL   default sqlite:///.livetrip/livetrip.sqlite3
  LIVETRIP_PHOTOS_FOLDER, LIVETRIP_PHOTOS_URL, LIVETRIP_PHOTOS_S3_BUCKET, ...
                          where photos lie and where browsers reach them; by default in a folder beside
                          the SQLite file, at /photo-files of this process
  LIVETRIP_API_HOST, LIVETRIP_API_PORT, LIVETRIP_API_SOCKET, LIVETRIP_API_GRACE_SECONDS
  LIVETRIP_API_HEAD_SECONDS, LIVETRIP_API_BODY_IDLE_SECONDS, LIVETRIP_API_ANSWER_IDLE_SECONDS,
  LIVETRIP_API_CONNECTIONS, LIVETRIP_API_CONNECTIONS_PER_ADDRESS (0 behind a proxy): limits for clients
  LIVETRIP_LOG_FORMAT     json (default) or text; LIVETRIP_PSEUDONYM_KEYS_FILE: what people are called in logs
  LIVETRIP_METRICS_PORT   a port on 127.0.0.1 for Prometheus, beside /metrics, which is for those who are let in;
                          LIVETRIP_METRICS_DIRECTORY: for several workers, LIVETRIP_OBJECTIVES_FILE: their slo.toml
  LIVETRIP_TRACE_SHARE, LIVETRIP_SQL_COMMENTS, OTEL_EXPORTER_OTLP_ENDPOINT: traces

On SIGTERM new calls are refused and running ones finish, for as long as the grace.
"""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    made = argparse.ArgumentParser(
        prog="livetrip-api",
        description="Serve LiveTrip's backend over HTTP.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_arguments(made)
    return made


def add_arguments(made: argparse.ArgumentParser) -> None:
    """The options, also for `livetrip api`."""
    made.add_argument("--host", help="address to listen at (default: 127.0.0.1)")
    made.add_argument("--port", type=int, help="port to listen at, 0 for a free one (default: 8000)")
    made.add_argument("--socket", metavar="PATH", help="Unix socket to listen at instead")


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until a signal; the exit code."""
    options = parser().parse_args(arguments)
    return serve(options)


def serve(options: argparse.Namespace, *, log_format: LogFormat | None = LogFormat.JSON) -> int:
    """Serve as the options and the environment say; see `open_telemetry` for `log_format`."""
    try:
        settings = load_api_settings(host=options.host, port=options.port, socket=options.socket)
        run(settings, lambda address: say(f"listening on {address.url}", sys.stdout), log_format=log_format)
    except SettingsError as error:
        say(f"livetrip-api: {error}")
        return 2
    except OSError as error:
        say(f"livetrip-api: cannot listen at {error.filename}: {error.strerror}")
        return 1
    except CallError as error:
        say(f"livetrip-api: {error}")
        return 1
    return 0
