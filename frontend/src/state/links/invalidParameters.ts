/** Parameters of a link that are unknown or have a value that is not allowed. The page says so, as it shows something else without them. */

import { type ReadonlySignal, signal } from "@preact/signals";
import { ADDRESS_FIELDS } from "../addressFields";
import { type AllowedValues, type Field, isWhole } from "../fieldTypes";

/** A parameter of a link that counts as if it were not there. */
export interface InvalidParameter {
  readonly name: string;
  /** The part of its value that is not understood. */
  readonly value: string;
  /** What it takes; null where no parameter is called so. */
  readonly allowed: AllowedValues | null;
}

const found = signal<readonly InvalidParameter[]>([]);

/** Of the link that was opened last. */
export const invalidParameters: ReadonlySignal<readonly InvalidParameter[]> = found;

/** What is not understood of an address. */
export function invalidParametersOf(values: Readonly<Record<string, string>>): InvalidParameter[] {
  return Object.entries(values).flatMap(([name, value]): InvalidParameter[] => {
    if (!Object.hasOwn(ADDRESS_FIELDS, name)) return [{ name, value, allowed: null }];
    const { allowed } = ADDRESS_FIELDS[name as keyof typeof ADDRESS_FIELDS] as Field<unknown>;
    const odd = allowed === undefined || value === "" ? undefined : oddPart(value, allowed);
    return allowed === undefined || odd === undefined ? [] : [{ name, value: odd, allowed }];
  });
}

function oddPart(value: string, allowed: AllowedValues): string | undefined {
  if ("number" in allowed) {
    const isOne = allowed.number === "whole" ? isWhole(value) : Number.isFinite(Number(value));
    return isOne ? undefined : value;
  }
  const parts = allowed.several ? value.split(",") : [value];
  return parts.find((part) => part !== "" && !allowed.words.includes(part));
}

/**
 * Notes what is not understood of a link that was opened.
 *
 * @param isSame Whether it stands for what is shown already: then it may be the address as we have written it since, without
 *   what was not understood, and takes nothing back.
 */
export function noteInvalidParameters(values: Readonly<Record<string, string>>, isSame: boolean): void {
  const odd = invalidParametersOf(values);
  if (odd.length > 0 || !isSame) found.value = odd;
}

/** Puts away what was said of it. */
export function hideInvalidParameters(): void {
  found.value = [];
}
