"""What axe-core finds on a page: barriers for those who do not see it, or use no mouse."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from support.node import installed

if TYPE_CHECKING:
    from playwright.sync_api import Page

_FOLDER: Final = Path(__file__).parent / "axe"
_RULES: Final = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}


def axe() -> str:
    """The script, installed by whoever comes first."""
    return (installed(_FOLDER) / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")


def barriers(page: Page, script: str) -> list[str]:
    """What stands in the way on the page as it is shown: a line for each element. The script comes in by the debugger, past the policy."""
    page.evaluate(script)
    found = page.evaluate("rules => axe.run(document, rules)", _RULES)
    return [
        f"{page.url} {violation['id']}: {node['target']} {node['failureSummary']}"
        for violation in found["violations"]
        for node in violation["nodes"]
    ]


def sticking_out(page: Page) -> list[str]:
    """Has to be scrolled sideways (WCAG 2.2, 1.4.10): a line if so."""
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    return [f"{page.url} sticks out by {over} pixels"] if over > 0 else []
