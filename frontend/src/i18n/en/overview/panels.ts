/** Words of the panels of the selected step: its samples, and how a metric is distributed over them. */

export const overviewPanels = {
  "overview.rewards.title": "Reward of every sample at step {step}",
  "overview.rewards.hint":
    "One mark per sample for the policy and one for the reference. A click opens the sample.",
  "overview.rewards.empty": "No reward was logged at this step. Log “reward” with every sample.",
  "overview.rewards.no_reference": "no “ref_reward” was logged",
  "overview.rewards.order": "Order of the samples",
  "overview.rewards.order.logged": "as logged",
  "overview.rewards.order.sorted": "by reward",
  "overview.rewards.one": "sample {index}: reward {value}",
  "overview.rewards.both": "sample {index}: reward {value}, reference {reference}",
  "overview.rewards.all": "all {total} {total|sample|samples} shown",
  "overview.rewards.shown": "the first {shown} of {total} {total|sample|samples} shown",
  "overview.rewards.nonfinite": "{bad} non-finite left out",
  "overview.rewards.cap": "Most samples to show",
  "overview.rewards.at_most": "at most {cap}",

  "overview.gap.title": "Reward gap of every sample at step {step}",
  "overview.gap.hint":
    "reward_gap = reward − ref_reward, sorted. The bars below zero are samples that the reference answers better; they should become fewer. A click opens the sample.",
  "overview.gap.empty":
    "No gap at this step. Log “ref_reward” beside “reward”: the score of the reference policy’s answer to the same prompt.",
  "overview.head.reward_gap": "reward gap",
  "overview.gap.win": "win {win}",
  "overview.gap.tie": "tie {tie}",
  "overview.gap.loss": "loss {loss}",
  "overview.gap.counts": "{win} win, {tie} tie, {loss} loss",
  "overview.gap.one": "sample {index}: reward gap {value}",
  "overview.gap.pinned": "pinned step {step}: {win} win, {loss} lose",
  "overview.gap.pinned_none": "pinned step {step}: no sample with a gap",
  "overview.gap.whole": "whole step: {win} win, {tie} tie, {loss} loss",

  "overview.distribution.title": "Distribution of {metric} at step {step}",
  "overview.distribution.hint":
    "Every distribution encloses an area of 1 on the same bins and axes, so steps of different sizes compare.",
  "overview.distribution.empty": "This metric has no finite value at this step.",
  "overview.distribution.metric": "Metric",
  "overview.distribution.shapes": "What to draw",
  "overview.distribution.shapes.both": "bars and density",
  "overview.distribution.shapes.bars": "bars",
  "overview.distribution.shapes.curve": "density",
  "overview.distribution.span": "Range of values",
  "overview.distribution.span.all": "all values",
  "overview.distribution.span.p01_p99": "p1 – p99",
  "overview.distribution.policy": "policy, step {step}",
  "overview.distribution.reference": "reference, step {step}",
  "overview.distribution.pinned": "policy, pinned step {step}",
  "overview.distribution.bin": "from … to",
  "overview.distribution.outside": "Values of the policy outside the range shown: {outside}",
  "overview.distribution.statistic.n": "n",
  "overview.distribution.statistic.n.hint": "Finite values",
  "overview.distribution.statistic.mean": "mean",
  "overview.distribution.statistic.mean.hint": "Mean of the finite values",
  "overview.distribution.statistic.std": "std",
  "overview.distribution.statistic.std.hint": "Standard deviation of the finite values",
  "overview.distribution.statistic.iqr": "IQR",
  "overview.distribution.statistic.iqr.hint": "Interquartile range: p75 − p25",
  "overview.distribution.statistic.nonfinite": "non-finite",
  "overview.distribution.statistic.nonfinite.hint": "NaN and ±Infinity, left out of the other numbers",

  "overview.distribution.change.no_pin": "Pin a step to see whether the distribution became sharper.",
  "overview.distribution.change.pin_first": "pin step {step}",
  "overview.distribution.change.sharper":
    "Sharper: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}. A converging policy does this; whether it converges to the right answers is not said by the width.",
  "overview.distribution.change.wider":
    "Wider: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}. A converging policy narrows; harder prompts can widen it, too.",
  "overview.distribution.change.same":
    "About as wide: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}, a change of a tenth or less.",
  "overview.distribution.change.mixed":
    "No clear answer: from step {from} to step {to} std went from {std_from} to {std_to} but IQR from {iqr_from} to {iqr_to}. Look at the shape: tails and centre moved differently.",
  "overview.distribution.change.collapsed":
    "All values are the same at step {to}: std went from {std_from} to 0. Nothing is left to learn from differences between samples.",
  "overview.distribution.change.too_few":
    "Too few values to tell: below {fewest} at step {from} or at step {to}, std {std_from} and {std_to}.",
  "overview.distribution.change.unknown":
    "Step {from} and step {to} cannot be compared: one of them has no spread.",
} as const;
