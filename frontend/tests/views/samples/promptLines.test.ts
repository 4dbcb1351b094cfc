// @vitest-environment jsdom

/** Prompts of the table: their lines tell them apart, and are worked out anew only when other prompts are listed. */

import { effect } from "@preact/signals";
import { expect, test } from "vitest";
import { promptLine, tellPromptsApart } from "../../../src/views/samples/table/promptLines";

const rows = (prompts: readonly (string | null)[]) =>
  prompts.map((_, index) => ({ columns: { prompt: prompts }, index }));

test("a line begins where the listed prompts part", () => {
  const system = "<system>请对下句，要押韵。<user>";
  const listed = rows([`${system}清风满故人，`, `${system}明月照旧游，`, null]);
  const lines: string[] = [];
  const stop = effect(() => {
    lines.push(promptLine(28)(`${system}渔火绕白头，`));
  });
  tellPromptsApart([undefined, ...listed]);
  // The next page has the same prompts.
  tellPromptsApart([...listed, ...listed]);
  stop();
  expect(lines).toEqual(["…请对下句，要押韵。<user>渔火绕白头，", "…渔火绕白头，"]);
});
