import type { overlay as english } from "../../en/runs/overlay";

/** 叠加在曲线上的运行的文字。 */
export const overlay = {
  "overlay.choose": "+ 运行",
  "overlay.choose.hint": "将其他运行的曲线叠加在这些曲线上，最多 {most} 个",
  "overlay.legend": "每张图中的运行",
  "overlay.hide": "隐藏 {run} 的曲线",
  "overlay.show": "显示 {run} 的曲线",
  "overlay.remove": "移除 {run}",
  "overlay.error": "未能取得",
  "overlay.search": "在 {n} 个运行中搜索",
  "overlay.full": "最多 {most} 个运行：请先移除一个。",
  "overlay.nothing": "没有符合的运行。",
  "split_by.column": "拆分依据",
  "split_by.none": "不拆分",
  "split_by.loading": "正在统计…",
  "split_by.no_charts": "没有图表显示样本的数值。",
  "split_by.legend": "每张图中 {by} 的取值",
  "split_by.samples": "{n} 个样本",
  "split_by.empty": "（空）",
  "split_by.rest": "另有 {n} 个取值，{samples} 个样本",
  "split_by.without": "{n} 个样本没有此值",
  "split_by.nothing": "没有符合的样本。",
  "split_by.unknown": "链接要求按 {by} 拆分曲线，但 {run} 没有此文本列：曲线未拆分。可用的有 {columns}。",
  "split_by.unknown.undo": "取消拆分",
  "split_by.unknown_none":
    "链接要求按 {by} 拆分曲线，但 {run} 没有此文本列：曲线未拆分。请在每个样本中记录它。",
} satisfies Record<keyof typeof english, string>;
