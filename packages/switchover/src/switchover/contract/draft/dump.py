"""A draft as YAML that says the same to a reader of YAML 1.2 as to one of 1.1."""

from __future__ import annotations

from typing import Any

import yaml

from switchover.contract.source.yaml_text import is_plain_string


def dumped(document: Any) -> str:
    """The text of a document of plain values."""
    text: str = yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=120)
    return text


class _Dumper(yaml.SafeDumper):
    """Writes each use of a value out, instead of anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    """PyYAML quotes what YAML 1.1 reads otherwise; 1.2 reads further texts (`1e5`, `0o17`) as numbers."""
    style = None if is_plain_string(value) else "'"
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style)


_Dumper.add_representer(str, _text)
