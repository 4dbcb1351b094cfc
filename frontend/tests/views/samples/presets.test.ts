// @vitest-environment jsdom

import { expect, test } from "vitest";
import { catalogues } from "../../../src/i18n/messages";
import { PRESETS } from "../../../src/views/samples/presets";
import { placesOf, placesText } from "../../../src/views/samples/search/searchPlaces";

test("every preset has a name and a sentence", () => {
  for (const name of ["none", ...PRESETS]) {
    expect(catalogues.en).toHaveProperty([`samples.preset.${name}`]);
    expect(catalogues.en).toHaveProperty([`samples.preset.${name}.why`]);
  }
});

test("all places say nothing in the address, none means all", () => {
  expect(placesOf("")).toEqual(["prompt", "response", "reference"]);
  expect(placesText(["response", "prompt", "reference"])).toBe("");
  expect(placesText(["response", "prompt"])).toBe("prompt,response");
  expect(placesOf("response,nonsense")).toEqual(["response"]);
  expect(placesOf("nonsense")).toEqual(["prompt", "response", "reference"]);
});
