import { describe, expect, it } from "vitest";
import { type ChartLook, readLooks, writeLooks } from "../../../src/views/overview/shared/looks";

describe("looks in the address", () => {
  it("are what was written, whatever a chart is called", () => {
    const looks = new Map<string, ChartLook>([
      ["reward", { scale: "log", values: "robust", line: "" }],
      ["scalar:loss,policy;50%", { scale: "symlog", values: [-0.5, 2e-8], line: "a;b,c%@" }],
      ["length", { scale: "linear", values: "all", line: "ref_reward" }],
    ]);
    expect(readLooks(writeLooks(looks))).toEqual(looks);
  });

  it("leave out what is as ever", () => {
    expect(writeLooks(new Map([["reward", { scale: "linear", values: "robust", line: "" }]]))).toBe("");
  });

  it("take no nonsense", () => {
    expect(readLooks("reward;cubic,;log,kl")).toEqual(new Map());
    expect(readLooks("kl;log;5;5").get("kl")).toEqual({ scale: "log", values: "robust", line: "" });
    expect(readLooks("kl;linear;a;2").get("kl")?.values).toBe("robust");
  });
});
