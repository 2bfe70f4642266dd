"""Plain values to TOML text; tomllib only reads."""

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "str | int | float | bool | Sequence[Value] | Mapping[str, Value]"
Table: TypeAlias = "Mapping[str, Value]"


def to_toml(table: Table) -> str:
    """`table` as a TOML file: plain values, then tables, then arrays of tables."""
    return "\n".join(_lines(table, "")).strip() + "\n"


def _lines(table: Table, path: str) -> Iterator[str]:
    nested = {key: value for key, value in table.items() if _is_nested(value)}
    for key, value in table.items():
        if key not in nested:
            yield f"{_key(key)} = {_text(value)}"
    for key, value in nested.items():
        name = f"{path}.{_key(key)}" if path else _key(key)
        if isinstance(value, Mapping):
            yield from ("", f"[{name}]", *_lines(value, name))
        elif isinstance(value, Sequence):
            for entry in value:
                assert isinstance(entry, Mapping)
                yield from ("", f"[[{name}]]", *_lines(entry, name))


def _is_nested(value: Value) -> bool:
    """Tables, and arrays of nothing but tables."""
    if isinstance(value, str) or not isinstance(value, Mapping | Sequence):
        return False
    if isinstance(value, Mapping):
        return True
    return bool(value) and all(isinstance(entry, Mapping) for entry in value)


def _key(key: str) -> str:
    bare = key.replace("-", "").replace("_", "")
    return key if bare.isascii() and bare.isalnum() else _scalar(key)


def _text(value: Value) -> str:
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "[" + ", ".join(_text(entry) for entry in value) + "]"
    return _scalar(value)


def _scalar(value: Value) -> str:
    """JSON's strings, numbers and booleans are TOML's too, save surrogates and DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
