"""Pages out of templates: everything is escaped, and a name that a template does not have is an error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined

from livetrip_web.edge.guest import THEMES, Guest
from livetrip_web.pages.assets import Assets
from livetrip_web.words import FIRST, LANGUAGES, dates, say
from livetrip_web.words.differences import differences
from livetrip_web.words.tongue import tongue


class Renderer:
    """Renders the templates of this package."""

    def __init__(self, assets: Assets) -> None:
        self._templates = Environment(
            loader=PackageLoader("livetrip_web"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.tests["said"] = LANGUAGES[FIRST].__contains__
        self._templates.globals |= {
            "asset": assets.address,
            "dates": dates,
            "differences": differences,
            "languages": tuple(LANGUAGES),
            "themes": THEMES,
            "tongue": tongue,
        }

    def render(self, name: str, guest: Guest, path: str, values: Mapping[str, Any]) -> str:
        """A page for a guest. `path`: where it is, for those who come back to it."""

        def t(key: str, **given: object) -> str:
            return say(guest.language, key, **given)

        told = guest.told()
        return self._templates.get_template(name).render(
            **values, t=t, lang=guest.language, theme=guest.theme, guest=guest, told=told, path=path
        )
