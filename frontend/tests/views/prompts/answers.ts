/** Answers about prompts, as the server gives them. */

const COLUMNS = {
  identity: ["2d2ab9d052562416", "21ac9b71de6c32df"],
  prompt_key: ["8f30893b115e5a22", "0acd396688986d6e"],
  prompt: ["Write <b>one</b>\nline.", "1+1?"],
  status: ["regressed", "solved"],
  never_beats_reference: [true, false],
  kind: ["poems", "sums"],
  visits: [2, 2],
  samples: [4, 4],
  renderings: [1, 2],
  first_step: [1, 1],
  last_step: [2, 2],
  reward_best: [1, 1],
  best_gap: [-0.5, 0.5],
  reward_first: [1, 0],
  reward_last: [0, 1],
  reward_change: [-1, 1],
  pass_rate: [0.5, 0.5],
  k3_change: [null, null],
};

export const PROMPTS = {
  total: 2,
  split: "train",
  is_complete: true,
  threshold: { value: 1, rule: "two_valued" },
  by: "data_source",
  counts: { all: 2, solved: 1, regressed: 1, never_solved: 0, always_solved: 0, never_beats_reference: 1 },
  kinds_total: 2,
  kinds_mixed: 0,
  kinds: {
    kind: ["poems", "sums"],
    prompts: [1, 1],
    solved: [0, 1],
    regressed: [1, 0],
    never_solved: [0, 0],
    always_solved: [0, 0],
    never_beats_reference: [1, 0],
    pass_rate_first: [1, 0],
    pass_rate_last: [0, 1],
    k3_first: [null, null],
    k3_last: [null, null],
  },
  columns: COLUMNS,
  lines: [
    { step: [1, 2], reward: [1, 0] },
    { step: [1, 2], reward: [0, 1] },
  ],
};

export const EMPTY = {
  ...PROMPTS,
  total: 0,
  counts: { all: 0 },
  by: "",
  kinds_total: 0,
  kinds_mixed: 0,
  kinds: {},
  columns: Object.fromEntries(Object.keys(COLUMNS).map((name) => [name, []])),
  lines: [],
};

export const PROMPT = {
  identity: "21ac9b71de6c32df",
  split: "train",
  threshold: { value: 1, rule: "two_valued" },
  status: "solved",
  never_beats_reference: false,
  prompt: "1+1?",
  asked: "1+1?",
  numbers: { reward_first: 0, reward_last: 1, reward_change: 1, pass_rate: 0.5, visits: 2, samples: 3 },
  renderings_total: 2,
  renderings: [
    { prompt_key: "0acd396688986d6e", samples: 2, first_step: 1, last_step: 1, prompt: "1+1?", id: "a" },
    {
      prompt_key: "1acd396688986d6e",
      samples: 1,
      first_step: 2,
      last_step: 2,
      prompt: "User: 1+1?",
      id: "c",
    },
  ],
  steps: {
    step: [1, 2],
    samples: [2, 1],
    reward: [0, 1],
    reward_min: [0, 1],
    reward_max: [0, 1],
    ref_reward: [0.5, 0.5],
  },
  steps_total: 2,
  samples: {
    id: ["a", "b", "c"],
    step: [1, 1, 2],
    attempt: [1, 1, 1],
    reward: [0, 0, 1],
    response: ["three", "four", "two"],
    ground_truth: ["2", "2", "2"],
    pred: [3, 4, 2],
  },
  samples_total: 3,
};

export const PASSES = {
  split: "train",
  is_complete: true,
  threshold: { value: 1, rule: "two_valued" },
  step: [1, 2],
  k: [1, 2],
  prompts: [
    [2, 2],
    [1, 1],
  ],
  pass_at_k: [
    [0.25, 0.5],
    [0.5, null],
  ],
  avg_at_k: [
    [0.25, 0.5],
    [0.25, null],
  ],
};

const side = { run: "demo", text: "response", left_out: 0, values: null };

export const DIFF = {
  unit: "word",
  in_one_piece: true,
  metric: null,
  left: { ...side, id: "a", step: 1, units: ["It ", "is ", "three"] },
  right: { ...side, id: "c", step: 2, units: ["It ", "is ", "two"] },
  opcodes: {
    kind: ["equal", "delete", "insert"],
    left: [0, 2, 3],
    left_end: [2, 3, 3],
    right: [0, 2, 2],
    right_end: [2, 2, 3],
    move: [null, null, null],
  },
};
