import { beforeEach, expect, test } from "vitest";
import { followTheme, nameThePage, onAddress, readAddress, writeAddress } from "../src/host";

beforeEach(() => window.history.replaceState(null, "", "/"));

test("what is written is read again, whatever it holds", () => {
  const values = { run: "ppo/seed=1&2", search: "春 江 %41 + #?" };
  writeAddress(values, "replace");
  expect(window.location.hash.startsWith("#rlboard&p.rlboard.run=ppo%2Fseed%3D1%262")).toBe(true);
  expect(readAddress()).toEqual(values);
});

test("keys of other plugins stay", () => {
  window.history.replaceState(null, "", "/#rlboard&p.other.x=1&p.rlboard.run=old");
  writeAddress({ step: "3" }, "replace");
  expect(window.location.hash).toBe("#rlboard&p.other.x=1&p.rlboard.step=3");
});

test("push makes a history entry, replace does not, the same address neither", () => {
  writeAddress({ step: "1" }, "replace");
  const before = window.history.length;
  writeAddress({ step: "2" }, "replace");
  expect(window.history.length).toBe(before);
  writeAddress({ step: "3" }, "push");
  expect(window.history.length).toBe(before + 1);
  writeAddress({ step: "3" }, "push");
  expect(window.history.length).toBe(before + 1);
});

test("the host is told of a written address, since it keeps a copy of the hash", () => {
  let heard = 0;
  const stop = onAddress(() => {
    heard += 1;
  });
  writeAddress({ step: "9" }, "replace");
  stop();
  writeAddress({ step: "10" }, "replace");
  expect(heard).toBe(1);
});

test("a hash that is badly encoded is taken as it stands", () => {
  window.history.replaceState(null, "", "/#rlboard&p.rlboard.run=%E0%A4%A");
  expect(readAddress()).toEqual({ run: "%E0%A4%A" });
});

test("the theme follows the host's body, also later", async () => {
  document.body.className = "dark-mode";
  followTheme();
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  document.body.className = "";
  await Promise.resolve();
  expect(document.documentElement.dataset["theme"]).toBe("light");
});

test("the page has a title and a language", () => {
  nameThePage("RL Board", "zh-CN");
  expect(document.title).toBe("RL Board");
  expect(document.documentElement.lang).toBe("zh-CN");
});
