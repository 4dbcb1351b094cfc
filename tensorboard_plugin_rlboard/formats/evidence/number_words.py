"""Words in names of numbers: of measures, which are no scores, and of what is often a reward or a part of one."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


MEASURES = _words(
    "loss kl lr entropy entropies len length lengths chars words token tokens time times seconds sec ms "
    "timestamp ts date duration latency id ids idx index step steps epoch epochs iter iteration round turn "
    "turns num n count counts number seed temperature temp top logprob logprobs logp prob probs perplexity "
    "ppl std var mean avg average min max sum advantage advantages return returns value values weight ratio "
    "version rank worker position pos size batch norm grad clip difficulty level cost price progress percent "
    "share rate policy model attempt retry retries stop truncated finished done valid split eval val test "
    "train training is has flag priority memory gpu port year age limit budget used group ref reference "
    "surprise mismatch staleness shipped trained line row sample samples shape width height"
)
"""Words of numbers that are measures, counts or settings, and no scores."""
SAYS_RIGHT = _words(
    "acc accuracy correct correctness right em match passed pass solved resolved verified 正确 准确"
)
"""Words of a reward that says whether an answer is right, which is the whole of one or a part."""
PARTS_BY_NAME = _words(
    "format fmt formatting style language lang tag tags xml json structure think thinking reasoning "
    "brevity repetition cosine bonus penalty penalties process safety helpfulness"
)
"""Words of what is often rewarded beside a right answer."""
NO_REWARD_FUNCTIONS = _words(
    "total_reward reward_total final_reward overall_reward reward_sum sum_reward total total_score value return kl logprob "
    "log_prob entropy loss"
)
"""Numbers that are no reward function's: whoever writes these has made rows of his own, and their sum means nothing."""
