"""Everything that is refused by name: the message says what, and where it stands."""

from __future__ import annotations

import pytest

from foreign.refusing import Refused, said_about
from foreign.tables import bodies, documents, operations, parameters, schemas, security

TABLE = {**documents.TABLE, **operations.TABLE, **parameters.TABLE, **bodies.TABLE, **schemas.TABLE, **security.TABLE}


class AnyInterface:
    """Its methods take nothing and give nothing back."""

    def op(self) -> None: ...


@pytest.mark.parametrize("refused", TABLE.values(), ids=TABLE.keys())
def test_it_is_refused_by_name_with_its_place(refused: Refused) -> None:
    said = said_about(refused, AnyInterface)

    assert any(refused.expected in item for item in said), "\n".join([refused.expected, "is not among", *said])
