// @vitest-environment jsdom

/** A component whose file is read later. */

import { type JSX, render } from "preact";
import { act } from "preact/test-utils";
import { expect, test } from "vitest";
import { type LazyFallbackProps, lazy } from "../../src/ui";
import { settle } from "../page";

const Word = ({ word }: { word: string }): JSX.Element => <b>{word}</b>;
const Waiting = ({ error }: LazyFallbackProps): JSX.Element => (
  <i>{error === null ? "waiting" : error.message}</i>
);

test("what is meant for it waits, then it stands there with its properties", async () => {
  let arrive: (component: typeof Word) => void = () => undefined;
  const Lazy = lazy(() => new Promise<typeof Word>((resolve) => (arrive = resolve)), Waiting);
  await act(() => render(<Lazy word="here" />, document.body));
  expect(document.body.innerHTML).toBe("<i>waiting</i>");
  arrive(Word);
  await settle();
  expect(document.body.innerHTML).toBe("<b>here</b>");
});

test("a file that cannot be read is said, and asked for anew by the next load", async () => {
  let tries = 0;
  const Lazy = lazy(async () => {
    tries += 1;
    if (tries === 1) throw new TypeError("Failed to fetch");
    return Word;
  }, Waiting);
  await act(() => render(<Lazy word="here" />, document.body));
  await settle();
  expect(document.body.innerHTML).toBe("<i>Failed to fetch</i>");
  await Lazy.load();
  await settle();
  expect(document.body.innerHTML).toBe("<b>here</b>");
  await Lazy.load();
  expect(tries).toBe(2);
});
