/** 筛选：缩小列表与曲线范围的表达式。 */
import type { filter as en } from "../en/filter";

export const filter = {
  "filter.label": "筛选样本（f）：对数值与文本的条件，按 Enter 生效",
  "filter.placeholder": "筛选：reward > 0.5",
  "filter.examples": "筛选示例",
  "filter.about":
    "SQL 条件：= <> < > BETWEEN IN LIKE IS NULL，AND OR NOT。按 Enter 后作用于列表、曲线与分布。例如：",
  "filter.names": "可用名称：{names}",
  "filter.edit": "修改筛选（f）",
  "filter.clear": "取消筛选",
  "filter.none": "没有样本符合筛选条件",
  "filter.none_advice": "请修改或取消筛选（上方栏中的 ✕），或查看全部步。",
} satisfies Record<keyof typeof en, string>;
