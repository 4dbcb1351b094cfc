import type { notices as en } from "../en/notices";

/** 曲线上方警告的文字。 */
export const notices = {
  "notice.bar": "查看曲线前请注意",
  "notice.hide": "收起此警告",
  "notice.more": "另有 {n} 条",
  "notice.fewer": "只看第一条",
  "notice.open": "打开 {run}",
  "notice.repeated_steps":
    "{first} 与 {second} 记录了 {n} 个相同的步（{from} 到 {to}），它们的样本被平均成一条曲线。若它们是两次训练，请将每个文件移到各自的文件夹。",
  "notice.summed_reward":
    "奖励是 {columns} 的简单相加：日志中没有它们的权重。若权重不为 1，训练所用的奖励是另一个数。",
  "notice.summed_reward_functions":
    '有多个奖励函数时，此处的奖励是它们的简单相加：{trainer} 不记录权重。若权重不为 1，训练所用的奖励是另一个数：请在运行的文件夹中写 rlboard.toml，[mapping] reward = "accuracy * 1.0 + format * 0.5"，换成您的函数名。',
  "notice.same_samples": "{other} 含有与本运行相同的样本；本运行{lacks}，因此运行列表不列出它。",
  "notice.same_samples_elsewhere": "{other} 含有与本运行相同的样本；它{lacks}，因此运行列表不列出它。",
  "notice.lacks.tokens": "没有 token 数据",
  "notice.lacks.some_tokens": "token 数据较少",
  "notice.lacks.samples": "样本较少",
  "notice.lacks.nothing": "并无更多内容",
} satisfies Record<keyof typeof en, string>;
