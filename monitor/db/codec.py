"""Records to plain JSON values and back, for what has no column of its own; and the packed forms of pages.

`pack` leaves out fields that hold their default, `unpack` fills them in again and ignores names it does not
know, and so reads what an earlier or later version of a record wrote.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import types
import typing
import zlib
from collections.abc import Callable, Collection, Hashable, Mapping
from datetime import datetime
from enum import Enum
from functools import lru_cache
from typing import Any, TypeVar

Record = TypeVar("Record")
Decoder = Callable[[Any], Any]

_DEFAULTS: dict[Any, dict[str, Any]] = {}
_HOMELESS: dict[tuple[Any, Hashable], tuple[tuple[str, Any], ...]] = {}
_DECODERS: dict[Any, dict[str, Decoder]] = {}
"""What is found out once for each kind of record."""


def dumps(value: Any) -> str:
    """Return compact JSON with letters as they are: Cyrillic as escapes would take three times the space."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def pack(value: Any) -> Any:
    """Return the JSON form of a record, an enum, a time, or a tuple or set of them."""
    if isinstance(value, Enum):
        return value.value
    if value is None or isinstance(value, str | int | float):
        return value
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, tuple | list):
        return [pack(item) for item in value]
    if isinstance(value, frozenset | set):
        return sorted(pack(item) for item in value)
    if isinstance(value, Mapping):
        return {key: pack(item) for key, item in value.items()}
    return {
        name: pack(field)
        for name, default in _defaults(type(value)).items()
        if (field := getattr(value, name)) != default
    }


def unpack(kind: type[Record], data: Mapping[str, Any]) -> Record:
    """Return the record of that kind from its JSON form."""
    decoders = field_decoders(kind)
    return kind(**{name: decoders[name](value) for name, value in data.items() if name in decoders})


def rest(record: Any, columns: Hashable) -> dict[str, Any] | None:
    """Return the JSON form of the fields that have no column, None where all are at their default."""
    packed = {
        name: pack(value)
        for name, default in _homeless(type(record), columns)
        if (value := getattr(record, name)) != default
    }
    return packed or None


def unpack_fields(kind: type[Any], data: Mapping[str, Any] | None) -> dict[str, Any]:
    """Return the fields `rest` has put away, as arguments for the record's constructor."""
    if not data:
        return {}
    decoders = field_decoders(kind)
    return {name: decoders[name](value) for name, value in data.items() if name in decoders}


def squeeze(record: Any) -> bytes:
    """Return a record as compressed JSON; pages shrink to about a third."""
    return zlib.compress(dumps(pack(record)).encode())


def unsqueeze(kind: type[Record], data: bytes) -> Record:
    """Return the record from its compressed JSON."""
    return unpack(kind, json.loads(zlib.decompress(data)))


@lru_cache(maxsize=4096)
def url_hash(url: str) -> int:
    """Return 64 bits of the URL's BLAKE2b, signed: an index over it takes a tenth of one over the text."""
    return int.from_bytes(hashlib.blake2b(url.encode(), digest_size=8).digest(), "big", signed=True)


def _defaults(kind: Any) -> dict[str, Any]:
    """Return (field name, default) in order; a fresh object stands for "no default", equal to nothing."""
    if kind not in _DEFAULTS:
        _DEFAULTS[kind] = {field.name: _default(field) for field in dataclasses.fields(kind)}
    return _DEFAULTS[kind]


def _homeless(kind: Any, columns: Hashable) -> tuple[tuple[str, Any], ...]:
    """Return (name, default) of the fields without a column; ``columns`` is a tuple or frozenset of names."""
    found = _HOMELESS.get((kind, columns))
    if found is None:
        assert isinstance(columns, Collection)
        found = tuple((name, default) for name, default in _defaults(kind).items() if name not in columns)
        _HOMELESS[kind, columns] = found
    return found


def _default(field: dataclasses.Field[Any]) -> Any:
    if field.default is not dataclasses.MISSING:
        return field.default
    made = field.default_factory
    return object() if isinstance(made, dataclasses._MISSING_TYPE) else made()  # noqa: SLF001  its only name


def field_decoders(kind: Any) -> dict[str, Decoder]:
    """Return what makes each field of a record from its JSON form."""
    if kind not in _DECODERS:
        _DECODERS[kind] = {name: _decoder(hint) for name, hint in typing.get_type_hints(kind).items()}
    return _DECODERS[kind]


def _decoder(hint: Any) -> Decoder:
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in {types.UnionType, typing.Union}:
        return _optional(_decoder(next(kind for kind in arguments if kind is not type(None))))
    if origin is tuple:
        return _tuple_decoder(arguments)
    if origin is frozenset:
        return frozenset
    if hint is datetime:
        return datetime.fromisoformat
    if isinstance(hint, type) and issubclass(hint, Enum):
        return hint
    if dataclasses.is_dataclass(hint):
        return lambda value: unpack(typing.cast("type[Any]", hint), value)
    return _as_it_is


def _tuple_decoder(arguments: tuple[Any, ...]) -> Decoder:
    if len(arguments) == 2 and arguments[1] is Ellipsis:
        each = _decoder(arguments[0])
        return lambda value: tuple(each(item) for item in value)
    decoders = [_decoder(argument) for argument in arguments]
    return lambda value: tuple(decode(item) for decode, item in zip(decoders, value, strict=True))


def _optional(decode: Decoder) -> Decoder:
    return lambda value: None if value is None else decode(value)


def _as_it_is(value: Any) -> Any:
    return value
