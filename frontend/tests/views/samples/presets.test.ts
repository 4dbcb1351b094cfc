import { expect, test } from "vitest";
import { samples } from "../../../src/i18n/en/samples";
import { searchedTexts, searchedTextsParameter } from "../../../src/state/searchedTexts";
import { PRESETS } from "../../../src/views/samples/presets";
import { PRESET_SORTS } from "../../../src/views/samples/sorting";
import { read } from "../../files";

const SERVED = read("../../tensorboard_plugin_rlboard/board/samples/list_columns.py");

test("every preset has a name and a sentence", () => {
  for (const name of ["none", ...PRESETS]) {
    expect(samples).toHaveProperty([`samples.preset.${name}`]);
    expect(samples).toHaveProperty([`samples.preset.${name}.hint`]);
  }
});

test("all places say nothing in the address, none means all", () => {
  expect(searchedTexts("")).toEqual(["prompt", "response", "reference"]);
  expect(searchedTextsParameter(["response", "prompt", "reference"])).toBe("");
  expect(searchedTextsParameter(["response", "prompt"])).toBe("prompt,response");
  expect(searchedTexts("response,nonsense")).toEqual(["response"]);
  expect(searchedTexts("nonsense")).toEqual(["prompt", "response", "reference"]);
});

test("what each ready-made order sorts by is what the server sorts by", () => {
  const [, listed = ""] = /^PRESETS = \{\n([\s\S]*?)^\}/m.exec(SERVED) ?? [];
  const served = [...listed.matchAll(/"(\w+)": \("(\w*)", "(asc|desc)"\)/g)].map(
    ([, preset, name, order]) => [preset, { name, order }] as const,
  );
  expect(served.map(([preset]) => preset)).toEqual([...PRESETS]);
  expect(Object.fromEntries(served.filter(([, sort]) => sort?.name !== ""))).toEqual(PRESET_SORTS);
});
