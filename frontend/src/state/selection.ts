/** What the user is looking at: one object, one signal. The address bar is its record, so every state is a link. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { BYS, ENDS } from "../api/answers";
import { onAddress, readAddress, writeAddress } from "../host";

export const VIEWS = ["overview", "samples", "tokens"] as const;
export type View = (typeof VIEWS)[number];

export interface Selection {
  view: View;
  run: string;
  /** "" is the server's choice: train where there is one. */
  split: string;
  /** Null is the newest. */
  attempt: number | null;
  step: number | null;
  /** A step range narrows lists beyond the one step; null at one end is open. */
  step_min: number | null;
  step_max: number | null;
  /** The step that others are compared with. */
  pin: number | null;
  sample: string | null;
  token: number | null;
  /** The token metric that colours the response; "" is the view's choice. */
  metric: string;
  /** A filter expression; "" is none. */
  where: string;
  /** Runs of TensorBoard whose scalars are shown, comma-separated; "" is the server's pairing. */
  scalars: string;
  /** How the worst tokens are gathered, which end counts as bad ("" is the metric's own), and of which steps. */
  by: (typeof BYS)[number];
  end: "" | (typeof ENDS)[number];
  one_step: boolean;
  search: string;
  regex: boolean;
  /** Where to search, comma-separated; "" is everywhere. */
  in: string;
  preset: string;
  /** Draws the random preset's samples again. */
  seed: number | null;
  sort: string;
  order: "asc" | "desc";
}

export const DEFAULTS: Readonly<Selection> = {
  view: "overview",
  run: "",
  split: "",
  attempt: null,
  step: null,
  step_min: null,
  step_max: null,
  pin: null,
  sample: null,
  token: null,
  metric: "",
  where: "",
  scalars: "",
  by: "sample",
  end: "",
  one_step: false,
  search: "",
  regex: false,
  in: "",
  preset: "",
  seed: null,
  sort: "",
  order: "desc",
};

function wholeNumber(text: string | undefined): number | null {
  return text !== undefined && /^-?\d{1,15}$/.test(text) ? Number(text) : null;
}

/** The selection that an address stands for. What it does not say, or says wrongly, is at its default. */
export function fromAddress(values: Readonly<Record<string, string>>): Selection {
  return {
    view: VIEWS.find((view) => view === values["view"]) ?? DEFAULTS.view,
    run: values["run"] ?? "",
    split: values["split"] ?? "",
    attempt: wholeNumber(values["attempt"]),
    step: wholeNumber(values["step"]),
    step_min: wholeNumber(values["step_min"]),
    step_max: wholeNumber(values["step_max"]),
    pin: wholeNumber(values["pin"]),
    sample: values["sample"] || null,
    token: wholeNumber(values["token"]),
    metric: values["metric"] ?? "",
    where: values["where"] ?? "",
    scalars: values["scalars"] ?? "",
    by: BYS.find((by) => by === values["by"]) ?? DEFAULTS.by,
    end: ENDS.find((end) => end === values["end"]) ?? "",
    one_step: values["one_step"] === "true",
    search: values["search"] ?? "",
    regex: values["regex"] === "true",
    in: values["in"] ?? "",
    preset: values["preset"] ?? "",
    seed: wholeNumber(values["seed"]),
    sort: values["sort"] ?? "",
    order: values["order"] === "asc" ? "asc" : "desc",
  };
}

/** The address of a selection: only what differs from the default, so that links stay short. */
export function toAddress(chosen: Readonly<Selection>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [key, value] of Object.entries(chosen)) {
    if (value !== null && value !== DEFAULTS[key as keyof Selection]) values[key] = String(value);
  }
  return values;
}

const current = signal<Selection>({ ...DEFAULTS });

export const selection: ReadonlySignal<Selection> = current;

/** What belongs to a run and means nothing in another one. */
const OF_A_RUN = {
  split: "",
  attempt: null,
  step: null,
  step_min: null,
  step_max: null,
  pin: null,
  sample: null,
  token: null,
  scalars: "",
} as const satisfies Partial<Selection>;

/**
 * Changes the selection and its address.
 *
 * Opening a sample, a view or a run is a history entry ("push"); walking steps or samples replaces it, so that Back
 * leads to the last thing opened. Another run clears what belonged to the old one, another sample its token.
 */
export function select(patch: Partial<Selection>, how: "push" | "replace" = "replace"): void {
  const old = current.value;
  const otherRun = patch.run !== undefined && patch.run !== old.run && old.run !== "";
  const otherSample = patch.sample !== undefined && patch.sample !== old.sample;
  const next: Selection = {
    ...old,
    ...(otherRun ? OF_A_RUN : {}),
    ...(otherSample ? { token: null } : {}),
    ...patch,
  };
  const keys = Object.keys(next) as (keyof Selection)[];
  if (keys.every((key) => next[key] === old[key])) return;
  current.value = next;
  writeAddress(toAddress(next), how);
}

/** Takes the address at its word, now and whenever it changes. Returns what undoes it. */
export function followAddress(): () => void {
  const read = (): void => {
    const values = readAddress();
    if (values === null) return;
    const next = fromAddress(values);
    if (JSON.stringify(next) !== JSON.stringify(current.peek())) current.value = next;
  };
  read();
  return onAddress(read);
}
