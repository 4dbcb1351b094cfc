import type { findingsInBars as en } from "../../en/findings/bars";

/** 顶栏与曲线上方关于诊断的文字；诊断本身由服务器给出。 */
export const findingsInBars = {
  "findings.severity.error": "错误",
  "findings.severity.warning": "警告",
  "findings.severity.info": "提示",
  "findings.count.errors": "{n} 个错误",
  "findings.count.warnings": "{n} 个警告",
  "findings.count.infos": "{n} 个提示",
  "findings.counts": "看起来不对的地方：{counts}",
  "findings.strip": "该运行看起来不对的地方",
  "findings.more": "还有 {n} 个",
  "findings.healthy": "看起来正常：在 {samples} 个样本上做了 {kinds} 项检查",
  "findings.so_far": "目前未发现问题：在 {samples} 个样本上做了 {kinds} 项检查",
  "findings.nothing_checked": "什么都无法检查：请看每项检查需要什么",
  "findings.open": "显示该诊断及其样本",
  "findings.steps.at": "第 {step} 步",
  "findings.steps.between": "第 {first} – {last} 步",
  "findings.steps.since": "自第 {first} 步起",
  "findings.steps.always": "每一步",
  "findings.list": "看起来不对的地方，最严重的在前",
} satisfies Record<keyof typeof en, string>;
