"""Equality of rows at measurement precision, whole or with one column left out."""

from collections.abc import Iterator, Sequence

import numpy as np

from tabgan.metrics._columns import EncodedTable

__all__ = ["RowKeys", "row_keys"]


class RowKeys:
    """Keys of the rows of several tables: equal rows have equal keys.

    Parameters
    ----------
    hashes : list of arrays of shape (n_columns, n_rows), uint64
        One array a table. The key of a row is the sum over its columns modulo 2**64; two of a
        million different rows share a key with a probability of about 1e-8.
    """

    def __init__(self, hashes: list[np.ndarray]) -> None:
        self._hashes = hashes
        self.whole = [hashed.sum(axis=0, dtype=np.uint64) for hashed in hashes]

    def projections(self) -> Iterator[list[np.ndarray]]:
        """Yield the keys of all tables: of whole rows, then with each column left out in turn."""
        yield self.whole
        n_columns = len(self._hashes[0])
        for column in range(n_columns if n_columns > 1 else 0):
            pairs = zip(self.whole, self._hashes, strict=True)
            yield [whole - hashed[column] for whole, hashed in pairs]


def row_keys(tables: Sequence[EncodedTable]) -> RowKeys:
    """Return the keys of the rows of tables encoded together."""
    ends = np.cumsum([len(table) for table in tables])
    columns = []
    for position in range(tables[0].numbers.shape[1]):
        pooled = np.concatenate([table.numbers[:, position] for table in tables])
        columns.append(np.unique(pooled, return_inverse=True)[1])
    for position in range(tables[0].levels.shape[1]):
        columns.append(np.concatenate([table.levels[:, position] for table in tables]))
    hashed = np.empty((len(columns), ends[-1]), np.uint64)
    for position, codes in enumerate(columns):
        hashed[position] = _mix(codes.astype(np.uint64) + np.uint64((position + 1) << 40))
    return RowKeys(np.split(hashed, ends[:-1], axis=1))


def unique_keys(keys: np.ndarray) -> np.ndarray:
    """Return the keys that occur once, sorted."""
    values, counts = np.unique(keys, return_counts=True)
    return values[counts == 1]


def find_keys(keys: np.ndarray, among: np.ndarray) -> np.ndarray:
    """Return whether each key is one of `among`, which is sorted."""
    if not len(among):
        return np.zeros(len(keys), bool)
    places = np.minimum(np.searchsorted(among, keys), len(among) - 1)
    return among[places] == keys


def _mix(words: np.ndarray) -> np.ndarray:
    """Scatter 64-bit words, one to one (the finalizer of SplitMix64)."""
    words = words * np.uint64(0x9E3779B97F4A7C15)
    words = (words ^ (words >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    words = (words ^ (words >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return words ^ (words >> np.uint64(31))
