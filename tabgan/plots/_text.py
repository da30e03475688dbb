"""Names of columns and levels as matplotlib draws them."""

from typing import Any

__all__ = ["drawn_text"]


def drawn_text(text: Any, limit: int = 28) -> str:
    """Return a text that is short, in one line, and not taken for mathematics."""
    line = " ".join(str(text).split())
    if len(line) > limit:
        # Names of one family often differ at their ends.
        tail = limit // 2
        line = f"{line[: limit - tail - 1]}…{line[-tail:]}"
    return line.replace("$", r"\$")
