"""Training: batches from rows on the device, steps, and a loop around them.

`TrainingRows` holds the encoded table on the device and draws batches. `AdversarialStep` updates
both players on one batch and returns named scalars; which losses and penalties it uses is the
objective's affair. `VariationalStep` does the same for encoder and decoder. `train` repeats
steps, sets the learning rate, averages the generator's weights and, every 50 steps, waits for the
device, records the mean scalars and asks the callbacks. Validation, early stopping, progress,
checkpoints and snapshots are callbacks. The averaged generator is the result.
"""

from tabgan.training.batches import TrainingRows
from tabgan.training.callbacks import Callback, ProgressBar, Validation
from tabgan.training.checkpoint import Checkpoint
from tabgan.training.history import TrainingState
from tabgan.training.loop import train
from tabgan.training.snapshots import Snapshot, Snapshots
from tabgan.training.steps import AdversarialStep, StepSettings
from tabgan.training.validation import HeldOutError
from tabgan.training.variational import VariationalSettings, VariationalStep

__all__ = [
    "AdversarialStep",
    "Callback",
    "Checkpoint",
    "HeldOutError",
    "ProgressBar",
    "Snapshot",
    "Snapshots",
    "StepSettings",
    "TrainingRows",
    "TrainingState",
    "Validation",
    "VariationalSettings",
    "VariationalStep",
    "train",
]
