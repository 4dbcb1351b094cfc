/** The words of the page: a message by its key, in the language of the page, with its slots filled. */

import { en, type MessageKey } from "./en";
import { type Language, language } from "./language";
import { zh } from "./zh";

export type { MessageKey } from "./en";

/** The compiler holds both to the keys of the English one. */
export const catalogues: Readonly<Record<Language, Readonly<Record<MessageKey, string>>>> = { en, zh };

/** What stands in the slots of a message, by the name of the slot. */
export type Slots = Readonly<Record<string, string | number>>;

/** The names between braces in a message: `"{n} of {total}"` has the slots `n` and `total`. */
type SlotName<Words extends string> = Words extends `${string}{${infer Name}}${infer Rest}`
  ? Name | SlotName<Rest>
  : never;

/** A message without slots needs none given; of several possible messages the slots of all have to be given. */
type SlotsOf<Key extends MessageKey> = [SlotName<(typeof en)[Key]>] extends [never]
  ? [slots?: Slots]
  : [slots: Readonly<Record<SlotName<(typeof en)[Key]>, string | number>>];

/** The words of a message; `{name}` in them is replaced by `slots.name`. */
export function t<Key extends MessageKey>(key: Key, ...[slots]: SlotsOf<Key>): string {
  return filled(catalogues[language.value][key] ?? key, slots);
}

/** The words for a key that is made of data; null where the catalogue has none. */
export function findMessage(key: string, slots?: Slots): string | null {
  const words: Readonly<Record<string, string>> = catalogues[language.value];
  return Object.hasOwn(words, key) ? filled(words[key] ?? "", slots) : null;
}

function filled(words: string, slots: Slots = {}): string {
  return words.replace(/\{(\w+)\}/g, (slot, name: string) => String(slots[name] ?? slot));
}
