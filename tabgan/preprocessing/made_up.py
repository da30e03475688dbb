"""Keys and texts that are made up: which cells are missing is coded, what they hold is not."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from tabgan.preprocessing.identifiers import Residues, find_residues, make_identifiers, make_texts
from tabgan.preprocessing.invented_texts import make_emails, make_names, make_urls, make_words
from tabgan.schema import Identifier, Text
from tabgan.schema.cells import Choices, read_choices, read_numbers
from tabgan.schema.identifiers import IdentifierForm, read_form
from tabgan.schema.patterns import read_patterns
from tabgan.schema.text_forms import format_texts, parse_texts

__all__ = ["MadeUpCoder"]


@dataclass(frozen=True)
class MadeUpCoder:
    """Code every cell alike, and make up what it holds.

    Parameters
    ----------
    column : Identifier or Text
        A complete one.
    has_cells : bool, default=True
        Whether any cell was not missing at fit.
    residues : tuple of pairs of int
        Residue classes that hold no value of the table; see
        :func:`tabgan.preprocessing.identifiers.find_residues`.
    """

    column: Identifier | Text
    has_cells: bool = True
    residues: Residues = ()

    @classmethod
    def fit(cls, cells: pd.Series, column: Identifier | Text) -> tuple["MadeUpCoder", np.ndarray]:
        """Learn what to pass over from cells that are not missing; return the coder and counts."""
        what = _read_form(column)
        residues = () if what is None else find_residues(what, _read_cells(cells, column, what))
        has_cells = len(cells) > 0
        return cls(column, has_cells, residues), np.full(int(has_cells), len(cells), np.int64)

    @property
    def level_values(self) -> np.ndarray:
        """The only level, none if all cells were missing."""
        return np.full(int(self.has_cells), True, dtype=object)

    def encode(
        self, choices: Choices, generator: np.random.Generator | None = None
    ) -> tuple[np.ndarray, None]:
        """Return the only level for every cell."""
        return np.zeros(len(choices), np.int32), None

    def make(self, rows: np.ndarray, key: int) -> np.ndarray:
        """Return made-up cells for rows of these numbers, int64 or object."""
        column = self.column
        if isinstance(column, Identifier):
            made = make_identifiers(str(column.form), rows, key, self.residues)
            return made if column.text_form is None else format_texts(made, column.text_form)
        if column.form in ("phone", "code"):
            return make_texts(read_patterns(str(column.pattern)), rows, key, self.residues)
        if column.form == "name":
            return make_names(str(column.pattern), rows, key)
        if column.form == "email":
            return make_emails(rows, key)
        return (
            make_urls(rows, key) if column.form == "url" else make_words(column.n_words, rows, key)
        )


def _read_form(column: Identifier | Text) -> IdentifierForm | None:
    """Return the form of cells that are made of numbers or patterns, None for words."""
    if isinstance(column, Identifier):
        return read_form(str(column.form))
    if column.form in ("phone", "code"):
        return IdentifierForm(patterns=read_patterns(str(column.pattern)))
    return None


def _read_cells(cells: pd.Series, column: Identifier | Text, what: IdentifierForm) -> Any:
    """Return the numbers or the texts of cells."""
    present = np.zeros(len(cells), bool)
    if what.is_uuid:
        return np.array([str(cell) for cell in cells], dtype=object)
    if what.patterns:
        return np.array([str(cell) for cell in read_choices(cells, present).distinct], dtype=object)
    if column.text_form is None:
        return read_numbers(cells, present)
    choices = read_choices(cells, present)
    return parse_texts(choices.distinct, column.text_form)
