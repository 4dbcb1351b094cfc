// @vitest-environment jsdom

/** What the page says where a question that it cannot do without has failed. */

import { render } from "preact";
import { act } from "preact/test-utils";
import { expect, test, vi } from "vitest";
import { ApiError } from "../../src/api/errors";
import { Failed } from "../../src/shell/pageStates";

vi.mock("../../src/ui/styles", () => ({ adoptStyles: () => undefined }));

function shown(status: number): string {
  const place = document.createElement("div");
  act(() => render(<Failed error={new ApiError(status, "the sentence", "runs")} what="what" />, place));
  return place.textContent ?? "";
}

test("a refused host name comes with the flag that allows it", () => {
  expect(shown(403)).toContain(`--rlboard_allowed_hosts=${window.location.hostname}`);
  expect(shown(403)).toContain("the sentence");
  expect(shown(500)).not.toContain("--rlboard_allowed_hosts");
});
