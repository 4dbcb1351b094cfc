import { expect, test } from "vitest";
import { discountText } from "../../src/tokens/critic/discountText";

test("γ and λ are said as they were used", () => {
  expect(discountText({ gamma: 0.99, lam: 0.95, logged: true })).toBe("γ = 0.99, λ = 0.95");
  expect(discountText({ gamma: 1, lam: 0.95, logged: true })).toBe("γ = 1, λ = 0.95");
  expect(discountText({ gamma: 1, lam: 1, logged: true })).toBe("γ = 1");
  expect(discountText({ gamma: 1, lam: 1, logged: false })).toBe("γ = 1, not logged");
});
