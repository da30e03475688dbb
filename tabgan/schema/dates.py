"""Dates and instants written as text: found, read, and written back to the very same text.

A form is a pattern such as ``YYYY-MM-DD``, ``DD/MM/YYYY`` or ``YYYY-MM-DDThh:mm:ssZ``. One letter
stands for a number without leading zeros, as in ``D/M/YYYY``.
"""

import re

import numpy as np

__all__ = ["DATE_FORMS", "find_date_form", "format_dates", "is_date_form", "parse_dates"]

# Where the order of day and month is open, the first form that fits all cells is taken: d/m/y.
_DAYS = (
    "YYYY-MM-DD YYYY/MM/DD DD/MM/YYYY D/M/YYYY MM/DD/YYYY M/D/YYYY "
    "DD.MM.YYYY D.M.YYYY DD-MM-YYYY MM-DD-YYYY"
).split()
_TIMES = ["", *(f"{gap}{time}{zone}" for gap in "T " for time in (
    "hh:mm", "hh:mm:ss", "hh:mm:ss.fff", "hh:mm:ss.ffffff"
) for zone in ("", "Z"))]  # fmt: skip
DATE_FORMS = tuple(day + time for day in _DAYS for time in _TIMES)
"""All forms that are recognised, in order of preference."""

_TOKEN = re.compile(r"YYYY|MM?|DD?|hh|mm|ss|f+")
_TOKENS = {
    "YYYY": (r"(\d{4})", "%04d"),
    "MM": (r"(\d{2})", "%02d"),
    "M": (r"(\d{1,2})", "%d"),
    "DD": (r"(\d{2})", "%02d"),
    "D": (r"(\d{1,2})", "%d"),
    "hh": (r"(\d{2})", "%02d"),
    "mm": (r"(\d{2})", "%02d"),
    "ss": (r"(\d{2})", "%02d"),
    "fff": (r"(\d{3})", "%03d"),
    "ffffff": (r"(\d{6})", "%06d"),
}


def is_date_form(form: str) -> bool:
    """Tell whether a text form writes dates."""
    return "YYYY" in form


def find_date_form(distinct: np.ndarray) -> str | None:
    """Return the form in which every text is a date, or None.

    Examples
    --------
    >>> import numpy as np
    >>> find_date_form(np.array(["3/4/2021", "12/11/2021"], dtype=object))
    'D/M/YYYY'
    >>> find_date_form(np.array(["3/4/2021", "12/31/2021"], dtype=object))
    'M/D/YYYY'
    """
    for form in DATE_FORMS:
        if all(_has_form(part, form) for part in (distinct[:5], distinct)):
            return form
    return None


def _has_form(texts: np.ndarray, form: str) -> bool:
    try:
        instants = parse_dates(texts, form)
    except ValueError:
        return False
    return bool(np.array_equal(format_dates(instants, form), texts))


def parse_dates(texts: np.ndarray, form: str) -> np.ndarray:
    """Return the texts as datetime64; ValueError for a text that has not the form.

    Days that no month has, such as the 31st of June, run over into the next month.
    """
    tokens, pattern = _TOKEN.findall(form), re.compile(_fill(form, 0))
    fields = []
    for text in texts:
        match = pattern.fullmatch(text)
        if match is None:
            raise ValueError(f"{text!r} is not written as {form}")
        fields.append(match.groups())
    columns = dict(
        zip((token[0] for token in tokens), _as_integers(fields, len(tokens)), strict=True)
    )
    months = (columns["Y"] - 1970) * 12 + columns["M"] - 1
    seconds = sum(
        columns.get(token, 0) * scale for token, scale in (("h", 3600), ("m", 60), ("s", 1))
    )
    instants = months.astype("M8[M]").astype("M8[D]") + (columns["D"] - 1)
    result = instants.astype("M8[s]") + np.asarray(seconds, np.int64)
    if "f" not in columns:
        return result
    unit = _fraction_unit(form)
    return result.astype(f"M8[{unit}]") + columns["f"].astype(f"m8[{unit}]")


def format_dates(instants: np.ndarray, form: str) -> np.ndarray:
    """Return datetime64 values as text of the form."""
    days, months = instants.astype("M8[D]"), instants.astype("M8[M]")
    seconds = (instants.astype("M8[s]") - days.astype("M8[s]")).astype(np.int64)
    fields = {
        "Y": instants.astype("M8[Y]").astype(np.int64) + 1970,
        "M": months.astype(np.int64) % 12 + 1,
        "D": (days - months.astype("M8[D]")).astype(np.int64) + 1,
        "h": seconds // 3600,
        "m": seconds // 60 % 60,
        "s": seconds % 60,
    }
    if "f" in form:
        unit = _fraction_unit(form)
        whole = instants.astype("M8[s]").astype(f"M8[{unit}]")
        fields["f"] = (instants.astype(f"M8[{unit}]") - whole).astype(np.int64)
    columns = [fields[token[0]].tolist() for token in _TOKEN.findall(form)]
    template = _fill(form, 1)
    texts = np.empty(len(instants), dtype=object)
    texts[:] = [template % row for row in zip(*columns, strict=True)]
    return texts


def _fill(form: str, position: int) -> str:
    """Return the form as a regular expression (0) or a template (1)."""
    literals = _TOKEN.split(form)
    filled = [_TOKENS[token][position] for token in _TOKEN.findall(form)]
    literals = [re.escape(text) for text in literals] if position == 0 else literals
    return "".join(a + b for a, b in zip(literals, [*filled, ""], strict=True))


def _as_integers(fields: list[tuple[str, ...]], n_fields: int) -> np.ndarray:
    """Return matched digits as an array of shape (n_fields, n_texts)."""
    return np.array(fields, dtype="U6").reshape(len(fields), n_fields).astype(np.int64).T


def _fraction_unit(form: str) -> str:
    return "us" if "ffffff" in form else "ms"
