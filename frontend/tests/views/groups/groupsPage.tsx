/** The page of the groups with answers of its own: two groups, the members of one, and two of them compared. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, vi } from "vitest";
import { revision } from "../../../src/data/revision";
import { runs } from "../../../src/data/runs";
import { steps } from "../../../src/data/steps";
import { DEFAULTS, select } from "../../../src/state/selection";
import { Groups } from "../../../src/views/groups/Groups";
import { HOSTILE, runInfo, sampleOf, withTokens } from "../../fixtures";
import { nextRevision, press, runsAnswer, settle, stubLayout } from "../../page";

export const LIST = {
  total: 2,
  ungrouped: 0,
  kinds: { gradient: 1, all_right: 1 },
  unit: "tokens" as const,
  by: "",
  values_total: 0,
  values_mixed: 0,
  values: {},
  lines: [],
  columns: {
    step: [7, 7],
    group: ["g1", "g2"],
    prompt: [HOSTILE, "2 + 2?"],
    kind: ["gradient", "all_right"],
    size: [2, 1],
    reward_mean: [0.5, 1],
    reward_std: [0.5, 0],
    length_mean: [3, 2],
    distinct: [2, 1],
    weight: [6, 0],
    share: [1, 0],
  },
  members: { row: [0, 0, 1], id: ["a", "b", "c"], reward: [1, 0, 1], advantage: [1, -1, 0] },
};
export const GROUP = {
  facts: {
    group: "g1",
    step: 7,
    kind: "gradient",
    size: 2,
    reward_mean: 0.5,
    reward_std: 0.5,
    share: 0.5,
    weight: 6,
  },
  prompt: HOSTILE,
  ground_truth: "4",
  unit: "tokens",
  aligned_by: "token",
  common_prefix: 1,
  common_prefix_characters: 3,
  good: 1,
  bad: 1,
  good_length: 2,
  bad_length: 4,
  good_have: [{ text: "= 4", words: 2, good: 1, bad: 0 }],
  bad_have: [],
  whole_texts: true,
  members: {
    id: ["a", "b"],
    reward: [1, 0],
    advantage: [1, -1],
    length: [2, 4],
    truncated: [false, true],
    weight: [2, 4],
    side: ["good", "bad"],
    units: [2, 2],
    alone_from: [1, 1],
  },
};

const { members } = GROUP;
export const ALIKE = {
  ...GROUP,
  common_prefix: 2,
  members: { ...members, units: [2, 2], alone_from: [null, null] },
};
export const ALONE = {
  ...GROUP,
  facts: { ...GROUP.facts, size: 1, kind: "one_member" },
  common_prefix: 0,
  members: Object.fromEntries(Object.entries(members).map(([name, values]) => [name, values.slice(0, 1)])),
};

const side = (id: string) => ({
  run: "demo",
  id,
  step: 7,
  text: "response",
  units: ["It ", id],
  left_out: 0,
  values: null,
});
const DIFF = {
  unit: "token",
  in_one_piece: true,
  metric: null,
  left: side("a"),
  right: side("b"),
  opcodes: {
    kind: ["equal", "delete", "insert"],
    left: [0, 1, 2],
    left_end: [1, 2, 2],
    right: [0, 1, 1],
    right_end: [1, 1, 2],
    move: [null, null, null],
  },
};
const VISITS = [
  { step: 3, id: "old1", reward: 0.25 },
  { step: 12, id: "new", reward: null },
];

/** Long enough for a question and the one that its answer leads to. */
async function wait(): Promise<void> {
  for (let turn = 0; turn < 6; turn += 1) {
    await new Promise((done) => setTimeout(done, 20));
    await settle();
  }
}

export class GroupsPage {
  root: HTMLElement = document.createElement("main");
  /** What was asked of the server. */
  readonly asked: string[] = [];
  #group: object = GROUP;
  #list: object = LIST;
  #held: { what: RegExp; until: Promise<void> } | null = null;

  /** The page before each test, with the first group chosen. */
  constructor() {
    beforeEach(async () => {
      stubLayout();
      this.asked.length = 0;
      this.#group = GROUP;
      this.#list = LIST;
      this.#held = null;
      this.root = document.body.appendChild(document.createElement("main"));
      revision.value = nextRevision();
      runs.value = runsAnswer(runInfo());
      select({ ...DEFAULTS, view: "groups", run: "demo", step: 7 });
      const share = { groups_gradient: [1, 0.5], groups_all_right: [0, 0.5] };
      steps.value = { step: [6, 7], metrics: {}, step_metrics: share };
      vi.stubGlobal("fetch", async (url: string) => {
        if (this.#held?.what.test(String(url)) === true) await this.#held.until;
        return this.#answer(String(url));
      });
      await act(() => render(<Groups />, this.root));
      await wait();
    });
    afterEach(async () => {
      await act(() => render(null, this.root));
      this.root.remove();
      vi.unstubAllGlobals();
    });
  }

  /** Every element of a name. */
  all(name: string): HTMLElement[] {
    return [...this.root.querySelectorAll<HTMLElement>(`[data-testid=${name}]`)];
  }

  /** Goes to the next group, whose members are these. */
  async walkTo(group: object): Promise<void> {
    this.#group = group;
    await press("j");
    await wait();
  }

  /** Keeps answers back, which will have these groups; what is returned lets them come. */
  hold(what: RegExp, group: object, list: object = LIST): () => Promise<void> {
    let resolve = (): void => undefined;
    const until = new Promise<void>((done) => {
      resolve = done;
    });
    this.#held = { what, until };
    return async () => {
      this.#group = group;
      this.#list = list;
      this.#held = null;
      resolve();
      await wait();
    };
  }

  #answer(url: string): Response {
    this.asked.push(url);
    if (/\bgroups\?/.test(url)) return Response.json(this.#list);
    if (/\bgroup\?/.test(url)) return Response.json(this.#group);
    if (/\bdiff\?/.test(url)) return Response.json(DIFF);
    const id = new URL(url, "http://x").searchParams.get("id") ?? "";
    const tokens = { response_tokens: ["It ", id], raw_tokens: ["It ", id] };
    const own = id === "new" ? null : id === "old1" ? "g0" : "g1";
    const neighbours = { previous: null, next: null, group: [], group_rewards: [], prompt: VISITS };
    const metric = [{ name: "log_ratio", kind: "signed" as const, unit: "", origin: "" }];
    return withTokens(sampleOf(id, { ...tokens, token_metrics: metric, group: own, neighbours }), [
      0.5,
      id === "a" ? 2 : -4,
    ]);
  }
}
