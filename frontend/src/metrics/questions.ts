/** The questions that a number answers: how the choice of charts and the numbers of a sample are laid out. */

import { isKnownMetric } from "./catalog";
import { splitStatistic } from "./statistics";

export const QUESTIONS = [
  "reward",
  "drift",
  "length",
  "exploration",
  "groups",
  "critic",
  "sampler",
  "degeneration",
  "other",
] as const;
export type MetricQuestion = (typeof QUESTIONS)[number];

/** Metrics of our own by question; those of a log go by their words. */
const ASKED_BY: Readonly<Record<Exclude<MetricQuestion, "other">, readonly string[]>> = {
  reward: [
    "reward",
    "ref_reward",
    "reward_gap",
    "valid_reward",
    "ref_valid_reward",
    "valid_reward_gap",
    "win",
    "tie",
    "loss",
  ],
  drift: ["log_ratio", "k2", "k3", "ref_logprobs", "ref_prob", "first_step_kl"],
  length: [
    "n_tokens",
    "n_chars",
    "ref_n_chars",
    "truncated",
    "truncation_share",
    "reward_length_correlation",
  ],
  exploration: ["entropies", "surprise", "perplexity", "logprobs", "prob"],
  groups: [
    "group_mean",
    "group_std",
    "group_rank",
    "zero_advantage_groups",
    "all_good_groups",
    "all_bad_groups",
    "groups_gradient",
    "groups_filtered",
    "groups_all_truncated",
    "groups_all_right",
    "groups_all_wrong",
    "groups_all_equal",
    "groups_one_member",
    "groups_unrewarded",
    "advantage",
    "advantages",
  ],
  critic: [
    "values",
    "value_error",
    "value_mse",
    "returns",
    "return_to_go",
    "td_error",
    "token_rewards",
    "explained_variance",
  ],
  sampler: [
    "mismatch",
    "mismatch_k3",
    "rollout_logprobs",
    "importance_ratio",
    "ratio",
    "new_logprobs",
    "staleness",
    "token_mult_prob_error",
    "chi2_token",
    "chi2_seq",
    "ess_fraction_token",
    "ess_fraction_seq",
    "capped_share_token",
    "capped_share_seq",
    "prob_pearson",
  ],
  degeneration: ["repetition", "duplicate_share", "nonfinite", "problems"],
};

const QUESTION_OF = new Map(
  QUESTIONS.flatMap((question) =>
    question === "other" ? [] : ASKED_BY[question].map((name) => [name, question] as const),
  ),
);

/** A number that a log calls a reward or a score, and that is none of ours: most often one reward function of several. */
export function isRewardFunction(name: string): boolean {
  const isStatistic = splitStatistic(name, (base) => isKnownMetric(base)) !== null;
  return !isKnownMetric(name) && !isStatistic && /(^|[_/.\s])(reward|score)s?($|[_/.\s])/i.test(name);
}

/** The question that a sample metric or a number of the steps answers. */
export function questionOf(name: string): MetricQuestion {
  const metric = splitStatistic(name, (base) => QUESTION_OF.has(base))?.metric ?? name;
  const known = QUESTION_OF.get(metric) ?? QUESTION_OF.get(metric.replace(/_nonfinite$/, ""));
  return known ?? (isRewardFunction(name) ? "reward" : "other");
}
