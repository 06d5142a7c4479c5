"""Names that a generated package gives out, each once."""

from __future__ import annotations

import builtins
import keyword
from typing import Final

_IMPORTED: Final = frozenset(
    """
    Annotated Any AnyUrl AwareDatetime Base64Str BaseModel ClassVar ConfigDict Decimal EmailStr Enum Field IPv4Address IPv6Address
    IntEnum JsonValue Literal Optional Path Protocol RootModel SecretStr StrEnum TypeAliasType UUID UUID4 Union
    """.split()
)
"""What the generated modules import."""

RESERVED: Final = _IMPORTED | {"CONTRACT", "Caller"} | {name for name in dir(builtins) if name[:1].isupper()}


GENERATED_WITHOUT: Final = "__switchover_without__"
"""An attribute of a generated Protocol: the operations that it does without, each with the reason."""


class Names:
    """Names, each given out once; the same claims in the same order always give the same names."""

    def __init__(self) -> None:
        self._taken = set(RESERVED)

    def reserve(self, *names: str) -> None:
        """Keep names from being given out."""
        self._taken.update(names)

    def claim(self, wanted: str, suffix: str) -> str:
        """`wanted` itself; with `suffix` if Python or the package needs it; with a number if it is given out already."""
        name = f"{wanted}{suffix}" if wanted in RESERVED or keyword.iskeyword(wanted) else wanted
        base, count = name, 2
        while name in self._taken:
            name, count = f"{base}{count}", count + 1
        self._taken.add(name)
        return name
