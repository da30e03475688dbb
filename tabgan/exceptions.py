"""The errors and warnings of tabgan.

::

    Exception
      TabganError                    everything below; catch this one to catch all
        InvalidParameterError        an argument of a constructor or a method
        TableError                   the table cannot be used
        SchemaError                  the schema and the table disagree
          UnseenLevelError           a later table holds a level that fit never saw
        ArchiveError                 the file is not, or no longer, a readable archive
          ArchiveVersionError        the archive was written by a newer tabgan
          CheckpointError            the checkpoint does not fit this estimator or table
        TableFileError               a CSV or Parquet file that cannot be read or written
        MissingDependencyError       an optional dependency is not installed
        TrainingError                training failed before any usable weights existed
    UserWarning
      TabganWarning
        DataWarning                  something in the table that may deserve a change
        TrainingWarning              training stopped early, diverged or was interrupted
        ConditionWarning             conditions that the model has hardly ever seen together

An estimator used before ``fit`` raises :class:`sklearn.exceptions.NotFittedError`, as everywhere in
scikit-learn.
"""

__all__ = [
    "ArchiveError",
    "ArchiveVersionError",
    "CheckpointError",
    "ConditionWarning",
    "DataWarning",
    "InvalidParameterError",
    "MissingDependencyError",
    "SchemaError",
    "TabganError",
    "TabganWarning",
    "TableError",
    "TableFileError",
    "TrainingError",
    "TrainingWarning",
    "UnseenLevelError",
]


class TabganError(Exception):
    """Base of every error that tabgan raises on purpose."""


class InvalidParameterError(TabganError, ValueError, TypeError):
    """Raised when an argument has the wrong type or lies outside its range."""


class TableError(TabganError, ValueError):
    """Raised when a table cannot be used: empty, doubled column names, infinite values, lists."""


class SchemaError(TabganError, ValueError):
    """Raised when a schema and a table, or a schema and itself, disagree."""


class UnseenLevelError(SchemaError):
    """Raised when a later table holds a level that the fitted table did not."""


class ArchiveError(TabganError, ValueError):
    """Raised when a file is not, or is no longer, a readable archive, or cannot be written."""


class ArchiveVersionError(ArchiveError):
    """Raised when an archive was written by a newer version of tabgan."""


class CheckpointError(ArchiveError):
    """Raised when a checkpoint does not fit this estimator or this table."""


class TableFileError(TabganError, ValueError):
    """Raised when a CSV or Parquet file cannot be read or written."""


class MissingDependencyError(TabganError, ImportError):
    """Raised when an optional dependency is needed and not installed."""


class TrainingError(TabganError, RuntimeError):
    """Raised when training failed before any usable weights existed."""


class TabganWarning(UserWarning):
    """Base of every warning that tabgan gives."""


class DataWarning(TabganWarning):
    """Given for something in the table that the user may want to change."""


class TrainingWarning(TabganWarning):
    """Given when training stopped early, diverged or was interrupted."""


class ConditionWarning(TabganWarning):
    """Given for conditions that the model has hardly ever seen together."""
