/** What a parameter of the address can hold, and how it is read. It is written with `String`. */

/** One parameter of the address. */
export interface Field<T> {
  /** The value where the address does not say it; such a value is not written. */
  readonly fallback: T;
  /** Reads the address; nonsense is as if it were not there. */
  readonly read: (text: string) => T;
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

export const wholeNumber: Field<number | null> = {
  fallback: null,
  read: (value) => (/^-?\d{1,15}$/.test(value) ? Number(value) : null),
  belongsTo: "page",
};

export const flag: Field<boolean> = {
  fallback: false,
  read: (value) => value === "true",
  belongsTo: "page",
};

/** One of some words, of which `fallback` is one. */
export function oneOf<const T extends string>(words: readonly T[], fallback: NoInfer<T>): Field<T> {
  return { fallback, read: (value) => words.find((word) => word === value) ?? fallback, belongsTo: "page" };
}

/** The same field, forgotten when another run is chosen. */
export function ofRun<T>(field: Field<T>): Field<T> {
  return { ...field, belongsTo: "run" };
}

/** The same field, forgotten when another sample or another run is chosen. */
export function ofSample<T>(field: Field<T>): Field<T> {
  return { ...field, belongsTo: "sample" };
}
