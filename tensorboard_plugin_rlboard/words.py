"""The words that trainers have for our fields: one table for every format that does not define its own.

Of each field the likeliest word comes first. A key is compared by its words without capitals, separators and plural, so
`rewards`, `ref_log_probs` and `promptText` are `reward`, `ref_logprob` and `prompt_text` (`plain`).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType

_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_SEPARATORS = re.compile(r"[\W_]+")


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split())


PROMPT = _names(
    "prompt prompt_text input_prompt prompt_str query question instruction problem user_prompt input input_text "
    "prompts request task_prompt user_input user_message prompt_messages problem_statement task_description q req user_query user_question original_input original_prompt raw_prompt messages_prefix 提示 "
    "提示词 问题 题目 题干 提问 指令 输入 用户输入 用户提问 用户问题 用户指令"
)
WEAK_PROMPT = _names("observation obs ob context user")
"""Words for what stands beside a prompt as well: a prompt only where no other word says one."""
TASK = _names("task goal intent objective task_instruction env_prompt state scenario in src x 任务")
"""Words that may name a data set as well: a prompt of an episode, or a text of several words."""
RESPONSE = _names(
    "response completion output generation generated_text generated response_text completion_text output_text "
    "output_response output_str model_response model_output llm_response llm_output assistant_response response_str solution_str "
    "sequences_str responses_str text_response gen gen_text generated_response sampled_text rollout rollout_text model_answer "
    "model_completion policy_response student_response all_responses all_completions origin_prediction prediction predicted assistant generated_answer decoded actual_output "
    "decoded_response response_messages completion_messages resp resp_text llm_resp hypothesis hyp 回答 回复 响应 输出 生成 生成结果 生成内容 生成文本 补全 回答内容 回复内容 完整回答 模型回答 模型回复 模型响应 模型回应 模型输出 模型生成 模型答案"
)
WEAK_RESPONSE = _names(
    "answer text content solution reply result ac sample code pred trajectory action attempt candidate full_text full_output actual a out y cot chain_of_thought rationale thinking 解答"
)
"""Words that mean a response only where a prompt stands beside it."""
WHOLE_RESPONSE = _names("reply text content")  # the words of a response that mean all of its text
RESPONSE_PARTS = frozenset(_names("response output completion generation generated rollout"))
WHOLE_PARTS = frozenset(_names("raw full whole complete original model llm policy text str"))
"""Words that make up the name of a whole response (`raw_output`, `model_full_response`)."""
HISTORY = _names("history chat_history message_history context")
"""Words for what was said before the prompt."""
CONVERSATION = _names(
    "messages conversation chat dialogue dialog chat_history message_history history trajectory traj "
    "turns full_messages chat_messages chat_completions contents 对话"
)
EPISODE = _names(
    "steps transitions turns trajectory traj history episode interactions actions events trace triplets"
)
"""Words for a list of an agent's turns: what it thought and did, and what came of it."""
MEMBERS = _names(
    "rollouts samples completions responses outputs generations candidates choices trajectories members "
    "group results attempts answers items episodes data"
)
"""Words for a list of objects that are a rollout each."""
ROW_LISTS = _names(
    "completions data details entries episodes evals evaluations eval_results examples generations groups instances "
    "items log logs outputs predictions records responses results rollouts rollout_data rows samples trajectories"
)
"""Names of lists that hold rows, whatever stands beside them."""
MEMBER = "member"  # the column of a row that lies in an object under a name which is no split, step or number
PARTS_OF_SAMPLES = _names(
    "chat choices conversation conversations dialog dialogue history messages steps tool_calls tools traces traj "
    "trajectory transitions turns"
)
"""Names of lists of objects that are parts of one sample."""
FURTHER_PROMPT = _names("inputs messages conversations goal")
"""Further words of what was asked, in an object that is a sample or a group of them."""
TOKEN_STRINGS = _names(
    "response_tokens completion_tokens output_tokens generated_tokens tokens token_strs token_texts"
)
TOKEN_IDS = _names(
    "response_token_ids response_ids completion_ids completion_token_ids output_ids output_token_ids generated_ids "
    "generated_token_ids response_tokens completion_tokens output_tokens action_ids sampled_tokens sample_tokens"
)
WHOLE_TOKEN_IDS = _names("tokens token_ids input_ids sequences")
"""Words for the ids of prompt and response together, which need a mask of labels that tells them apart."""
LABELS = _names("masks labels mask loss_mask")
PROMPT_TOKEN_IDS = _names(
    "prompt_token_ids prompt_ids input_token_ids prompt_tokens query_token_ids query_ids"
)
REWARD = (
    _names("reward"),
    _names(
        "total_reward reward_total final_reward overall_reward reward_sum sum_reward scalar_reward "
        "combined_reward weighted_reward episode_reward trajectory_reward sequence_reward seq_reward "
        "sample_reward outcome_reward all_rewards episode_return total_return return reward_score reward_value "
        "rm_score rm_reward reward_model_score rew total_score score_total final_score overall_score 最终得分 最终分数 奖励得分"
    ),
    _names("总奖励 最终奖励 奖励 奖励值 奖励分数 score 总分 总得分 得分 分数 综合得分 评分 打分"),
    _names(
        "correct is_correct correctness acc accuracy passed pass success is_success solved is_solved "
        "resolved outcome grade verified is_right won successful exact_match pass_1 pass_at_1 em follow_all_instructions 是否正确 正确"
    ),
)
"""Tiers of words for the reward: ours, a total, a score, whether the answer is right."""
JUDGEMENT = _names("eval evaluation judgement judgment verdict judge pass_rate success_rate")
"""Words that mean a reward only where nothing else is one and the answers to a prompt differ in it."""
RIGHT = frozenset(
    _names("yes y pass passed correct right success succeeded accept accepted solved 是 对 正确 通过 成功")
)
WRONG = frozenset(
    _names("no n fail failed incorrect wrong failure reject rejected unsolved 否 错 错误 未通过 不通过 失败")
)
"""Words that are the whole of a score: 1 and 0."""
VERDICT = _names("verdict judgement judgment judge grade result 判定 评判 结果 判定结果 评测结果")
"""Words for what says in words whether an answer is right."""
REWARD_PARTS = _names(
    "reward reward_component component reward_part reward_breakdown reward_detail reward_info reward_dict "
    "reward_function reward_fn reward_func"
)
"""Words for an object with the parts of a reward, whose sum it is where no total is logged."""
SCORE_PARTS = _names("score sub_score subscore metric grade")
"""Words for an object of scores, whose sum means nothing."""
TOTAL = _names(
    "total overall sum final combined reward total_reward final_reward weighted overall_reward score "
    "total_score final_score value 总奖励 最终奖励 总分 总得分 合计"
)
"""Words for the total among the parts of a reward."""
REWARD_SUFFIXES = ("reward", "score")
NO_REWARD_WORDS = frozenset(
    _names(
        "weight weights threshold thresholds min max std var mean avg average baseline scale coef coefficient target ref hack "
        "reference old prev previous limit limits rating ratings count num n idx index id model fn func function name type rank "
        "config time token tokens step steps penalty difficulty valid clip norm gap cost range version loss margin delta diff teacher batch epoch running ema moving smoothed best worst group"
    )
)
"""Words in a key that ends or begins like a reward and is none."""
NO_PART_WORDS = NO_REWARD_WORDS - frozenset(
    _names("model penalty difficulty valid clip norm gap cost range ref fn func type")
)
"""Words of numbers beside the parts of a reward that are none of them: weights, counts and statistics."""
PARTS_BESIDE_OTHERS = _names("outcome_reward rm_score rm_reward reward_model_score")
"""Words for a reward that is the whole of it alone, and one part where others stand beside it."""
WEIGHTS = frozenset(_names("weight weights coef coefficient"))
RATINGS = frozenset(
    _names(
        "rating helpfulness correctness coherence complexity verbosity quality honesty truthfulness harmlessness "
        "safety toxicity humor creativity fluency relevance factuality clarity depth completeness conciseness "
        "instruction_following overall_quality overall_rating likert usefulness informativeness engagement"
    )
)
"""Words for what people or judges rated of an answer, on a scale of a few whole numbers."""
SETTINGS = frozenset(
    _names(
        "lr learning_rate batch_size train_batch_size micro_batch_size num_epochs epochs total_steps max_steps total_epochs "
        "max_tokens max_new_tokens max_length max_prompt_length max_response_length temperature top_p top_k seed warmup_steps "
        "save_steps eval_steps logging_steps weight_decay clip_ratio kl_coef beta output_dir save_dir model_path "
        "model_name_or_path num_generations n_samples_per_prompt gradient_accumulation_steps dtype gpus"
    )
)
"""Words for settings of a training or of a sampler, which a sample may have one of."""
MODELS = frozenset(_names("model model_name model_id policy generator"))
NO_SAMPLE_INSIDE = frozenset(
    _names(
        "weight weights config cfg configs args kwargs arguments limit limits threshold thresholds param params parameter "
        "parameters setting settings option options usage hyperparameters hparams sampling rating ratings schema template"
    )
)
"""Words of an object in which nothing of a sample is looked for."""
METADATA = frozenset(_names("meta metadata extra extra_info env_extras tags annotations"))
"""Words of an object in which only what names a sample is looked for, and never its reward or response."""
STEP = _names(
    "step global_step training_step train_step trainer_step optimizer_step optim_step update_step policy_step "
    "rl_step learner_step current_step gen_step rollout_step trainer_global_step iteration train_iter "
    "training_iteration global_steps step_num iter training_iter global_step_max_steps ppo_step grpo_step opt_step it 步数 训练步 训练步数 迭代步 迭代步数 全局步 全局步数 步 步骤 训练步骤"
)
ROLLOUT_STEP = frozenset(_names("current_step gen_step rollout_step step_num iteration iter it"))
"""Those of them that count within a rollout or a step as well: the name of a file counts before them."""
OUTER_COUNTER = frozenset(_names("epoch episode round game session trajectory traj rollout task"))
"""Words for what a step may count within: with the next one it begins again."""
WEAK_STEP = _names(
    "steps iterations update updates num_updates n_update rollout_id round epoch 迭代 轮次 轮数 训练轮次 训练轮数 迭代次数"
)
"""Words that count turns, positions and data as well: a step only where the values are those of a training."""
WEAK_OF_DATA_SETS = _names("epoch iter update updates round steps")  # they make no row a sample
VERSION = _names("policy_version model_version weight_version weights_version version batch episode")
"""Words that count something which may rise once a step, or not: never a step, but named beside a missing one."""
SPLIT = _names(
    "split data_split dataset_split phase mode subset stage partition fold 阶段 划分 数据集划分 模式"
)
KIND = _names("type tag kind event row_type record_type event_type")
"""Words for what kind of row it is: a split only where all values are words of rollouts or of a split."""
ROLLOUT_KINDS = frozenset(_names("rollout rollouts train training sample generation completion"))
EVAL_KINDS = frozenset(_names("eval evaluation val validation"))
GROUP = _names(
    "group_id group group_uid group_index group_idx group_key prompt_id prompt_uid prompt_idx "
    "prompt_index question_id query_id problem_id qid prompt_hash 组号 分组 题号 题目编号 问题编号"
)
WEAK_GROUP = _names("uid example_id task_id instance_id data_id item_id row_id")
"""Words that name a sample as often as a group: a group only where the samples of a prompt share it."""
FINISH_REASON = _names("finish_reason stop_reason finish stop_condition finished_reason done_reason 结束原因")
SAMPLE_ID = _names("sample_id id uuid sample_uid rollout_uid trajectory_id traj_id")
TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "ground_truth": _names(
            "ground_truth gt gts reference_answer gold gold_answer target expected expected_answer expected_output "
            "correct_answer solution answer reference label 答案 参考答案 标准答案 正确答案"
        ),
        "ref_response": _names("ref_response reference_response ref_completion baseline_response"),
    }
)
REF_REWARD = ("ref_reward", "reference_reward", "ref_score", "reference_score")
ARRAYS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "logprobs": _names(
            "logprobs log_probs logps token_logprobs token_log_probs response_logprobs response_log_probs "
            "completion_logprobs policy_logprobs policy_log_probs old_logprobs old_log_probs old_logps "
            "old_per_token_logps per_token_logps actor_logprobs actor_log_probs action_log_probs "
            "action_logprobs log_probs_policy output_logprobs output_token_logprobs"
        ),
        "ref_logprobs": _names(
            "ref_logprobs ref_log_probs ref_logps reference_logprobs reference_log_probs ref_per_token_logps base_logprobs "
            "base_log_probs base_action_log_probs ref_token_logprobs logprobs_ref"
        ),
        "rollout_logprobs": _names(
            "rollout_logprobs rollout_log_probs generation_logprobs inference_logprobs sampler_logprobs sampling_logprobs "
            "vllm_logprobs sampling_per_token_logps behavior_logprobs behaviour_logprobs sglang_logprobs generation_log_probs"
        ),
        "new_logprobs": _names("new_logprobs new_log_probs new_logps current_logprobs"),
        "values": _names("values value_preds token_values critic_values state_values"),
        "token_rewards": _names(
            "token_rewards token_level_rewards token_level_scores per_token_rewards reward_per_token rm_scores rewards"
        ),
        "advantages": _names("advantages token_advantages per_token_advantages token_level_advantages"),
        "returns": _names("returns token_returns"),
        "entropies": _names("entropies entropy token_entropies entropys token_entropy"),
        "response_mask": _names("response_mask completion_mask loss_mask action_mask token_mask mask"),
    }
)
TOKEN_LIST = _names("tokens token_details generated_tokens output_tokens completion_tokens response_tokens")
"""Words for lists of tokens whose objects have the log-probability as well."""
PREFERENCE = frozenset(
    _names(
        "chosen rejected chosen_response rejected_response winner loser preference preferred better_response winner_tie "
        "better_response_id safer_response_id preferred_response preference_label"
    )
)
_LOGGED = "level levelname severity logger lineno msg message timestamp ts trace_id span_id"
PROGRAM_LOG = frozenset(_names(_LOGGED))


@lru_cache(maxsize=8192)
def snake_case(key: str) -> str:
    """A key in small letters with underscores (`globalStep`, `reward/total` → `global_step`, `reward_total`)."""
    return _SEPARATORS.sub("_", _CAPITAL.sub("_", key).lower()).strip("_")


@lru_cache(maxsize=8192)
def plain(name: str) -> str:
    """A name of `snake_case` as it is compared: without separators and without a plural."""
    joined = name.replace("_", "").replace("的", "").removesuffix("列表")
    if joined.endswith("ies") and len(joined) > 4:
        return f"{joined[:-3]}y"
    return joined[:-1] if len(joined) > 3 and joined.endswith("s") and not joined.endswith("ss") else joined
