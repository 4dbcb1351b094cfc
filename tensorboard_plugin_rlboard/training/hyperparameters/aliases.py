"""Names that trainers give to hyperparameters of reinforcement learning, and the names that we show them under.

An alias matches the end of a hyperparameter's path (`actor.clip_ratio`); of several the first one counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

ALIASES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        # Discount of rewards: verl, OpenRLHF, slime, TRL's PPO; AReaL's actor.discount.
        "gamma": ("gamma", "discount", "discount_factor", "gae_gamma"),
        # GAE's λ: verl and TRL lam; OpenRLHF, ROLL and slime lambd; AReaL and NeMo-RL gae_lambda.
        "lam": ("lam", "lambd", "lambda", "gae_lambda", "gae_lam", "lambda_"),
        # Weight of the KL penalty, in the loss or in the reward: TRL beta; verl; OpenRLHF init_kl_coef; AReaL kl_ctl;
        # NeMo-RL reference_policy_kl_penalty.
        "beta": (
            *(
                "beta",
                "kl_beta",
                "kl_loss_coef",
                "init_kl_coef",
                "kl_coef",
                "kl_penalty_coef",
                "kl_coefficient",
            ),
            *("kl_ctl", "reference_policy_kl_penalty"),
        ),
        # Clip range of the ratio, the lower one where there are two: TRL epsilon and cliprange; verl clip_ratio;
        # OpenRLHF, slime, SkyRL and AReaL eps_clip; NeMo-RL ratio_clip_min; open-instruct clip_lower; ROLL pg_clip.
        "epsilon": (
            *(
                "epsilon",
                "clip_ratio_low",
                "eps_clip_low",
                "epsilon_low",
                "clip_ratio",
                "eps_clip",
                "clip_eps",
            ),
            *(
                "cliprange",
                "clip_range",
                "clip_epsilon",
                "ratio_clip_min",
                "clip_lower",
                "pg_clip_low",
                "pg_clip",
            ),
        ),
        "epsilon_high": (
            *("epsilon_high", "clip_ratio_high", "eps_clip_high", "clip_range_high", "ratio_clip_max"),
            *("clip_higher", "pg_clip_high"),
        ),
        # Of the sampler that makes the rollouts.
        "temperature": ("temperature", "rollout_temperature", "sampling_temperature"),
        "top_p": ("top_p", "rollout_top_p"),
        "learning_rate": (
            *("learning_rate", "actor_learning_rate", "actor_lr", "policy_lr", "lr"),
            *("actor.optim.lr", "actor.optimizer.lr", "policy.optimizer.kwargs.lr"),
        ),
        "critic_learning_rate": (
            *("critic_learning_rate", "critic_lr", "critic.optim.lr", "critic.optimizer.lr"),
            *("critic.optimizer_config.lr",),
        ),
        # Samples of one prompt: TRL num_generations; verl rollout.n; OpenRLHF, slime and SkyRL n_samples_per_prompt;
        # NeMo-RL num_generations_per_prompt; ROLL num_return_sequences_in_group; prime-rl rollouts_per_example.
        "group_size": (
            *(
                "num_generations",
                "n_samples_per_prompt",
                "num_generations_per_prompt",
                "rollout.n",
                "group_size",
            ),
            *("num_samples_per_prompt_rollout", "num_samples_per_prompt", "num_return_sequences_in_group"),
            *("rollouts_per_example", "gconfig.n_samples"),
        ),
        # Longest response, tokens.
        "max_tokens": (
            *("max_completion_length", "max_response_length", "generate_max_len", "rollout_max_response_len"),
            *("max_new_tokens", "max_generate_length", "response_length", "max_response_len", "max_tokens"),
        ),
        "advantage_estimator": ("advantage_estimator", "adv_estimator"),
    }
)
TEXT_NAMES = frozenset({"advantage_estimator"})
"""Hyperparameters whose value is a text; all others are numbers."""
TRAINING_ONLY = frozenset(ALIASES) - {"temperature", "top_p", "max_tokens"}
"""Hyperparameters that only trainings have: models have a temperature, too."""
SWITCHES: Mapping[str, str] = MappingProxyType({"kl_loss_coef": "use_kl_loss", "kl_coef": "use_kl_in_reward"})
"""Hyperparameter -> the one that says whether it is used: verl writes both weights in any case."""
OTHER_MODELS = frozenset(
    {
        *(
            "critic",
            "value",
            "values",
            "val",
            "eval",
            "evaluation",
            "validation",
            "val_kwargs",
            "val_sampling_params",
        ),
        *(
            "eval_sampling_params",
            "ref",
            "reference",
            "reward",
            "reward_model",
            "rm",
            "teacher",
            "judge",
            "model",
        ),
        *("model_config", "norm", "scheduler", "lr_scheduler"),
    }
)
"""Keys of a path below which a hyperparameter is another model's than the policy's, unless its alias has the key."""
OPTIMIZERS = frozenset({"optim", "optimizer", "optimizer_config", "optimizer_cfg", "adam"})
"""Keys of an optimizer. Below them only a learning rate is what its name says: their epsilon and beta are others."""
