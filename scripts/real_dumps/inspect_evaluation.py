"""Evaluations of Inspect with its own mock model: two epochs, two scorers, choices, a sample that fails.

Inspect counts a mock model's tokens with tiktoken, which would fetch its vocabulary: here a token is a word.
"""

from __future__ import annotations

import sys
from pathlib import Path

import tiktoken
from inspect_ai import Task
from inspect_ai import eval as evaluate
from inspect_ai.dataset import Sample
from inspect_ai.model import ModelOutput, get_model
from inspect_ai.scorer import Scorer, choice, includes, match
from inspect_ai.solver import Generate, Solver, TaskState, generate, multiple_choice, solver, system_message

ANSWERS = ("2", "3", "不知道", "2", "The answer is 3", "4")


class Words:
    """Counts words as tokens."""

    def encode(self, text: str, **_: object) -> list[int]:
        """One number for each word."""
        return list(range(len(str(text).split())))

    encode_ordinary = encode


@solver  # type: ignore[untyped-decorator]  # inspect_ai is not installed where types are checked
def fails_at_the_last() -> Solver:
    """Fails for the last question."""

    async def solve(state: TaskState, _: Generate) -> TaskState:
        if state.sample_id == "q2":
            raise RuntimeError("The sandbox is gone.")
        return state

    return solve


def run(
    name: str, folder: Path, solvers: list[Solver], scorers: list[Scorer], kind: str = "json", **more: object
) -> None:
    """Evaluates sums and writes the log."""
    choices = ["2", "3", "4"] if name == "choices" else None
    samples = [
        Sample(id=f"q{i}", input=f"{i}+2=?", choices=choices, target="ABC"[i] if choices else str(i + 2))
        for i in range(3)
    ]
    answers = ("ANSWER: A",) * 3 if choices else ANSWERS
    outputs = [ModelOutput.from_content("mockllm/model", text) for text in answers]
    task = Task(dataset=samples, solver=solvers, scorer=scorers, name=name, **more)
    model = get_model("mockllm/model", custom_outputs=outputs, memoize=False)
    evaluate(task, model=model, log_dir=str(folder), log_format=kind, display="none", max_samples=1)


def main() -> None:
    """Writes the logs."""
    tiktoken.get_encoding = tiktoken.encoding_for_model = lambda *_, **__: Words()
    folder = Path(sys.argv[1])
    plain = [system_message("Be short."), generate()]
    run("epochs", folder / "epochs", plain, [match()], epochs=2)
    run("scorers", folder / "scorers", [generate()], [match(), includes()])
    run("choices", folder / "choices", [multiple_choice()], [choice()])
    run("failure", folder / "failure", [fails_at_the_last(), generate()], [match()], fail_on_error=False)
    run("archive", folder / "archive", plain, [match()], kind="eval")


if __name__ == "__main__":
    main()
