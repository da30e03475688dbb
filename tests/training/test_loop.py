"""The loop around adversarial steps: averages, records, stops, divergence, interruption."""

import copy
import math
from dataclasses import replace

import pytest
import torch

from tabgan.estimators._building import Split, make_step, start_training, validation_callbacks
from tabgan.estimators._settings import TrainingPlan
from tabgan.exceptions import (
    CheckpointError,
    InvalidParameterError,
    TabganError,
    TrainingError,
    TrainingWarning,
)
from tabgan.objectives import OBJECTIVES
from tabgan.training import Callback, Checkpoint, HeldOutError, TrainingState, train
from tests.encoded import small_codes, small_layout

PLAN = TrainingPlan(
    objective=OBJECTIVES["relativistic"],
    max_steps=150,
    batch_size=32,
    learning_rate=1e-3,
    noise_dim=8,
    generator_layers=(16,),
    discriminator_layers=(16,),
    conditional=True,
    column_masking=True,
    moment_weight=0.002,
    n_iter_no_change=3,
)


def _run(
    *callbacks: Callback,
    plan: TrainingPlan = PLAN,
    seed: int = 0,
    max_time: float | None = None,
    step_wrapper=lambda step: step,
    validates: bool = False,
) -> TrainingState:
    layout, codes = small_layout(), small_codes(500)
    state, rows = start_training(layout, codes, plan, seed, torch.device("cpu"))
    step = step_wrapper(make_step(state, rows, plan))
    if validates:
        split = Split(codes, small_codes(400, seed=1))
        (validation,) = validation_callbacks(state, layout, split, plan.n_iter_no_change, seed)
        validation.every = 50
        callbacks = (validation, *callbacks)
    train(state, step, learning_rate=1e-3, averaging=0.9, max_time=max_time, callbacks=callbacks)
    return state


def _weights(state: TrainingState) -> torch.Tensor:
    return torch.cat([p.detach().flatten() for p in state.averaged.parameters()])


class _Interrupt(Callback):
    """Raise KeyboardInterrupt at the first record from `step` on."""

    def __init__(self, step: int) -> None:
        self.step = step

    def on_record(self, state: TrainingState) -> None:
        if state.step >= self.step:
            raise KeyboardInterrupt


def test_the_same_seed_gives_the_same_weights_and_another_seed_others():
    assert torch.equal(_weights(_run()), _weights(_run()))
    assert not torch.equal(_weights(_run()), _weights(_run(seed=1)))


def test_training_leaves_the_global_generator_alone():
    before = torch.get_rng_state()
    _run()
    assert torch.equal(before, torch.get_rng_state())


def test_history_holds_finite_means_every_fifty_steps():
    state = _run(plan=replace(PLAN, max_steps=120))
    assert [record["step"] for record in state.history] == [50, 100, 120]
    assert all(math.isfinite(v) for record in state.history for v in record.values())
    assert state.stop_reason == "max_steps"


@pytest.mark.parametrize("switch", ["conditional", "column_masking", "moment_weight"])
def test_every_switch_can_be_turned_off(switch):
    off = 0.0 if switch == "moment_weight" else False
    assert _run(plan=replace(PLAN, max_steps=10, **{switch: off})).step == 10


def test_a_time_limit_ends_training():
    state = _run(plan=replace(PLAN, max_steps=10**6), max_time=0.5)
    assert state.stop_reason == "max_time"
    assert state.step < 10**6


def test_a_callback_ends_training_by_returning_true():
    class Stop(Callback):
        def on_record(self, state):
            return True

    state = _run(Stop())
    assert (state.step, state.stop_reason) == (50, "callback")


def test_an_interrupt_keeps_the_model_and_warns():
    with pytest.warns(TrainingWarning, match="interrupted after 100 of 150 steps"):
        state = _run(_Interrupt(100))
    assert state.stop_reason == "interrupted"
    assert _weights(state).isfinite().all()


def _diverge_after(n_steps: int):
    def wrap(step):
        def diverging(progress):
            scalars = step(progress)
            if diverging.count >= n_steps:
                with torch.no_grad():
                    for weight in step.model.generator.parameters():
                        weight.fill_(float("nan"))
            diverging.count += 1
            return scalars

        diverging.count = 0
        return diverging

    return wrap


def test_divergence_returns_to_the_last_finite_weights_and_says_what_to_change():
    with pytest.warns(TrainingWarning, match="step 100 are kept"):
        state = _run(step_wrapper=_diverge_after(110))
    assert state.stop_reason == "diverged"
    assert _weights(state).isfinite().all()


def test_divergence_before_any_record_is_an_error():
    with pytest.raises(TrainingError, match=r"within the first 50 steps\. Lower learning_rate"):
        _run(step_wrapper=_diverge_after(3))


def test_best_weights_are_kept_and_training_stops_without_gain():
    layout, codes = small_layout(), small_codes(400, seed=1)
    plan = replace(PLAN, max_steps=100_000, n_iter_no_change=2)
    state, rows = start_training(layout, small_codes(500), plan, 0, torch.device("cpu"))
    callbacks = validation_callbacks(state, layout, Split(codes, codes), plan.n_iter_no_change, 0)
    train(
        state,
        make_step(state, rows, plan),
        learning_rate=1e-3,
        averaging=0.9,
        max_time=60,
        callbacks=callbacks,
    )
    errors = [r["validation_error"] for r in state.history if "validation_error" in r]
    assert state.best_error == min(errors)
    assert callbacks[0].error(state.averaged_model()) == pytest.approx(min(errors), abs=1e-6)


def test_the_held_out_error_of_the_rows_themselves_is_zero_and_of_others_is_not():
    layout, codes = small_layout(), small_codes(3000)
    state, _ = start_training(layout, codes, PLAN, 0, torch.device("cpu"))
    error = HeldOutError(codes, layout, state.model.inputs, seed=0)

    class Replay:
        def draw_rows(self, n_rows, rng):
            return torch.as_tensor(codes.levels).long(), torch.as_tensor(codes.normals)

    assert error(Replay()) == pytest.approx(0, abs=1e-6)
    assert error(state.averaged_model()) > 0.02


def _interrupt_within_step(number: int):
    def wrap(step):
        def interrupted(progress):
            interrupted.count += 1
            scalars = step(progress)
            if interrupted.count == number:
                raise KeyboardInterrupt
            return scalars

        interrupted.count = 0
        return interrupted

    return wrap


@pytest.mark.parametrize("validates", [False, True])
@pytest.mark.parametrize("at", ["a record", "a step"])
def test_a_resumed_fit_gives_the_weights_of_an_uninterrupted_one(tmp_path, at, validates):
    path = tmp_path / "fit.checkpoint"
    interrupt = {"step_wrapper": _interrupt_within_step(120)} if at == "a step" else {}
    with pytest.warns(TrainingWarning):
        _run(
            Checkpoint(path, every=50),
            _Interrupt(100 if at == "a record" else 999),
            validates=validates,
            **interrupt,
        )
    resumed = _run(Checkpoint(path, every=50), validates=validates)
    whole = _run(validates=validates)
    assert resumed.step == whole.step == 150
    assert resumed.best_error == whole.best_error
    assert torch.equal(_weights(resumed), _weights(whole))
    assert [r["step"] for r in resumed.history] == [r["step"] for r in whole.history]


def test_a_finished_checkpoint_ends_training_at_once(tmp_path):
    path = tmp_path / "fit.checkpoint"
    plan = replace(PLAN, max_steps=100_000, n_iter_no_change=1)
    first = _run(Checkpoint(path), plan=plan, validates=True)
    assert first.stop_reason == "early_stopping"
    again = _run(Checkpoint(path), plan=plan, validates=True)
    assert (again.step, again.stop_reason) == (first.step, "early_stopping")
    assert torch.equal(_weights(again), _weights(first))


@pytest.mark.parametrize("every", [0, 30, 75, 50.0])
def test_a_checkpoint_must_save_at_records(tmp_path, every):
    with pytest.raises(InvalidParameterError, match="multiple of 50"):
        _run(Checkpoint(tmp_path / "fit.checkpoint", every=every))


def test_a_checkpoint_that_cannot_be_written_is_refused_before_training(tmp_path):
    with pytest.raises(TabganError, match="nowhere"):
        _run(Checkpoint(tmp_path / "nowhere" / "fit.checkpoint"))


def test_a_time_limit_is_followed_by_a_last_validation():
    plan = replace(PLAN, max_steps=10**6)
    state = _run(plan=plan, max_time=0.7, validates=True)
    assert "validation_error" in state.history[-1]


def test_weights_that_overflow_in_the_last_step_are_not_kept():
    with pytest.warns(TrainingWarning, match="a weight became nan by step 150"):
        state = _run(step_wrapper=_diverge_after(149))
    assert _weights(state).isfinite().all()


@pytest.mark.parametrize("change", [{"batch_size": 16}, {"max_steps": 200}])
def test_a_checkpoint_of_another_fit_is_refused(tmp_path, change):
    path = tmp_path / "fit.checkpoint"
    _run(Checkpoint(path))
    (name,) = change
    with pytest.raises(CheckpointError, match=rf"its {name} is .* pass resume=False"):
        _run(Checkpoint(path), plan=replace(PLAN, **change))
    assert _run(Checkpoint(path, resume=False), plan=replace(PLAN, **change)).step


def test_averaging_follows_the_exponential_law():
    seen = []

    def wrap(step):
        def recording(progress):
            scalars = step(progress)
            seen.append(copy.deepcopy(step.model.generator.output.bias.detach()))
            return scalars

        return recording

    state = _run(plan=replace(PLAN, max_steps=20), step_wrapper=wrap)
    average = None
    layout, plan = small_layout(), replace(PLAN, max_steps=20)
    fresh, _ = start_training(layout, small_codes(500), plan, 0, torch.device("cpu"))
    average = fresh.averaged.output.bias.detach().clone()
    for number, bias in enumerate(seen, start=1):
        decay = min(0.9, number / (number + 9))
        average = decay * average + (1 - decay) * bias
    torch.testing.assert_close(state.averaged.output.bias.detach(), average)
