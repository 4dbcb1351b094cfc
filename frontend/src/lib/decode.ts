/** Small functions that turn an `unknown` into a known type, or say where it is not what was promised. */

export type Decoder<T> = (value: unknown) => T;

/** The type that a decoder gives. */
export type Decoded<D> = D extends Decoder<infer T> ? T : never;

/** A value is not what was promised; `path` names the place, outermost key first: `.runs[2].state`. */
export class DecodeError extends Error {
  override name = "DecodeError";

  constructor(
    readonly reason: string,
    readonly path = "",
  ) {
    super(path === "" ? reason : `${path}: ${reason}`);
  }
}

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "string") return `the text ${JSON.stringify(value.slice(0, 40))}`;
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  return value === undefined ? "nothing" : typeof value;
}

function mismatch(expected: string, value: unknown): DecodeError {
  return new DecodeError(`expected ${expected}, found ${describe(value)}`);
}

/** The path is built while the error travels outwards, so that good data pays nothing for it. */
function within(key: string, error: unknown): unknown {
  return error instanceof DecodeError ? new DecodeError(error.reason, key + error.path) : error;
}

export const unknown: Decoder<unknown> = (value) => value;

export const string: Decoder<string> = (value) => {
  if (typeof value !== "string") throw mismatch("text", value);
  return value;
};

export const boolean: Decoder<boolean> = (value) => {
  if (typeof value !== "boolean") throw mismatch("true or false", value);
  return value;
};

/** A number that is never missing and always finite: counts, indices, bin edges. */
export const number: Decoder<number> = (value) => {
  if (typeof value !== "number") throw mismatch("a number", value);
  return value;
};

const WORDS: Readonly<Record<string, number>> = { NaN, Infinity, "-Infinity": -Infinity };

/** The number a word of the JSON stands for, or undefined for any other value. */
export function nonFinite(value: unknown): number | undefined {
  return typeof value === "string" && Object.hasOwn(WORDS, value) ? WORDS[value] : undefined;
}

/** A measured number: null is missing, the words NaN, Infinity and -Infinity are what was logged. */
export const measuredNumber: Decoder<number | null> = (value) => {
  if (typeof value === "number" || value === null) return value;
  const word = nonFinite(value);
  if (word === undefined) throw mismatch("a number, null, or NaN, Infinity or -Infinity as text", value);
  return word;
};

export function literal<const T extends string>(...allowed: T[]): Decoder<T> {
  return (value) => {
    const found = allowed.find((word) => word === value);
    if (found === undefined) throw mismatch(`one of ${allowed.join(", ")}`, value);
    return found;
  };
}

export function nullable<T>(inner: Decoder<T>): Decoder<T | null> {
  return (value) => (value === null ? null : inner(value));
}

/** For a key that an answer may leave out. */
export function withDefault<T>(inner: Decoder<T>, fallback: NoInfer<T>): Decoder<T> {
  return (value) => (value === undefined ? fallback : inner(value));
}

export function array<T>(item: Decoder<T>): Decoder<T[]> {
  return (value) => {
    if (!Array.isArray(value)) throw mismatch("a list", value);
    let index = 0;
    try {
      const items: T[] = [];
      for (; index < value.length; index += 1) items.push(item(value[index]));
      return items;
    } catch (error) {
      throw within(`[${index}]`, error);
    }
  };
}

export function pair<A, B>(first: Decoder<A>, second: Decoder<B>): Decoder<[A, B]> {
  return (value) => {
    if (!Array.isArray(value) || value.length !== 2) throw mismatch("a pair", value);
    return [first(value[0]), second(value[1])];
  };
}

function entriesOf(value: unknown): Record<string, unknown> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw mismatch("an object", value);
  return value as Record<string, unknown>;
}

/** An object whose keys are data: metric names, column names. */
export function record<T>(item: Decoder<T>): Decoder<Record<string, T>> {
  return (value) => {
    // No prototype: a metric may be called "constructor".
    const out: Record<string, T> = Object.create(null);
    for (const [key, entry] of Object.entries(entriesOf(value))) {
      try {
        out[key] = item(entry);
      } catch (error) {
        throw within(`.${key}`, error);
      }
    }
    return out;
  };
}

/** An object of known keys; others are left alone, so that a newer server may add some. */
export function object<S extends Record<string, Decoder<unknown>>>(
  shape: S,
): Decoder<{ [K in keyof S]: Decoded<S[K]> }> {
  return (value) => {
    const entries = entriesOf(value);
    const out: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(shape)) {
      try {
        out[key] = item(entries[key]);
      } catch (error) {
        throw within(`.${key}`, error);
      }
    }
    return out as { [K in keyof S]: Decoded<S[K]> };
  };
}
