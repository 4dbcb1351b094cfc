// @vitest-environment jsdom

import { render } from "preact";
import { act } from "preact/test-utils";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { ApiError } from "../../src/api/errors";
import { Question } from "../../src/data/question";
import { revision } from "../../src/data/revision";
import { type Answer, useAnswer, usePrefetch } from "../../src/data/useAnswer";

interface Asked {
  key: string;
  signal: AbortSignal;
  answer: (value: string) => void;
  fail: (error: Error) => void;
}

let asked: Asked[] = [];
let seen: Answer<string>;
let root: HTMLElement;

const probed = new Question<string, string>({
  name: "probe",
  load: (key, { signal = new AbortController().signal }) =>
    new Promise<string>((answer, fail) => asked.push({ key, signal, answer, fail })),
});

function Probe({ question }: { question: string }): null {
  seen = useAnswer(probed, question === "" ? null : question);
  return null;
}

/** Lets promises and the effects that follow them run. */
const settle = (change: () => void): Promise<void> =>
  act(async () => {
    change();
    await new Promise((done) => setTimeout(done));
  });

const show = (question: string): Promise<void> => act(() => render(<Probe question={question} />, root));

function last(): Asked {
  const one = asked.at(-1);
  if (one === undefined) throw new Error("nothing was asked");
  return one;
}

beforeEach(() => {
  asked = [];
  root = document.createElement("div");
  revision.value = "r1";
});

afterEach(() => act(() => render(null, root)));

test("nothing is asked without a question", async () => {
  await show("");
  expect(asked).toEqual([]);
  expect(seen).toEqual({ data: null, parameters: null, error: null, loading: false, stale: false });
});

test("the old answer stays, marked stale, until the new one is there", async () => {
  await show("a");
  expect(seen).toMatchObject({ data: null, loading: true, stale: false });
  await settle(() => last().answer("A"));
  expect(seen).toMatchObject({ data: "A", loading: false, stale: false });
  await show("b");
  expect(seen).toMatchObject({ data: "A", loading: true, stale: true });
  await settle(() => last().answer("B"));
  expect(seen).toMatchObject({ data: "B", loading: false, stale: false });
});

test("a remembered answer is there in the rendering that asks for it", async () => {
  const load = async (key: string): Promise<string> => key.toUpperCase();
  const remembering = new Question<string, string>({ name: "remembering", cacheSize: 2, load });
  const rendered: (string | null)[] = [];
  const Shown = ({ question }: { question: string }): null => {
    rendered.push(useAnswer(remembering, question).data);
    return null;
  };
  for (const key of ["a", "b"]) await remembering.fetch(key);
  for (const key of ["a", "b", "a"]) await settle(() => render(<Shown question={key} />, root));
  expect(rendered).toEqual(["A", "B", "A"]);
});

test("an answer to a question no longer asked is ignored, and its request withdrawn", async () => {
  await show("a");
  const old = last();
  await show("b");
  expect(old.signal.aborted).toBe(true);
  await settle(() => last().answer("B"));
  await settle(() => old.answer("A"));
  expect(seen.data).toBe("B");
});

test("a new revision asks again and shows the old answer meanwhile, not as stale", async () => {
  await show("a");
  await settle(() => last().answer("A"));
  await act(() => {
    revision.value = "r2";
  });
  expect(asked).toHaveLength(2);
  expect(seen).toMatchObject({ data: "A", loading: true, stale: false });
  await settle(() => last().answer("A2"));
  expect(seen.data).toBe("A2");
});

test("a failure stands beside the last answer and goes with the next question", async () => {
  await show("a");
  await settle(() => last().answer("A"));
  await show("b");
  await settle(() => last().fail(new ApiError(400, "no such metric", "steps")));
  expect(seen.error?.message).toBe("no such metric");
  expect(seen.data).toBe("A");
  await show("c");
  expect(seen.error).toBeNull();
});

describe("fetching ahead", () => {
  function Prefetching({ shown, ready }: { shown: number; ready: boolean }): null {
    usePrefetch(probed, ready, [shown], 20, () => [`next ${shown}`, null, undefined]);
    return null;
  }

  const showAhead = (shown: number, ready = true): Promise<void> =>
    act(() => render(<Prefetching shown={shown} ready={ready} />, root));
  const wait = (ms: number): Promise<void> => act(() => new Promise((done) => setTimeout(done, ms)));

  test("begins after a while, once what is on screen is there", async () => {
    await showAhead(1, false);
    await wait(40);
    expect(asked).toEqual([]);
    await showAhead(1);
    expect(asked).toEqual([]);
    await wait(40);
    expect(asked.map(({ key }) => key)).toEqual(["next 1"]);
  });

  test("asks nothing for what is passed by, and withdraws what is left", async () => {
    await showAhead(1);
    await showAhead(2);
    await wait(40);
    expect(asked.map(({ key }) => key)).toEqual(["next 2"]);
    await showAhead(3, false);
    expect(last().signal.aborted).toBe(true);
  });
});

test("an answer that says the same at another revision is the object of before", async () => {
  const answers = [
    { values: [1, Number.NaN], at: new Float64Array([1, 2]) },
    { values: [1, Number.NaN], at: new Float64Array([1, 2]) },
    { values: [1, 2], at: new Float64Array([1, 2]) },
    { values: [1, 2], at: new Float64Array([1, 3]) },
  ];
  const shown: unknown[] = [];
  const numbers = new Question<string, unknown>({ name: "numbers", load: async () => answers.shift() });
  const Numbers = ({ of }: { of: string }): null => {
    const { data, loading } = useAnswer(numbers, of);
    if (!loading) shown.push(data);
    return null;
  };
  const [first, , other, last] = answers;
  await act(() => render(<Numbers of="a" />, root));
  for (const name of ["r1", "r2", "r3", "r4"]) {
    await act(() => {
      revision.value = name;
    });
    await settle(() => undefined);
  }
  expect(shown.length).toBe(4);
  expect(shown[0]).toBe(first);
  expect(shown[1]).toBe(first);
  expect(shown[2]).toBe(other);
  expect(shown[3]).toBe(last);
});

test("an equal answer to another question is its own", async () => {
  const answers = [{ values: [1] }, { values: [1] }];
  const [, second] = answers;
  const numbers = new Question<string, unknown>({ name: "others", load: async () => answers.shift() });
  let shown: unknown;
  const Numbers = ({ of }: { of: string }): null => {
    shown = useAnswer(numbers, of).data;
    return null;
  };
  for (const name of ["a", "b"]) {
    await act(() => render(<Numbers of={name} />, root));
    await settle(() => undefined);
  }
  expect(shown).toBe(second);
});
