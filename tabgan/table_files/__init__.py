"""Tables from CSV and Parquet files and back, with every cell in the form that it had.

A CSV says nothing of types. A column becomes numbers only if they can be written back as they were;
everything else stays text: codes with leading zeros, dates, "1,234", "12.50" where the last zero
counts. The schema recognises numbers and dates in such text, models them as what they are, and
writes them in the same form again.
"""

from tabgan.table_files.cells import MISSING_TOKENS, type_cells
from tabgan.table_files.csv_reading import read_csv
from tabgan.table_files.files import is_table_path, read_table, write_table
from tabgan.table_files.writing import write_csv, write_parquet

__all__ = [
    "MISSING_TOKENS",
    "is_table_path",
    "read_csv",
    "read_table",
    "type_cells",
    "write_csv",
    "write_parquet",
    "write_table",
]
