/** An answer of `/findings` to start a test from: a spike, and a share that is too large. */

import { type Findings, findings } from "../../../src/api/findings";

export const SPIKE = {
  kind: "kl_spike",
  question: "drift",
  severity: "error",
  title: "KL spike",
  summary: "Mean k3 was 0.91 nats a token at step 12.",
  meaning: "The policy left the reference.",
  next: "Look at the tokens with the largest k3.",
  steps: [12, 13],
  onset: 12,
  is_open: false,
  metric: "k3_mean",
  statistic: "mean",
  value: 0.91,
  threshold: 0.5,
  threshold_name: "kl_spike_error",
  unit: "nats",
  source: "rlwatch",
  evidence: {
    sort: "k3_mean",
    order: "desc",
    where: "k3_max > 5",
    step_min: 12,
    step_max: 13,
    token_metric: "k3",
    grouped: false,
  },
  samples: ["a", "b"],
  sample_steps: [12, 13],
  sample_values: [0.91, 0.4],
  tokens: [
    { id: "a", position: 7, value: 9.5 },
    { id: "a", position: 8, value: 9 },
  ],
  symptoms: [
    {
      kind: "entropy_collapse",
      severity: "warning",
      title: "The entropy fell",
      summary: "By half.",
      steps: [13, 20],
      metric: "entropies_mean",
      evidence: {
        sort: "entropies_mean",
        order: "asc",
        where: "",
        step_min: 13,
        step_max: 20,
        token_metric: "entropies",
        grouped: false,
      },
    },
  ],
};

export const GROUPS = {
  ...SPIKE,
  kind: "zero_advantage_groups",
  severity: "warning",
  title: "Groups <b>without</b> a gradient",
  steps: [15, 20],
  onset: 15,
  is_open: true,
  metric: "zero_advantage_groups",
  value: 0.2,
  threshold: 0.5,
  unit: "",
  evidence: { ...SPIKE.evidence, sort: "", where: "", token_metric: "" },
  samples: ["c"],
  sample_steps: [15],
  sample_values: [null],
  tokens: [],
  symptoms: [],
};

/** As the server sends it. */
export const ANSWER = {
  state: "ready",
  split: "train",
  n_steps: 20,
  n_samples: 12800,
  findings: [SPIKE, GROUPS],
  checked: ["kl_spike", "zero_advantage_groups", "truncation"],
  not_checked: [{ kind: "value_misfit", title: "A critic that explains nothing", needs: "values" }],
  past: [{ kind: "truncation", severity: "warning", title: "Cut", steps: [3, 4], not_since: 6 }],
  problems: [],
  thresholds: [
    {
      name: "kl_spike_error",
      kind: "kl_spike",
      value: 0.5,
      default: 0.5,
      low: 0,
      high: 10,
      unit: "nats",
      meaning: "from which on it is an error",
      source: "rlwatch",
    },
  ],
};

/** Decoded, as the page has it. */
export const answered = (more: object = {}): Findings => findings({ ...ANSWER, ...more });
