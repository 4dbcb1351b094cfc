"""Answers /pass_at_k: pass@k and avg@k at every step."""

from __future__ import annotations

from tensorboard_plugin_rlboard.api import PassAtK, Threshold
from tensorboard_plugin_rlboard.board.prompts.histories.history_cache import PromptHistories
from tensorboard_plugin_rlboard.board.prompts.listing import kind_columns
from tensorboard_plugin_rlboard.board.prompts.question import PassQuestion
from tensorboard_plugin_rlboard.board.run_schema import RunSession


def pass_at_k(session: RunSession, question: PassQuestion, histories: PromptHistories) -> PassAtK:
    """Answers /pass_at_k."""
    columns = kind_columns(session)  # those of the list, so that both keep one history
    read = histories.of(session, question.selection, question.threshold, columns)
    steps = sorted(read.history.passes)
    most = max((len(counts) for counts, _, _ in read.history.passes.values()), default=0)
    prompts: list[list[int]] = []
    passes: list[list[float | None]] = []
    shares: list[list[float | None]] = []
    for i in range(most):
        of_k = [
            (int(counts[i]), float(passed[i]), float(share[i])) if i < len(counts) else (0, 0.0, 0.0)
            for counts, passed, share in (read.history.passes[step] for step in steps)
        ]
        prompts.append([n for n, _, _ in of_k])
        passes.append([passed / n if n else None for n, passed, _ in of_k])
        shares.append([share / n if n else None for n, _, share in of_k])
    return PassAtK(
        split=read.split,
        is_complete=read.is_complete,
        threshold=Threshold(read.threshold.value, read.threshold.rule),
        step=steps,
        k=[2**i for i in range(most)],
        prompts=prompts,
        pass_at_k=passes,
        avg_at_k=shares,
    )
