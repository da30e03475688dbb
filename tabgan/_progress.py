"""The progress bar, for terminals and notebooks."""

import warnings

with warnings.catch_warnings():
    # A notebook without widgets gets the bar as text, and needs no warning whenever it imports us.
    warnings.filterwarnings("ignore", message="IProgress not found")
    from tqdm.auto import tqdm

__all__ = ["tqdm"]
