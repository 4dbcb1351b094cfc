/** Words of the warnings above the curves. A server's sentence is shown as it is where its kind has no words here. */
export const notices = {
  "notice.bar": "Before you believe the curves",
  "notice.hide": "Put this warning away",
  "notice.more": "and {n} more",
  "notice.fewer": "only the first",
  "notice.open": "Open {run}",
  "notice.repeated_steps":
    "{first} and {second} log {n} of the same steps ({from} to {to}), and their samples are averaged into one curve. If they are two trainings, move each file into a folder of its own.",
  "notice.summed_reward":
    "The reward is the plain sum of {columns}: their weights are not in the log. With other weights than 1, the trained reward is another number.",
  "notice.summed_reward_functions":
    'Of several reward functions the reward is the plain sum here: {trainer} does not log their weights. With other weights than 1, the trained reward is another number: write it into an rlboard.toml in the run’s folder, [mapping] reward = "accuracy * 1.0 + format * 0.5" with the names of your functions.',
  "notice.same_samples":
    "{other} holds the same samples as this run; this one {lacks}, so the list of runs leaves it out.",
  "notice.same_samples_elsewhere":
    "{other} holds the same samples as this run; that one {lacks}, so the list of runs leaves it out.",
  "notice.lacks.tokens": "has no token data",
  "notice.lacks.some_tokens": "has less token data",
  "notice.lacks.samples": "has fewer samples",
  "notice.lacks.nothing": "has no more than that",
} as const;
