"""Text of unknown origin, made fit for a page.

Escaping keeps markup out of a page. What is left are characters that no escaping makes harmless:
those that HTML forbids, halves of characters that no file can hold, and marks that turn the
direction of the text around them.
"""

import math
import re
from collections.abc import Mapping
from typing import Any

__all__ = ["cleaned", "cleaned_text"]

_UNFIT = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\u202a-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]"
)


def cleaned_text(text: Any) -> str:
    """Return a text in which each unfit character is the replacement character."""
    return _UNFIT.sub("\ufffd", str(text))


def cleaned(value: Any) -> Any:
    """Return a copy of nested lists and mappings: texts fit for a page, numbers finite or None."""
    if isinstance(value, str):
        return cleaned_text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, Mapping):
        return {cleaned_text(key): cleaned(part) for key, part in value.items()}
    if isinstance(value, list | tuple):
        return [cleaned(part) for part in value]
    return cleaned_text(value)
