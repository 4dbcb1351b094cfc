/** The search field: asks a moment after the last letter, in the places that are ticked. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { t } from "../../../i18n";
import { searchFocusRequests } from "../../../state/focusRequests";
import { SEARCHABLE_TEXTS, searchedTexts, searchedTextsParameter } from "../../../state/searchedTexts";
import { select, selected } from "../../../state/selection";
import { Button, Popover, Toggle } from "../../../ui";

const PAUSE_MS = 250;

/** Whether something lies over an element: a drawer that takes the whole view, so that nobody would see the typing. */
function isCovered(element: HTMLElement): boolean {
  const { left, top, width, height } = element.getBoundingClientRect();
  const seen = document.elementFromPoint?.(left + width / 2, top + height / 2) ?? element;
  return !element.contains(seen);
}

function SearchInput(): JSX.Element {
  const search = selected.search.value;
  /** Null while nobody types: what was typed since the last question is not taken away by its answer. */
  const [typed, setTyped] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const focusRequests = searchFocusRequests.value;
  // At once: what is typed right behind the key belongs to the field.
  useLayoutEffect(() => {
    if (searchFocusRequests.peek() === 0) return;
    searchFocusRequests.value = 0;
    if (field.current !== null && isCovered(field.current)) select({ sample: null });
    field.current?.focus();
    field.current?.select();
  }, [focusRequests]);
  const apply = (text: string): void => {
    clearTimeout(timer.current);
    select({ search: text });
    setTyped((now) => (now === text ? null : now));
  };
  return (
    <input
      ref={field}
      type="search"
      class="field"
      data-testid="search"
      aria-label={t("samples.search")}
      placeholder={t("samples.search.placeholder")}
      spellcheck={false}
      value={typed ?? search}
      onInput={(event) => {
        const text = event.currentTarget.value;
        setTyped(text);
        clearTimeout(timer.current);
        // Not while an input method composes a character.
        if (!event.isComposing) timer.current = setTimeout(() => apply(text), PAUSE_MS);
      }}
      onCompositionEnd={(event) => apply(event.currentTarget.value)}
      onKeyDown={(event) => {
        if (event.isComposing) return;
        if (event.key === "Enter") apply(typed ?? search);
        if (event.key === "Escape") {
          event.preventDefault();
          if ((typed ?? search) === "") field.current?.blur();
          apply("");
          setTyped(null);
        }
      }}
    />
  );
}

export function SearchField(): JSX.Element {
  const [regex, text] = [selected.regex.value, selected.in.value];
  const places = searchedTexts(text);
  const change = (place: string, on: boolean): void => {
    select({
      in: searchedTextsParameter(on ? [...places, place] : places.filter((other) => other !== place)),
    });
  };
  return (
    <search class="group">
      <SearchInput />
      <Button
        label={t("samples.regex")}
        pressed={regex}
        testId="regex"
        onClick={() => select({ regex: !regex })}
      >
        .*
      </Button>
      <Popover
        trigger={`${t("samples.search_in")} ▾`}
        label={t("samples.search_in.hint")}
        align="start"
        testId="search-where"
      >
        <div class="stack">
          {SEARCHABLE_TEXTS.map((place) => (
            <Toggle
              key={place}
              label={t(`samples.search_in.${place}`)}
              on={places.includes(place)}
              onChange={(on) => change(place, on)}
            />
          ))}
        </div>
      </Popover>
    </search>
  );
}
