/** 运行仍在读取、数字只涵盖一部分时所说的话。 */
export const reading = {
  "indexing.partial": "以下数字和列表尚不完整。",
  "indexing.so_far": "{run} 仍在读取：目前已读 {done} / {total}（{share}）。",
  "link.invalid.bar": "链接中无法识别的内容",
  "link.invalid.hide": "收起此提示",
  "link.invalid.word":
    "链接写有 {name}={value}，无法识别，已忽略：所示内容未按它筛选或排序。{name} 可取 {words}。",
  "link.invalid.whole": "链接写有 {name}={value}，不是整数，已忽略：所示内容与它无关。",
  "link.invalid.finite": "链接写有 {name}={value}，不是数字，已忽略：所示内容与它无关。",
  "link.invalid.name": "链接写有 {name}={value}，此处没有名为 {name} 的参数：所示内容与它无关。",
} as const;
