/** 运行仍在读取、数字只涵盖一部分时所说的话。 */
export const reading = {
  "reading.part": "以下数字和列表尚不完整。",
  "reading.so_far": "{run} 仍在读取：目前已读 {done} / {total}（{share}）。",
} as const;
