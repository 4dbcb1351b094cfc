/** 首个视图也用到的其他视图与对话框的文字。 */
import type { first as en } from "../en/first";

export const first = {
  "info.open": "关于该运行：文件、设置、标量、连接（i）",
  "info.mapping.guessed": "列是猜测的：{columns}",
  "info.mapping.bar": "猜测的列",
  "info.mapping.show": "查看或更正",
  "info.mapping.hide": "收起此行；映射仍可在运行信息（i）中查看",
  "samples.none": "这些步中没有样本",
  "samples.none.advice": "请选择其他步或划分，或全部步。",
  "filter.edit": "修改筛选（f）",
  "filter.clear": "取消筛选",
  "filter.none": "没有样本符合筛选条件",
  "filter.none.advice": "请修改或取消筛选（上方栏中的 ✕），或查看全部步。",
  "sample.copy": "复制",
  "sample.copy.done": "已复制",
  "sample.copy.error": "浏览器不允许",
} satisfies Record<keyof typeof en, string>;
