/** 所选步各面板的文字：样本，以及指标在样本上的分布。 */

import type { overviewPanels as en } from "../../en/overview/panels";

export const overviewPanels = {
  "overview.rewards.title": "第 {step} 步每个样本的奖励",
  "overview.rewards.hint": "每个样本各有一个策略标记和一个参考标记。点击可打开样本。",
  "overview.rewards.empty": "这一步没有记录奖励。请为每个样本记录 “reward”。",
  "overview.rewards.no_reference": "没有记录 “ref_reward”",
  "overview.rewards.order": "样本的顺序",
  "overview.rewards.order.logged": "按记录顺序",
  "overview.rewards.order.sorted": "按奖励",
  "overview.rewards.one": "样本 {index}：奖励 {value}",
  "overview.rewards.both": "样本 {index}：奖励 {value}，参考 {reference}",
  "overview.rewards.all": "显示全部 {total} 个样本",
  "overview.rewards.shown": "显示 {total} 个样本中的前 {shown} 个",
  "overview.rewards.nonfinite": "略去 {bad} 个非有限值",
  "overview.rewards.cap": "最多显示的样本数",
  "overview.rewards.at_most": "最多 {cap} 个",

  "overview.gap.title": "第 {step} 步每个样本的奖励差",
  "overview.gap.hint":
    "reward_gap = reward − ref_reward，从小到大排列。零以下的条是参考策略答得更好的样本，应当越来越少。点击可打开样本。",
  "overview.gap.empty":
    "这一步没有奖励差。请在 “reward” 之外记录 “ref_reward”：参考策略对同一提示词的回复的得分。",
  "overview.head.reward_gap": "奖励差",
  "overview.gap.win": "胜 {win}",
  "overview.gap.tie": "平 {tie}",
  "overview.gap.loss": "负 {loss}",
  "overview.gap.counts": "胜 {win}，平 {tie}，负 {loss}",
  "overview.gap.one": "样本 {index}：奖励差 {value}",
  "overview.gap.pinned": "固定的第 {step} 步：{win} 胜，{loss} 负",
  "overview.gap.pinned_none": "固定的第 {step} 步：没有带差距的样本",
  "overview.gap.whole": "整步：胜 {win}，平 {tie}，负 {loss}",

  "overview.distribution.title": "{metric} 在第 {step} 步的分布",
  "overview.distribution.hint":
    "各分布在相同的分箱和坐标轴上围成的面积都是 1，因此样本数不同的步也可以比较。",
  "overview.distribution.empty": "该指标在这一步没有有限值。",
  "overview.distribution.metric": "指标",
  "overview.distribution.shapes": "画什么",
  "overview.distribution.shapes.both": "直方图和密度",
  "overview.distribution.shapes.bars": "直方图",
  "overview.distribution.shapes.curve": "密度",
  "overview.distribution.span": "取值范围",
  "overview.distribution.span.all": "所有值",
  "overview.distribution.span.p01_p99": "p1 – p99",
  "overview.distribution.policy": "策略，第 {step} 步",
  "overview.distribution.reference": "参考，第 {step} 步",
  "overview.distribution.pinned": "策略，固定的第 {step} 步",
  "overview.distribution.bin": "从……到",
  "overview.distribution.outside": "策略在所示范围之外的值：{outside} 个",
  "overview.distribution.statistic.n": "个数",
  "overview.distribution.statistic.n.hint": "有限值的个数",
  "overview.distribution.statistic.mean": "均值",
  "overview.distribution.statistic.mean.hint": "有限值的均值",
  "overview.distribution.statistic.std": "标准差",
  "overview.distribution.statistic.std.hint": "有限值的标准差",
  "overview.distribution.statistic.iqr": "四分位距",
  "overview.distribution.statistic.iqr.hint": "四分位距：p75 − p25",
  "overview.distribution.statistic.nonfinite": "非有限",
  "overview.distribution.statistic.nonfinite.hint": "NaN 和 ±Infinity，不计入其他数值",

  "overview.distribution.change.no_pin": "固定一步，即可看到分布是否变得更尖锐。",
  "overview.distribution.change.pin_first": "固定第 {step} 步",
  "overview.distribution.change.sharper":
    "更尖锐：从第 {from} 步到第 {to} 步，标准差由 {std_from} 变为 {std_to}，四分位距由 {iqr_from} 变为 {iqr_to}。收敛的策略会如此；但宽度并不说明它是否收敛到正确的答案。",
  "overview.distribution.change.wider":
    "更宽：从第 {from} 步到第 {to} 步，标准差由 {std_from} 变为 {std_to}，四分位距由 {iqr_from} 变为 {iqr_to}。收敛的策略会变窄；更难的提示词也会使其变宽。",
  "overview.distribution.change.same":
    "宽度相近：从第 {from} 步到第 {to} 步，标准差由 {std_from} 变为 {std_to}，四分位距由 {iqr_from} 变为 {iqr_to}，变化不超过十分之一。",
  "overview.distribution.change.mixed":
    "没有明确结论：从第 {from} 步到第 {to} 步，标准差由 {std_from} 变为 {std_to}，而四分位距由 {iqr_from} 变为 {iqr_to}。请看形状：尾部与中心的变化不同。",
  "overview.distribution.change.collapsed":
    "第 {to} 步所有值都相同：标准差由 {std_from} 变为 0。样本之间已没有差异可供学习。",
  "overview.distribution.change.too_few":
    "值太少，无法判断：第 {from} 步或第 {to} 步少于 {fewest} 个，标准差为 {std_from} 和 {std_to}。",
  "overview.distribution.change.unknown": "第 {from} 步与第 {to} 步无法比较：其中之一没有离散程度。",
} satisfies Record<keyof typeof en, string>;
