/**
 * Every parameter of the address, each spelt once, in the order in which they are written.
 *
 * What all views share comes first, then a slice for each view. A new view adds its name and its slice here.
 */

import { BYS, ENDS } from "../api/answers";
import { groups, prompts, runs } from "./comparingFields";
import { flag, ofRun, ofSample, oneOf, optionalText, text, wholeNumber } from "./fieldTypes";

/** The views, in the order of their tabs. */
export const VIEWS = ["overview", "samples", "groups", "prompts", "tokens", "findings", "runs"] as const;
export type ViewName = (typeof VIEWS)[number];

/** Which view, and which part of the data. */
const shared = {
  view: oneOf(VIEWS, "overview"),
  run: text,
  /** "" is the server's choice: train where there is one. */
  split: ofRun(text),
  /** Null is the newest. */
  attempt: ofRun(wholeNumber),
  step: ofRun(wholeNumber),
  /** A step range narrows lists beyond the one step; null at one end is open. */
  step_min: ofRun(wholeNumber),
  step_max: ofRun(wholeNumber),
  /** The step that others are compared with. */
  pin: ofRun(wholeNumber),
};

/** The open sample, over whichever view. */
const sample = {
  sample: ofRun(optionalText),
  token: ofSample(wholeNumber),
  /** The token metric that colours the response; "" is the view's choice. */
  metric: text,
  /** What the response is compared with: "reference" or the id of another sample; "" is nothing. */
  diff_with: ofRun(text),
};

/** The metric of the curve that was clicked, and which of its ends is looked for; "" is none. */
const followed = { about: ofRun(text), about_order: ofRun(oneOf(["asc", "desc"], "desc")) };

/** The filter expression, which all views share; "" is none. */
const filter = { where: text };

const overview = {
  /** Charts that were switched on and off, and how all curves are drawn; "" is the view's choice. */
  charts: text,
  band: text,
  band_scale: text,
  smoothing: text,
  from_zero: text,
  kl: text,
  /** How single charts are drawn where that was changed: their scale and range of values. */
  looks: ofRun(text),
  /** Runs whose curves lie over those of the run, comma-separated; "!" before one that is hidden. */
  overlay: text,
  /** The text column that curves are split by; "" is none. */
  split_by: text,
  /** Runs of TensorBoard whose scalars are shown, comma-separated; "" is the server's pairing. */
  scalars: ofRun(text),
};

const tokens = {
  /** How the worst tokens are gathered. */
  by: oneOf(BYS, "sample"),
  /** Which end counts as bad; "" is the metric's own. */
  end: oneOf(["", ...ENDS], ""),
  /** Of all steps, instead of the current one. */
  all_steps: flag,
};

const findings = {
  /** The finding that is open in the list; "" is the worst, "none" none. */
  finding: ofRun(text),
  /** Thresholds that are tried instead of the run's own; "" is none. */
  thresholds: ofRun(text),
};

const samples = {
  search: text,
  regex: flag,
  /** Where to search, comma-separated; "" is everywhere. */
  in: text,
  preset: text,
  /** Draws the random preset's samples again. */
  seed: wholeNumber,
  sort: text,
  order: oneOf(["asc", "desc"], "desc"),
};

export const ADDRESS_FIELDS = {
  ...shared,
  ...sample,
  ...followed,
  ...filter,
  ...overview,
  ...groups,
  ...prompts,
  ...tokens,
  ...findings,
  ...runs,
  ...samples,
};
