"""From a sampler's blocks of codes to tables of the size that was asked for."""

from collections.abc import Iterator

import pandas as pd

from tabgan._random import child_generator
from tabgan.preprocessing import TableTransformer
from tabgan.sampling import ConditionalSampler, Sampler


def decoded_blocks(
    sampler: Sampler, transformer: TableTransformer, n_samples: int, seed: int, *, refine: bool
) -> Iterator[pd.DataFrame]:
    """Tables of the sampler's blocks, cut off after `n_samples` rows."""
    n_drawn = 0
    for codes in sampler.blocks(seed, refine=refine):
        generator = child_generator(seed, "decode")  # the same for all blocks of a sample
        table = transformer.decode(codes, generator=generator, first_row=n_drawn)
        yield table.iloc[: n_samples - n_drawn]
        n_drawn += len(codes)
        if n_drawn >= n_samples:
            return


def decoded_conditional_blocks(
    sampler: ConditionalSampler, transformer: TableTransformer, *, refine: bool
) -> Iterator[pd.DataFrame]:
    """Tables of the blocks of a conditional sampler, cut off after its number of rows."""
    n_drawn = 0
    for codes, rows, dealt in sampler.blocks(refine=refine):
        generator = child_generator(sampler.seed, "decode")
        limits = sampler.conditions.level_limits(rows, dealt)
        table = transformer.decode(codes, generator=generator, first_row=n_drawn, limits=limits)
        table = sampler.conditions.restore(table, codes, rows)
        yield table.iloc[: sampler.n_rows - n_drawn]
        n_drawn += len(codes)


def pieces(
    blocks: Iterator[pd.DataFrame], n_samples: int, chunk_rows: int
) -> Iterator[pd.DataFrame]:
    """Cut and join blocks into tables of `chunk_rows` rows, with a running RangeIndex."""
    waiting: list[pd.DataFrame] = []
    n_waiting = n_given = 0
    while n_given < n_samples:
        n_wanted = min(chunk_rows, n_samples - n_given)
        while n_waiting < n_wanted:
            waiting.append(next(blocks))
            n_waiting += len(waiting[-1])
        joined = waiting[0] if len(waiting) == 1 else join(waiting)
        piece = joined.iloc[:n_wanted]
        waiting, n_waiting = [joined.iloc[n_wanted:]], n_waiting - n_wanted
        index = pd.RangeIndex(n_given, n_given + n_wanted)
        n_given += n_wanted
        yield piece.set_axis(index)


def join(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Put tables under one another, column by column, so that memory holds little twice."""
    names = tables[0].columns
    columns = {}
    for position in range(len(names)):
        parts = [table.iloc[:, position] for table in tables]
        columns[position] = pd.concat(parts, ignore_index=True)
    return pd.DataFrame(columns, copy=False).set_axis(names, axis=1)
