"""What TensorBoard imports at start-up, by the entry point ``tensorboard_plugins``.

TensorBoard loads entry points without a safety net: an ImportError raised while this module is imported ends
the whole process. So nothing is imported here that could be missing or slow; the plugin itself is imported in
``load``, and where that fails the tab says what is wrong and what to type.
"""

from __future__ import annotations

import argparse
import logging
from typing import TYPE_CHECKING

from tensorboard.plugins import base_plugin

from tensorboard_plugin_rlboard.broken_tab import BrokenTab
from tensorboard_plugin_rlboard.dependencies import fault_behind, quick_fault

if TYPE_CHECKING:
    from tensorboard_plugin_rlboard.plugin import RLBoardPlugin

logger = logging.getLogger(__name__)


class RLBoardLoader(base_plugin.TBLoader):  # type: ignore[misc]  # TensorBoard ships no types
    """Makes the plugin, or a tab that says why there is none."""

    def define_flags(self, parser: argparse.ArgumentParser) -> None:
        """Adds the plugin's command line flags."""
        group = parser.add_argument_group("RL Board plugin")
        group.add_argument(
            "--rlboard_cache_dir",
            metavar="PATH",
            type=str,
            default="",
            help="Where the index of rollout logs is kept between starts; `none` keeps nothing. (default: rlboard in "
            "$XDG_CACHE_HOME, else ~/.cache/rlboard; never the log directory)",
        )
        group.add_argument(
            "--rlboard_memory_limit",
            metavar="SIZE",
            type=str,  # read later: a wrong value must not keep TensorBoard from starting
            default="",
            help="Memory that RL Board's databases may use together, in megabytes or as 512MB, 2GB; what does not fit "
            "is kept on disk. (default: 512MB)",
        )
        group.add_argument(
            "--rlboard_config",
            metavar="FILE",
            type=str,  # read later, too: the tab says what is wrong with it
            default="",
            help="An rlboard.toml whose settings count before those of the files of that name in the log directory: "
            "which keys of foreign logs are the prompt, response and reward, which scalars belong to which rollouts.",
        )
        group.add_argument(
            "--rlboard_allowed_hosts",
            metavar="NAMES",
            type=str,  # read later, too
            default="",
            help="Further host names under which RL Board answers, with commas between them: those of a proxy in front "
            "of TensorBoard. `.example.org` allows every name below it, `*` every name. (default: localhost, addresses "
            "in digits, the value of --host, and with --bind_all the names of this machine)",
        )

    def load(self, context: base_plugin.TBContext) -> RLBoardPlugin | BrokenTab:
        """Make the plugin for one TensorBoard.

        Args:
            context: What TensorBoard offers its plugins (log directory, flags, data provider).

        Returns:
            The plugin; where it cannot be made, a tab that says why. TensorBoard runs in both cases.
        """
        try:
            fault = quick_fault()
            if fault is None:
                from tensorboard_plugin_rlboard.plugin import RLBoardPlugin  # noqa: PLC0415 (see the module's docstring)

                return RLBoardPlugin(context)
        except Exception as error:  # noqa: BLE001 (whatever it is, TensorBoard's other tabs have nothing to do with it)
            fault = fault_behind(error)
        logger.warning("The RL Board tab shows only what is wrong with it. %s", fault.sentence)
        return BrokenTab(fault)
