/** What stands where there is no content: an empty state, an error, a progress bar. */

import type { ComponentChildren, JSX } from "preact";
import { translate } from "../i18n";

export interface EmptyProps {
  title: string;
  children?: ComponentChildren;
  testId?: string;
}

export function Empty(props: EmptyProps): JSX.Element {
  return (
    <section class="state empty" aria-label={props.title} data-testid={props.testId ?? "empty"}>
      <h2>{props.title}</h2>
      {props.children}
    </section>
  );
}

export interface ErrorBoxProps {
  /** What happened. */
  title: string;
  /** The error's own message, in English; it is said in the language of the page. */
  message: string;
  /** Where: the question, the file. */
  where?: string;
  /** What to do. */
  advice?: string;
  retry?: { label: string; run: () => void };
}

export function ErrorBox(props: ErrorBoxProps): JSX.Element {
  return (
    <section class="state error" role="alert" data-testid="error">
      <h2>{props.title}</h2>
      <p>{translate(props.message)}</p>
      {props.where !== undefined && <p class="muted">{props.where}</p>}
      {props.advice !== undefined && <p>{props.advice}</p>}
      {props.retry !== undefined && (
        <button type="button" class="button" onClick={props.retry.run}>
          {props.retry.label}
        </button>
      )}
    </section>
  );
}

export interface ProgressProps {
  /** 0 to 1, or null where the end is not known. */
  share: number | null;
  /** What is going on, with numbers. */
  text: string;
  label: string;
}

export function Progress(props: ProgressProps): JSX.Element {
  return (
    <div style={{ width: "100%" }}>
      <p class="number" aria-live="polite">
        {props.text}
      </p>
      <progress
        class="progress"
        aria-label={props.label}
        max={1}
        {...(props.share === null ? {} : { value: props.share })}
      />
    </div>
  );
}
