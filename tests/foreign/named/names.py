"""Methods that say what was called."""

from __future__ import annotations


class Names:
    async def root(self) -> str:
        return "root"

    async def items_list(self) -> str:
        return "list"

    async def slashed(self, id: str) -> str:  # noqa: A002
        return id

    async def items_read(
        self, path_id: str, query_id: str, select: str | None = None, page_number: int | None = None
    ) -> str:
        return f"{path_id} {query_id} {select} {page_number}"

    async def get_http_item2(self) -> str:
        return "mine"

    async def größe(self, id: str, thing_id: str, class_: str = "none") -> str:  # noqa: A002, PLC2401
        return f"{id} {thing_id} {class_}"

    async def odd_path(self) -> str:
        return "odd"
