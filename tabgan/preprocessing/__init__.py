"""From a table to compact codes and back.

Each column becomes one or two *parts*. A *level part* is a choice among levels: categories, the
values of a number column with few of them, frequent single values (*spikes*), "missing", and
"continuous", or several *clusters* instead. A *normal part* is the normal score of a continuous
value's rank (in its cluster). The *codes* of a table are the levels as integers and the normals as
floats; the *layout* says which column owns which part.

:class:`TableTransformer` learns a coder for each column, in the steps that its file names say:
``text`` reads written numbers and dates, ``datetime`` counts ticks, ``numeric`` finds spikes,
``clusters`` parts the rest and ``value_map`` maps it, ``categorical`` lists levels, ``missing``
adds a level of its own, ``column`` puts them together and gives back the dtype, and
``level_blocks`` lets rare levels of columns of very many share levels of the codes. Columns that
are functions of one or two others are looked up (``relations``), those tied to others by sums,
order or equality completed after them (``ties``). Keys and texts of single rows are made up anew
(``made_up``, from ``identifiers`` and ``invented_texts``). What is learned holds no value of a
single row, except levels, and what goes with them. Conditions on a sample are read by the same
coders (``wanted`` is what users write, ``given_cells`` and ``allowed`` read it for one column,
``condition_reading`` for several, ``lookup_conditions`` and ``tied_conditions`` where they are
looked up or tied; ``computed_sets`` what is asked of a column that is computed from others,
``copies`` where it is a copy, and ``reach`` what it can have at all).
"""

from tabgan.preprocessing.condition_texts import condition_from_text
from tabgan.preprocessing.conditions import Conditions
from tabgan.preprocessing.layout import NORMAL_GRID, Codes, Layout, LevelPart, NormalPart
from tabgan.preprocessing.table import NUMBER_CODINGS, TableTransformer
from tabgan.preprocessing.wanted import MISSING, Between

__all__ = [
    "MISSING",
    "NORMAL_GRID",
    "NUMBER_CODINGS",
    "Between",
    "Codes",
    "Conditions",
    "Layout",
    "LevelPart",
    "NormalPart",
    "TableTransformer",
    "condition_from_text",
]
