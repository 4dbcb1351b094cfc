/** Words of the panels of the selected step: its samples, and how a metric is distributed over them. */

export const overviewPanels = {
  "overview.marks.title": "Reward of every sample at step {step}",
  "overview.marks.hint":
    "One mark per sample for the policy and one for the reference. A click opens the sample.",
  "overview.marks.empty": "No reward was logged at this step. Log “reward” with every sample.",
  "overview.marks.no_reference": "no “ref_reward” was logged",
  "overview.marks.order": "Order of the samples",
  "overview.marks.order.logged": "as logged",
  "overview.marks.order.sorted": "by reward",
  "overview.marks.one": "sample {index}: reward {value}",
  "overview.marks.both": "sample {index}: reward {value}, reference {reference}",
  "overview.marks.all": "all {total} {total|sample|samples} shown",
  "overview.marks.shown": "the first {shown} of {total} {total|sample|samples} shown",
  "overview.marks.nonfinite": "{bad} non-finite left out",
  "overview.marks.cap": "Most samples to show",
  "overview.marks.at_most": "at most {cap}",

  "overview.gap.title": "Reward gap of every sample at step {step}",
  "overview.gap.hint":
    "reward_gap = reward − ref_reward, sorted. The bars below zero are samples that the reference answers better; they should become fewer. A click opens the sample.",
  "overview.gap.empty":
    "No gap at this step. Log “ref_reward” beside “reward”: the score of the reference policy’s answer to the same prompt.",
  "overview.gap.head": "reward gap",
  "overview.gap.win": "win {win}",
  "overview.gap.tie": "tie {tie}",
  "overview.gap.loss": "loss {loss}",
  "overview.gap.counts": "{win} win, {tie} tie, {loss} loss",
  "overview.gap.one": "sample {index}: reward gap {value}",
  "overview.gap.pinned": "pinned step {step}: {win} win, {loss} lose",
  "overview.gap.pinned_none": "pinned step {step}: no sample with a gap",
  "overview.gap.whole": "whole step: {win} win, {tie} tie, {loss} loss",

  "overview.spread.title": "Distribution of {metric} at step {step}",
  "overview.spread.hint":
    "Every distribution encloses an area of 1 on the same bins and axes, so steps of different sizes compare.",
  "overview.spread.empty": "This metric has no finite value at this step.",
  "overview.spread.metric": "Metric",
  "overview.spread.shapes": "What to draw",
  "overview.spread.shapes.both": "bars and density",
  "overview.spread.shapes.bars": "bars",
  "overview.spread.shapes.curve": "density",
  "overview.spread.span": "Range of values",
  "overview.spread.span.all": "all values",
  "overview.spread.span.p01_p99": "p1 – p99",
  "overview.spread.policy": "policy, step {step}",
  "overview.spread.reference": "reference, step {step}",
  "overview.spread.pinned": "policy, pinned step {step}",
  "overview.spread.bin": "from … to",
  "overview.spread.outside": "Values of the policy outside the range shown: {outside}",
  "overview.numbers.n": "n",
  "overview.numbers.n.hint": "Finite values",
  "overview.numbers.mean": "mean",
  "overview.numbers.mean.hint": "Mean of the finite values",
  "overview.numbers.std": "std",
  "overview.numbers.std.hint": "Standard deviation of the finite values",
  "overview.numbers.iqr": "IQR",
  "overview.numbers.iqr.hint": "Interquartile range: p75 − p25",
  "overview.numbers.nonfinite": "non-finite",
  "overview.numbers.nonfinite.hint": "NaN and ±Infinity, left out of the other numbers",

  "overview.verdict.no_pin": "Pin a step to see whether the distribution became sharper.",
  "overview.verdict.pin_first": "pin step {step}",
  "overview.verdict.sharper":
    "Sharper: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}. A converging policy does this; whether it converges to the right answers is not said by the width.",
  "overview.verdict.wider":
    "Wider: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}. A converging policy narrows; harder prompts can widen it, too.",
  "overview.verdict.same":
    "About as wide: from step {from} to step {to} std went from {std_from} to {std_to} and IQR from {iqr_from} to {iqr_to}, a change of a tenth or less.",
  "overview.verdict.mixed":
    "No clear answer: from step {from} to step {to} std went from {std_from} to {std_to} but IQR from {iqr_from} to {iqr_to}. Look at the shape: tails and centre moved differently.",
  "overview.verdict.collapsed":
    "All values are the same at step {to}: std went from {std_from} to 0. Nothing is left to learn from differences between samples.",
  "overview.verdict.too_few":
    "Too few values to tell: below {fewest} at step {from} or at step {to}, std {std_from} and {std_to}.",
  "overview.verdict.unknown": "Step {from} and step {to} cannot be compared: one of them has no spread.",
} as const;
