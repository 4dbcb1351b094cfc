"""Details of lighteval, written by its own tracker: a generated answer, several of one question, a choice.

Its own tasks are fetched from a hub, so the questions and answers are ours, and the metrics' values too.
"""

from __future__ import annotations

import sys

from lighteval.logging.evaluation_tracker import EvaluationTracker
from lighteval.models.dummy.dummy_model import DummyModelConfig
from lighteval.models.model_output import ModelResponse
from lighteval.tasks.requests import Doc, SamplingMethod


def main() -> None:
    """Writes the details of three tasks."""
    tracker = EvaluationTracker(output_dir=sys.argv[1], save_details=True)
    tracker.general_config_logger.model_name = "tiny"
    tracker.general_config_logger.model_config = DummyModelConfig(model_name="tiny")
    log = tracker.details_logger.log
    sampling = [SamplingMethod.GENERATIVE]
    for number, answer in enumerate(("The answer is 2.", "答案是 3。")):
        doc = Doc(f"{number}+2=?", [str(number + 2)], 0, task_name="sums|0", sampling_methods=sampling)
        asked = [{"role": "user", "content": f"{number}+2=?"}]
        choice_response = ModelResponse(input=asked, text=[answer], output_tokens=[[5, 6, 7]])
        log("sums|0", doc, choice_response, {"exact_match": float(number == 0)})
    doc = Doc("5+2=?", ["7"], 0, task_name="several|0", sampling_methods=sampling, num_samples=2)
    log("several|0", doc, ModelResponse(input="5+2=?", text=["7", "8"]), {"pass@k": 0.5})
    doc = Doc("1+1=?", ["1", "2", "3"], 1, task_name="graded|0", sampling_methods=sampling)
    log("graded|0", doc, ModelResponse(input="1+1=?", text=["B"]), {"accuracy": 1.0})
    doc = Doc("1+2=?", [" 1", " 3"], 1, task_name="choices|0", sampling_methods=[SamplingMethod.LOGPROBS])
    choice_response = ModelResponse(input="1+2=?", logprobs=[-2.0, -0.5], argmax_logits_eq_gold=[False, True])
    log("choices|0", doc, choice_response, {"acc": 1.0})
    tracker.save()


if __name__ == "__main__":
    main()
