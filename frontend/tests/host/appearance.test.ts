// @vitest-environment jsdom

import { expect, test } from "vitest";
import { followTheme, setPageTitle } from "../../src/host/appearance";

test("the theme follows the host's body, also later", async () => {
  document.body.className = "dark-mode";
  followTheme();
  expect(document.documentElement.dataset["theme"]).toBe("dark");
  document.body.className = "";
  await Promise.resolve();
  expect(document.documentElement.dataset["theme"]).toBe("light");
});

test("the page has a title and a language", () => {
  setPageTitle("RL Board", "zh-CN");
  expect(document.title).toBe("RL Board");
  expect(document.documentElement.lang).toBe("zh-CN");
});
