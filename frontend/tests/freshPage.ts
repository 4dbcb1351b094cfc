/**
 * A page for each file of tests, although many files have one document after another.
 *
 * To make a document costs a second of a processor, to load our modules half of one. So files follow one another in
 * one process (`isolate: false`), and this gives each of them what it would have alone: modules that nobody has used,
 * an empty page at its own address, empty stores, and no listener and no timer of the file before.
 */

import { afterAll, vi } from "vitest";

vi.resetModules();
// What the file before has put in the place of a module: each module that any file mocks is named here.
for (const mocked of ["uplot", "../src/ui/styles"]) vi.doUnmock(mocked);

/** Notes what a target is told to listen to; what is returned takes all of it back. */
function listeningOf(target: EventTarget): () => void {
  const own = Object.getOwnPropertyDescriptor(target, "addEventListener");
  const listen = target.addEventListener.bind(target);
  const heard: Parameters<EventTarget["removeEventListener"]>[] = [];
  Object.defineProperty(target, "addEventListener", {
    configurable: true,
    writable: true,
    value: (...told: Parameters<EventTarget["addEventListener"]>) => {
      heard.push(told);
      listen(...told);
    },
  });
  return () => {
    for (const told of heard) target.removeEventListener(...told);
    if (own) Object.defineProperty(target, "addEventListener", own);
    else Reflect.deleteProperty(target, "addEventListener");
  };
}

/** Notes what is to be called later; what is returned takes all of it back. */
function timersOf(target: typeof globalThis): () => void {
  const start = target.setTimeout;
  const waiting: ReturnType<typeof setTimeout>[] = [];
  const noted = ((...told: Parameters<typeof setTimeout>) => {
    const timer = start(...told);
    waiting.push(timer);
    return timer;
  }) as typeof setTimeout;
  target.setTimeout = noted;
  return () => {
    for (const timer of waiting) clearTimeout(timer);
    if (target.setTimeout === noted) target.setTimeout = start;
  };
}

if (typeof document !== "undefined") {
  const stopTimers = timersOf(globalThis);
  const elements = [document.documentElement, document.body];
  const stops = [window, document, ...elements].map(listeningOf);
  afterAll(() => {
    stopTimers();
    for (const stop of stops) stop();
    for (const element of elements) {
      for (const name of element.getAttributeNames()) element.removeAttribute(name);
    }
    document.head.replaceChildren();
    document.body.replaceChildren();
    localStorage.clear();
    sessionStorage.clear();
    history.replaceState(null, "", "/");
  });
}
