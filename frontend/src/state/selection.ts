/** What the user is looking at: one object, one signal. The address bar is its record, so every state is a link. */

import { batch, computed, type ReadonlySignal, signal } from "@preact/signals";
import { onAddress, readAddress, writeAddress } from "../host/address";
import { ADDRESS_FIELDS } from "./addressFields";
import type { Field } from "./fieldTypes";
import { noteInvalidParameters } from "./links/invalidParameters";

/** One value for each parameter of the address. */
export type Selection = {
  -readonly [Name in keyof typeof ADDRESS_FIELDS]: (typeof ADDRESS_FIELDS)[Name] extends Field<infer T>
    ? T
    : never;
};

const FIELDS = Object.entries(ADDRESS_FIELDS) as [keyof Selection, Field<unknown>][];

export const DEFAULTS = Object.fromEntries(
  FIELDS.map(([name, { fallback }]) => [name, fallback]),
) as Readonly<Selection>;

/** The defaults of the fields that belong to one of `owners`. */
function defaultsOf(...owners: Field<unknown>["belongsTo"][]): Partial<Selection> {
  const fields = FIELDS.filter(([, { belongsTo }]) => owners.includes(belongsTo));
  return Object.fromEntries(fields.map(([name]) => [name, DEFAULTS[name]]));
}

/** What means nothing in another run, and in another sample, at its default. */
const FORGOTTEN_WITH_RUN = defaultsOf("run", "sample");
const FORGOTTEN_WITH_SAMPLE = defaultsOf("sample");

/** The selection that an address stands for. What it does not say, or says wrongly, is at its default. */
export function fromAddress(values: Readonly<Record<string, string>>): Selection {
  const read = ([name, field]: (typeof FIELDS)[number]): [string, unknown] => {
    const value = values[name];
    return [name, value === undefined ? field.fallback : field.read(value)];
  };
  return Object.fromEntries(FIELDS.map(read)) as Selection;
}

/** The address of a selection: only what differs from the default, so that links stay short. */
export function toAddress(chosen: Readonly<Selection>): Record<string, string> {
  const values: Record<string, string> = {};
  for (const [name, { fallback }] of FIELDS) {
    const value = chosen[name];
    if (value !== null && value !== fallback) values[name] = String(value);
  }
  return values;
}

const current = signal<Selection>({ ...DEFAULTS });

export const selection: ReadonlySignal<Selection> = current;

/** Each field of the selection by itself: what reads only these is not drawn again when another one changes. */
export const selected = Object.fromEntries(
  FIELDS.map(([name]) => [name, computed(() => current.value[name])]),
) as { readonly [Name in keyof Selection]: ReadonlySignal<Selection[Name]> };

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
    ...(otherRun ? FORGOTTEN_WITH_RUN : {}),
    ...(otherSample ? FORGOTTEN_WITH_SAMPLE : {}),
    ...patch,
  };
  if (FIELDS.every(([name]) => next[name] === old[name])) return;
  batch(() => {
    current.value = next;
    writeAddress(toAddress(next), how); // before anyone hears of it, who may change the selection again
  });
}

/** Takes the address at its word, now and whenever others change it. Returns what undoes it. */
export function followAddress(): () => void {
  const read = (): void => {
    const values = readAddress();
    if (values === null) return;
    const next = fromAddress(values);
    const isSame = JSON.stringify(next) === JSON.stringify(current.peek());
    noteInvalidParameters(values, isSame);
    if (!isSame) current.value = next;
  };
  read();
  return onAddress(read);
}
