/** What a parameter of the address can hold, and how it is read. It is written with `String`. */

/** What a parameter can hold, for whoever has written something else: some words, alone or with commas between them, or a number. */
export type AllowedValues =
  | { readonly words: readonly string[]; readonly several: boolean }
  | { readonly number: "whole" | "finite" };

/** One parameter of the address. */
export interface Field<T> {
  /** The value where the address does not say it; such a value is not written. */
  readonly fallback: T;
  /** Reads the address; nonsense is as if it were not there. */
  readonly read: (text: string) => T;
  /** What it can hold; absent where that is any text. */
  readonly allowed?: AllowedValues;
  /** What the value means nothing without: it is forgotten when another run, or another sample, is chosen. */
  readonly belongsTo: "page" | "run" | "sample";
}

export const text: Field<string> = { fallback: "", read: (value) => value, belongsTo: "page" };

/** The id of something that may not be chosen. */
export const optionalText: Field<string | null> = {
  fallback: null,
  read: (value) => value || null,
  belongsTo: "page",
};

/** Whether a text is a whole number that a number holds exactly. */
export function isWhole(value: string): boolean {
  return /^-?\d{1,15}$/.test(value);
}

export const wholeNumber: Field<number | null> = {
  fallback: null,
  read: (value) => (isWhole(value) ? Number(value) : null),
  allowed: { number: "whole" },
  belongsTo: "page",
};

export const flag: Field<boolean> = {
  fallback: false,
  read: (value) => value === "true",
  allowed: { words: ["true", "false"], several: false },
  belongsTo: "page",
};

/** One of some words, of which `fallback` is one. */
export function oneOf<const T extends string>(words: readonly T[], fallback: NoInfer<T>): Field<T> {
  return {
    fallback,
    read: (value) => words.find((word) => word === value) ?? fallback,
    allowed: { words: words.filter((word) => word !== ""), several: false },
    belongsTo: "page",
  };
}

/** A text that means something only as one of these words; "" is none. */
export function oneWord(words: readonly string[]): Field<string> {
  return { ...text, allowed: { words, several: false } };
}

/** Some of these words, comma-separated; "" is none. */
export function words(known: readonly string[]): Field<string> {
  return { ...text, allowed: { words: known, several: true } };
}

/** A number as it was typed; "" is none. */
export const typedNumber: Field<string> = { ...text, allowed: { number: "finite" } };

/** The same field, forgotten when another run is chosen. */
export function ofRun<T>(field: Field<T>): Field<T> {
  return { ...field, belongsTo: "run" };
}

/** The same field, forgotten when another sample or another run is chosen. */
export function ofSample<T>(field: Field<T>): Field<T> {
  return { ...field, belongsTo: "sample" };
}
