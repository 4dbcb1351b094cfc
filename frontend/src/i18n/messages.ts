/** The words of the page: a message by its key, in the language of the page, with its slots filled. */

import { signal } from "@preact/signals";
import { formatCount } from "../lib/format";
import { type English, en, type MessageKey } from "./en";
import { type Language, language } from "./language";

export type { MessageKey } from "./en";

/** Every message in one language. */
export type Catalogue = Readonly<Record<MessageKey, string>>;

/** English as far as it is read. */
let english: Partial<Catalogue> = en;

/** Takes English words that are read with the view that needs them. */
export function addEnglish(words: Partial<Catalogue>): void {
  english = { ...english, ...words };
}

/** The other languages whose words are there; without them the page is in English until `loadWords` has them. */
const catalogues: Partial<Record<Language, Catalogue>> = {};

/** Takes the words of a language. */
export function addWords(of: Language, words: Catalogue): void {
  catalogues[of] = words;
}

/** Whether the words of a language are there. */
export function hasWords(of: Language): boolean {
  return of === "en" || catalogues[of] !== undefined;
}

/** What the server says in another language; null until it is there. */
const sentences = signal<((text: string) => string) | null>(null);

/** Takes what tells a text of the server's in Chinese. */
export function addSentences(inChinese: (text: string) => string): void {
  sentences.value = inChinese;
}

/**
 * A text of the server's in the language of the page: as it is in English, and where no Chinese is known for it.
 *
 * Whatever the server says to a person goes through here; values (names, paths, texts of rollouts) are not.
 */
export function translate(text: string): string {
  return language.value === "zh" ? (sentences.value?.(text) ?? text) : text;
}

function words(): Partial<Catalogue> {
  return catalogues[language.value] ?? english;
}

/** What stands in the slots of a message, by the name of the slot. */
export type Slots = Readonly<Record<string, string | number>>;

/**
 * The names between braces in a message: `"{n} of {total}"` has the slots `n` and `total`, `"{n} {n|step|steps}"` has `n`.
 */
type SlotName<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? (Name extends `${infer Number}|${string}` ? Number : Name) | SlotName<Rest>
  : never;

/** A message without slots needs none given; of several possible messages the slots of all have to be given. */
type SlotsOf<Key extends MessageKey> = [SlotName<English[Key]>] extends [never]
  ? [slots?: Slots]
  : [slots: Readonly<Record<SlotName<English[Key]>, string | number>>];

/**
 * The words of a message; `{name}` in them is replaced by `slots.name`, `{name|step|steps}` by the first word where that is
 * 1 and else by the second.
 */
export function t<Key extends MessageKey>(key: Key, ...[slots]: SlotsOf<Key>): string {
  return fillSlots(words()[key] ?? key, slots);
}

/** The words for a key that is made of data; null where the catalogue has none. */
export function findMessage(key: string, slots?: Slots): string | null {
  const messages: Readonly<Record<string, string>> = words();
  return Object.hasOwn(messages, key) ? fillSlots(messages[key] ?? "", slots) : null;
}

/** A slot as it stands in a message, its name, and the two words of which one is shown; or words between slots. */
type Piece = string | { slot: string; name: string; one: string | undefined; many: string | undefined };

/** Messages at their slots: a key press shows dozens of messages, and always the same. */
const pieces = new Map<string, readonly Piece[]>();

function piecesOf(message: string): readonly Piece[] {
  const parsed = pieces.get(message);
  if (parsed !== undefined) return parsed;
  const parts: Piece[] = [];
  let end = 0;
  for (const match of message.matchAll(/\{(\w+)(?:\|([^|{}]*)\|([^|{}]*))?\}/g)) {
    const [slot, name = "", one, many] = match;
    parts.push(message.slice(end, match.index), { slot, name, one, many });
    end = match.index + slot.length;
  }
  parts.push(message.slice(end));
  pieces.set(message, parts);
  return parts;
}

/** Letters that are written from right to left, and characters that turn the direction. */
const RIGHT_TO_LEFT =
  /[\u0590-\u08FF\u200F\u202A-\u202E\u2066-\u2069\uFB1D-\uFDFF\uFE70-\uFEFC]|[\uD802\uD803\uD83A\uD83B]/;

/**
 * A value as it stands in a sentence. One that is written from right to left is kept apart from the rest (FSI … PDI):
 * beside it a number of the sentence would be read as a part of it, at its other end.
 */
function isolated(value: string | number | undefined): string | undefined {
  const text = value?.toString();
  return typeof value === "string" && RIGHT_TO_LEFT.test(value) ? `\u2068${text}\u2069` : text;
}

/** Slots whose numbers are names: steps and other numbers that something is found by. */
const NAME_SLOTS = new Set([
  ...["step", "newest", "first", "last", "from", "to"],
  ...["attempt", "line", "offset", "seed", "k"],
]);

/** A value as it stands in a message: whole numbers with a comma between thousands, as in tables, unless they are names. */
function slotText(value: string | number | undefined, slot: string): string | undefined {
  return typeof value === "number" && Number.isInteger(value) && !NAME_SLOTS.has(slot)
    ? formatCount(value)
    : isolated(value);
}

function fillSlots(message: string, slots: Slots = {}): string {
  let text = "";
  for (const piece of piecesOf(message)) {
    if (typeof piece === "string") text += piece;
    else {
      const value = slots[piece.name];
      text +=
        (piece.one === undefined
          ? slotText(value, piece.name)
          : String(value) === "1"
            ? piece.one
            : piece.many) ?? piece.slot;
    }
  }
  return text;
}
