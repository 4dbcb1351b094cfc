/** Answers to start a test from: what a small log gives, with what the test is about changed. */

import type { MetricInfo, RunInfo, Sample } from "../src/api/answers";
import * as answers from "../src/api/answers";

/** Markup where a text of a rollout stands: it has to reach the page as text. */
export const HOSTILE = '<img src=x onerror="document.title=1">';

export const metric = (name: string, more: Partial<MetricInfo> = {}): MetricInfo => ({
  name,
  kind: "value",
  unit: "",
  origin: "",
  ...more,
});

/** A run of one file, as a server of before configurations and joins describes it; the rest is at its default. */
const OLDER = {
  run: "demo",
  formats: ["native"],
  state: "ready",
  message: "",
  files: 1,
  bytes: 1000,
  indexed_bytes: 1000,
  bytes_per_second: 0,
  samples: 8,
  steps: { count: 2, first: 0, last: 10 },
  splits: ["train"],
  attempts: [{ attempt: 1, first: 0, last: 10 }],
  metrics: [],
  token_metrics: [],
  text_columns: [],
  problems: 0,
  scalar_runs: [],
  config: {},
};

export function runInfo(more: Partial<RunInfo> = {}): RunInfo {
  const [decoded] = answers.runs({ runs: [OLDER], state: "ready" }).runs;
  if (decoded === undefined) throw new Error("the fixture holds no run");
  return { ...decoded, ...more };
}

/** A sample with the reward 0.5 and nothing else but a prompt and a response. */
export function sampleOf(id: string, more: Partial<Sample> = {}): Sample {
  const text = (shown: string) => ({ raw: shown, shown });
  return {
    id,
    run: "demo",
    step: 7,
    split: "train",
    attempt: 0,
    file: "demo/rank0.jsonl",
    line: 17,
    texts: { prompt: text("Why?"), response: text("It is 42.") },
    scalars: { reward: 0.5 },
    messages: null,
    response_tokens: [],
    raw_tokens: [],
    token_metrics: [],
    prompt_key: null,
    value_target: null,
    gamma: 1,
    lam: 1,
    group: null,
    prompt_tokens: [],
    prompt_logprobs: [],
    missing: {},
    mask: null,
    trimmed: [],
    problems: [],
    neighbours: { previous: null, next: null, group: [], group_rewards: [], prompt: [] },
    ...more,
  };
}

/** What the server answers of a sample with its tokens: the length of the text, the text, the rows. */
export function withTokens(sample: Sample, rows: readonly number[]): Response {
  const text = new TextEncoder().encode(JSON.stringify(sample));
  const length = text.length + ((4 - (text.length % 4)) % 4);
  const numbers = sample.response_tokens.length === 0 ? [] : rows;
  // One buffer: jsdom's own Blob is no body of a Response.
  const body = new Uint8Array(4 + length + 4 * numbers.length).fill(32, 4, 4 + length);
  body.set(text, 4);
  new DataView(body.buffer).setUint32(0, length, true);
  new Float32Array(body.buffer, 4 + length).set(numbers);
  return new Response(body);
}
