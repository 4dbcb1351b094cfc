/** What an address says and nobody understands: a list that is not there is told, and not just left out. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { ADDRESS_FIELDS } from "../addressFields";
import { type Field, isWhole, type Taken } from "../fieldTypes";

/** A parameter of a link that counts as if it were not there. */
export interface Unread {
  readonly name: string;
  /** The part of its value that is not understood. */
  readonly value: string;
  /** What it takes; null where no parameter is called so. */
  readonly takes: Taken | null;
}

const found = signal<readonly Unread[]>([]);

/** Of the link that was opened last. */
export const unread: ReadonlySignal<readonly Unread[]> = found;

/** What is not understood of an address. */
export function unreadOf(values: Readonly<Record<string, string>>): Unread[] {
  return Object.entries(values).flatMap(([name, value]): Unread[] => {
    if (!Object.hasOwn(ADDRESS_FIELDS, name)) return [{ name, value, takes: null }];
    const { takes } = ADDRESS_FIELDS[name as keyof typeof ADDRESS_FIELDS] as Field<unknown>;
    const odd = takes === undefined || value === "" ? undefined : oddPart(value, takes);
    return takes === undefined || odd === undefined ? [] : [{ name, value: odd, takes }];
  });
}

function oddPart(value: string, takes: Taken): string | undefined {
  if ("number" in takes) {
    const isOne = takes.number === "whole" ? isWhole(value) : Number.isFinite(Number(value));
    return isOne ? undefined : value;
  }
  const parts = takes.several ? value.split(",") : [value];
  return parts.find((part) => part !== "" && !takes.words.includes(part));
}

/**
 * Notes what is not understood of a link that was opened.
 *
 * @param isSame Whether it stands for what is shown already: then it may be the address as we have written it since, without
 *   what was not understood, and takes nothing back.
 */
export function noteUnread(values: Readonly<Record<string, string>>, isSame: boolean): void {
  const odd = unreadOf(values);
  if (odd.length > 0 || !isSame) found.value = odd;
}

/** Puts away what was said of it. */
export function forgetUnread(): void {
  found.value = [];
}
