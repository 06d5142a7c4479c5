"""What holds for all tests, and what tests of several folders share."""

from __future__ import annotations

import signal
from collections.abc import Iterator

import pytest
from hypothesis import settings

from support.issuer import Issuer, running_issuer

# How long an example takes says something about the machine, nothing about the code.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")

# A shell starts what runs in the background with SIGINT ignored, and nohup ignores SIGHUP: every process that tests start would too.
for number, handler in ((signal.SIGINT, signal.default_int_handler), (signal.SIGHUP, signal.SIG_DFL)):
    if signal.getsignal(number) is signal.SIG_IGN:
        signal.signal(number, handler)


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """A real OIDC issuer. Whoever stops it starts it again."""
    with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running
