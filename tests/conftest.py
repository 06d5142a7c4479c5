"""What tests of several folders share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.issuer import Issuer, running_issuer


@pytest.fixture(scope="session")
def issuer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Issuer]:
    """A real OIDC issuer. Whoever stops it starts it again."""
    with running_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running
