"""The words of the couplet task: hand-written rhyme tables and the words that fill the rest of a line.

Chinese rhymes follow the groups of the New Chinese Rhymes (中华新韵): within a group, finals that differ only
in their medial rhyme (山 shān with 天 tiān). English rhymes are families of words with the same stressed vowel and
the same ending sound.
"""

from __future__ import annotations

# group -> pinyin final with its medial -> two-character words whose last character has that final.
CHINESE_ENDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "an": {"an": ("空山", "春寒", "江南", "晴岚", "浅滩"), "ian": ("青天", "轻烟", "流年", "花前", "红莲")},
    "ang": {
        "ang": ("海棠", "池塘", "书房", "残芳"),
        "iang": ("斜阳", "他乡", "清香", "新凉"),
        "uang": ("寒霜", "西窗", "月光"),
    },
    "en": {
        "en": ("故人", "红尘", "柴门", "清晨"),
        "in": ("空林", "知音", "丹心", "光阴"),
        "uen": ("孤村", "黄昏", "残春"),
    },
    "eng": {"eng": ("清风", "孤灯", "秋声", "帝城"), "ing": ("寒星", "深情", "长亭", "浮萍")},
    "ou": {"ou": ("西楼", "轻舟", "白头", "离愁", "沙鸥"), "iou": ("清秋", "东流", "耕牛", "旧游")},
    "ei": {"ei": ("寒梅", "酒杯", "蛾眉", "春雷"), "uei": ("余晖", "翠微", "客归", "光辉")},
    "ao": {"ao": ("波涛", "蓬蒿", "春潮", "江皋"), "iao": ("小桥", "玉箫", "柳条", "云霄")},
}

# Front and back nasals are told apart by rhyme books but not by many speakers: half a rhyme.
CHINESE_NEAR: dict[str, str] = {"an": "ang", "ang": "an", "en": "eng", "eng": "en"}

CHINESE_SUBJECTS = (
    "清风", "明月", "白云", "孤雁", "落花", "细雨", "寒鸦", "春水", "飞雪", "晚霞", "老树", "渔火", "青鸟", "暮色", "芳草", "疏钟",
)  # fmt: skip
CHINESE_VERBS = ("过", "入", "照", "伴", "绕", "满", "随", "向", "临", "映", "送", "对")
CHINESE_OPENINGS = ("昨夜", "今朝", "何处", "几度", "十里", "万里", "依旧", "年年")

# vowel -> family -> words. Two families under one vowel rhyme by half (assonance).
ENGLISH_ENDINGS: dict[str, dict[str, tuple[str, ...]]] = {
    "ai": {"ight": ("night", "light", "flight", "kite"), "ine": ("wine", "pine", "vine", "shrine")},
    "ei": {"ay": ("day", "bay", "clay", "gray"), "ain": ("rain", "grain", "lane", "crane")},
    "ou": {"ow": ("snow", "glow", "crow", "toe"), "old": ("gold", "cold", "fold", "mold")},
    "u": {"oon": ("moon", "noon", "tune", "dune"), "ue": ("blue", "dew", "view", "crew")},
}

ENGLISH_SUBJECTS = (
    "birds", "bells", "boys", "cats", "foxes", "girls", "hills", "kings", "leaves", "ships", "stars", "winds",
)  # fmt: skip
ENGLISH_VERBS = ("love", "seek", "fear", "cross", "find", "leave", "follow", "forget")
ENGLISH_ADJECTIVES = ("old", "red", "soft", "wild", "pale", "quiet")
ENGLISH_OPENINGS = ("at last", "once more", "all year")
