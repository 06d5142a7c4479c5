"""The language of what people wrote, as far as its letters tell; screen readers and fonts go by it."""

from __future__ import annotations

import re
from typing import Final

_KANA: Final = re.compile(r"[ぁ-ゖァ-ヺｦ-ﾝ]")
_HAN: Final = re.compile(r"[㐀-䶿一-鿿々〆]")


def tongue(language: str, text: str) -> str:
    """A value for `lang` on a page in a language: `ja` where there are kana, nothing (unknown: HTML, section 3.2.6.2) where the letters are not
    the page's, otherwise the page's own.
    """
    if _KANA.search(text):
        return "ja"
    is_han = _HAN.search(text) is not None
    return language if is_han == (language == "ja") else ""
