"""Step metrics of groups: shares of groups that give a gradient, and of those that give none, by the reason."""

from __future__ import annotations

from tensorboard_plugin_rlboard.metrics.catalog.metric import Label, Metric

GROUP_ENTRIES = (
    Metric(
        "zero_advantage_groups",
        "probability",
        "",
        "share of groups of two or more whose rewards differ by no more than 1e-8",
        "per-step",
        en=Label("zero-advantage groups", "share of groups of ≥ 2 whose rewards are all equal"),
        zh=Label("零优势组", "奖励全部相同的组（≥ 2 个样本）占比"),
    ),
    Metric(
        "all_good_groups",
        "probability",
        "",
        "share of groups of two or more whose rewards differ by no more than 1e-8, with mean reward > 0",
        "per-step",
        en=Label("all-good groups", "share of groups where every reward is equally high"),
        zh=Label("全对组", "奖励一致偏高的组占比"),
    ),
    Metric(
        "all_bad_groups",
        "probability",
        "",
        "share of groups of two or more whose rewards differ by no more than 1e-8, with mean reward ≤ 0",
        "per-step",
        en=Label("all-bad groups", "share of groups where every reward is equally low"),
        zh=Label("全错组", "奖励一致偏低的组占比"),
    ),
    Metric(
        "groups_gradient",
        "probability",
        "",
        "share of groups of the kind gradient: members differ in advantage",
        "per-step",
        en=Label(
            "groups with gradient",
            "share of groups whose members differ in advantage: the policy learns from them",
        ),
        zh=Label("有梯度的组", "成员优势不同、策略从中学习的组占比"),
    ),
    Metric(
        "groups_filtered",
        "probability",
        "",
        "share of groups of the kind filtered: rewards differ and logged advantages are all 0",
        "per-step",
        en=Label(
            "groups filtered",
            "share of groups whose rewards differ although every logged advantage is 0: the trainer dropped them",
        ),
        zh=Label("被过滤的组", "奖励不同但记录的优势全为 0（训练程序已丢弃）的组占比"),
    ),
    Metric(
        "groups_all_truncated",
        "probability",
        "",
        "share of groups of the kind all_truncated: rewards are equal and every member is truncated",
        "per-step",
        en=Label(
            "groups all truncated",
            "share of groups with equal rewards whose members were all cut at the maximum length",
        ),
        zh=Label("全部截断的组", "奖励相同且所有成员都在最大长度处截断的组占比"),
    ),
    Metric(
        "groups_all_right",
        "probability",
        "",
        "share of groups of the kind all_right: rewards are equal and 1 or more",
        "per-step",
        en=Label("groups all right", "share of groups whose rewards are equal, and 1 or more"),
        zh=Label("全对的组", "奖励相同且不小于 1 的组占比"),
    ),
    Metric(
        "groups_all_wrong",
        "probability",
        "",
        "share of groups of the kind all_wrong: rewards are equal and 0 or less",
        "per-step",
        en=Label("groups all wrong", "share of groups whose rewards are equal, and 0 or less"),
        zh=Label("全错的组", "奖励相同且不大于 0 的组占比"),
    ),
    Metric(
        "groups_all_equal",
        "probability",
        "",
        "share of groups of the kind all_equal: rewards are equal and between 0 and 1",
        "per-step",
        en=Label("groups all equal", "share of groups whose rewards are equal, and between 0 and 1"),
        zh=Label("奖励全同的组", "奖励相同且介于 0 与 1 之间的组占比"),
    ),
    Metric(
        "groups_one_member",
        "probability",
        "",
        "share of groups of the kind one_member: one member has a finite reward",
        "per-step",
        en=Label(
            "groups of one member",
            "share of groups with one rewarded response: there is nothing to compare it with",
        ),
        zh=Label("单成员组", "只有一个回复有奖励、无从比较的组占比"),
    ),
    Metric(
        "groups_unrewarded",
        "probability",
        "",
        "share of groups of the kind unrewarded: no member has a finite reward",
        "per-step",
        en=Label("groups without reward", "share of groups no member of which has a reward"),
        zh=Label("无奖励的组", "没有成员有奖励的组占比"),
    ),
)
