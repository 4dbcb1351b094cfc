/** Form fields. Each shows the value it is given and reports a change; its only state is what is being typed. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";

export interface SelectProps<T extends string> {
  value: T;
  options: readonly { value: T; label: string; hint?: string }[];
  onChange: (value: T) => void;
  label: string;
  /** Shows the label beside the field; else only screen readers have it. */
  labelShown?: boolean;
  testId?: string;
}

export function Select<T extends string>(props: SelectProps<T>): JSX.Element {
  return (
    <label class="labelled">
      <span class={props.labelShown ? "label" : "unseen"}>{props.label}</span>
      <select
        class="select"
        data-testid={props.testId}
        title={props.options.find((option) => option.value === props.value)?.hint}
        value={props.value}
        onChange={(event) => {
          const found = props.options[event.currentTarget.selectedIndex];
          if (found !== undefined) props.onChange(found.value);
        }}
      >
        {props.options.map((option) => (
          <option
            key={option.value}
            value={option.value}
            title={option.hint}
            selected={option.value === props.value}
          >
            {option.label}
          </option>
        ))}
      </select>
    </label>
  );
}

export interface ToggleProps {
  on: boolean;
  onChange: (on: boolean) => void;
  label: string;
  hint?: string;
  testId?: string;
}

export function Toggle(props: ToggleProps): JSX.Element {
  return (
    <label class="toggle" title={props.hint}>
      <input
        type="checkbox"
        checked={props.on}
        data-testid={props.testId}
        onChange={(event) => props.onChange(event.currentTarget.checked)}
      />
      <span>{props.label}</span>
    </label>
  );
}

export interface SliderProps {
  value: number;
  min: number;
  max: number;
  step?: number;
  onInput: (value: number) => void;
  label: string;
  labelShown?: boolean;
  /** What a screen reader says for the value: "step 1240". */
  text?: string;
  testId?: string;
}

export function Slider(props: SliderProps): JSX.Element {
  return (
    <label class="labelled slider">
      <span class={props.labelShown ? "label" : "unseen"}>{props.label}</span>
      <input
        type="range"
        min={props.min}
        max={props.max}
        step={props.step ?? 1}
        value={props.value}
        aria-valuetext={props.text}
        data-testid={props.testId}
        onInput={(event) => props.onInput(event.currentTarget.valueAsNumber)}
      />
    </label>
  );
}

export interface NumberFieldProps {
  value: number | null;
  /** Called with Enter or on leaving the field, with a finite number only; null where the field was emptied. */
  onCommit: (value: number | null) => void;
  label: string;
  labelShown?: boolean;
  width?: number;
  integer?: boolean;
  testId?: string;
}

export function NumberField(props: NumberFieldProps): JSX.Element {
  const shown = props.value === null ? "" : String(props.value);
  /** Null while nobody types: a number that the owner rejects (a step that does not exist) is thus not kept. */
  const [typed, setTyped] = useState<string | null>(null);
  const [wrong, setWrong] = useState(false);
  const commit = (): void => {
    const text = typed?.trim() ?? shown;
    const value = Number(text);
    const bad =
      text !== "" && (!Number.isFinite(value) || (props.integer === true && !Number.isInteger(value)));
    setWrong(bad);
    if (bad) return;
    setTyped(null);
    if (text !== shown) props.onCommit(text === "" ? null : value);
  };
  return (
    <label class="labelled">
      <span class={props.labelShown ? "label" : "unseen"}>{props.label}</span>
      <input
        type="text"
        inputMode={props.integer ? "numeric" : "decimal"}
        class="field number"
        style={{ width: `${props.width ?? 72}px` }}
        value={typed ?? shown}
        aria-invalid={wrong}
        data-testid={props.testId}
        onInput={(event) => setTyped(event.currentTarget.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.isComposing) return;
          if (event.key === "Enter") commit();
          if (event.key !== "Escape") return;
          setTyped(null);
          setWrong(false);
        }}
      />
    </label>
  );
}
