"""Trajectories of ART as `Model.log` writes them: two steps of training and an evaluation, with tools and metrics.

ART trains on a GPU only, so the trajectories are made here; everything that is written is written by ART.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import art
from openai.types.chat import ChatCompletionMessage
from openai.types.chat.chat_completion import Choice


def said(text: str) -> Choice:
    """What a model says, as a completion of OpenAI's client has it: such messages are trained on."""
    return Choice(
        index=0, finish_reason="stop", message=ChatCompletionMessage(role="assistant", content=text)
    )


def group(step: int, prompt: int) -> art.TrajectoryGroup:
    """Three trajectories of one prompt; the second one uses a tool."""
    trajectories = []
    for number in range(3):
        asked = {"role": "user", "content": f"What is {prompt}+{step}?"}
        call = {"id": "1", "type": "function", "function": {"name": "add", "arguments": '{"a": 1}'}}
        tool = [
            {"role": "assistant", "content": "", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "1", "content": "42"},
        ]
        trajectories.append(
            art.Trajectory(
                messages_and_choices=[
                    {"role": "system", "content": "Answer briefly."},
                    asked,
                    *(tool if number == 1 else []),
                    said(str(prompt + step + number)),
                ],
                reward=1.0 if number == 0 else number / 4,
                metrics={"correct": number == 0, "turns": 2 if number == 1 else 1},
                metadata={"level": prompt, "source": "made"},
                logs=["a line of a log"],
            )
        )
    return art.TrajectoryGroup(trajectories, metadata={"prompt_id": f"p{prompt}"}, metrics={"tried": 3})


async def log(folder: Path) -> None:
    """Logs them as a training does."""
    model = art.Model(
        name="tiny", project="sums", base_path=str(folder), inference_model_name="none", report_metrics=[]
    )
    for step in (1, 2):
        await model.log([group(step, prompt) for prompt in (3, 5)], split="train", step=step)
    await model.log([group(2, 8)], split="val", step=2)


def main(folder: Path) -> None:
    """Writes `sums/models/tiny/trajectories/{train,val}/*.parquet` into a folder."""
    asyncio.run(log(folder))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
