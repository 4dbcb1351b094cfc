"""Name, version, dependencies and entry point of the package. The frontend is built by `_build_backend`."""

from __future__ import annotations

import re
from pathlib import Path

from setuptools import find_packages, setup

HERE = Path(__file__).resolve().parent
PACKAGE = "tensorboard_plugin_rlboard"


def version() -> str:
    """Reads `__version__` without importing the package, whose dependencies are not here yet."""
    text = (HERE / PACKAGE / "__init__.py").read_text(encoding="utf-8")
    found = re.search(r'^__version__(?:\s*:[^=]+)?\s*=\s*"([^"]+)"', text, re.MULTILINE)
    if found is None:
        raise RuntimeError(f"{PACKAGE}/__init__.py has no line `__version__ = ...`.")
    return found[1]


EXAMPLES = ["torch>=2.2"]
# S3 as the one that most clusters have; gcsfs, huggingface_hub and the like are for who needs them.
REMOTE = ["fsspec>=2023.10", "s3fs>=2023.10"]
# From 3.14 on zstd is in the standard library; this is that very module for older ones, half a megabyte.
ZSTD = ["backports.zstd>=1.0; python_version<'3.14'"]
# Only for `rlboard index --engine ray`.
RAY = ["ray>=2.9"]
# Token ids as tokens and text, by the tokenizer.json of a run.
TOKENIZERS = ["tokenizers>=0.15"]
# `config.yaml` and the like that trainers write; without it only their JSON and TOML files are read.
YAML = ["pyyaml>=6"]
# What the tests of `integrations/` train with; a training that uses the hook has its own.
INTEGRATIONS = ["trl==1.16.0", "transformers"]
TEST = [
    *REMOTE,
    *ZSTD,
    *RAY,
    *TOKENIZERS,
    *YAML,
    # Each release of these two takes but two or three of botocore. Left to choose, pip tries twenty releases of boto3
    # until one fits, for a quarter of a minute. To be raised together.
    "aiobotocore==3.10.0",
    "boto3==1.43.117",
    "build>=1.2",
    "flask>=3",
    "flask-cors>=4",
    "hypothesis>=6.100",
    "moto[s3]>=5",
    "mypy>=1.11",
    "playwright>=1.45",
    # 9.2 has node ids that xdist 3.8 cannot add a group to: tests that share a fixture would make it in every process.
    "pytest>=8.3,<9.2",
    "pytest-xdist>=3.7",
    "ruff>=0.9",
    "setuptools>=77",
]

setup(
    name="tensorboard-plugin-rlboard",
    version=version(),
    description="A TensorBoard tab that shows what language models wrote while reinforcement learning trained them",
    long_description=(HERE / "README.md").read_text(encoding="utf-8")
    if (HERE / "README.md").exists()
    else "",
    long_description_content_type="text/markdown",
    license_expression="Apache-2.0",
    license_files=["LICENSE", "LICENSES-BUNDLE.txt"],
    python_requires=">=3.11",
    packages=find_packages(include=[PACKAGE, f"{PACKAGE}.*"]),
    # The bundle is not in git, so it is named here instead of being found there.
    package_data={PACKAGE: ["*.md", "py.typed", "static/*", "static/**/*", "samples/*/*"]},
    # Only what is named: include_package_data would also take whatever else the sdist carries.
    include_package_data=False,
    install_requires=[
        "tensorboard>=2.17.1",
        "werkzeug>=2.2",
        "numpy>=1.26",
        "duckdb>=2.0",
        # Strict decoding of the index files that are read back.
        "msgspec>=0.18.6",
        # The messages of event files; TensorBoard brings it, and says which versions it works with.
        "protobuf>=3.19.6",
        # Two texts side by side: equal stretches of 16,000 tokens each in milliseconds.
        "rapidfuzz>=3.0",
        # The progress line of `rlboard index`.
        "tqdm>=4.64",
        # The fast way to read logs. Without it (no wheel for this Python yet) Python's own parser reads them.
        "pysimdjson>=7.0; python_version<'3.14'",
    ],
    extras_require={
        "examples": EXAMPLES,
        "remote": REMOTE,
        "zstd": ZSTD,
        "ray": RAY,
        "integrations": INTEGRATIONS,
        "tokenizers": TOKENIZERS,
        "yaml": YAML,
        "test": TEST,
        "dev": [*TEST, *EXAMPLES],
    },
    entry_points={
        "console_scripts": ["rlboard = tensorboard_plugin_rlboard.cli:main"],
        "tensorboard_plugins": ["rlboard = tensorboard_plugin_rlboard.loader:RLBoardLoader"],
    },
    classifiers=[
        "Development Status :: 3 - Alpha",
        "Intended Audience :: Science/Research",
        "Programming Language :: Python :: 3 :: Only",
        "Programming Language :: Python :: 3.11",
        "Programming Language :: Python :: 3.12",
        "Programming Language :: Python :: 3.13",
        "Topic :: Scientific/Engineering :: Artificial Intelligence",
        "Topic :: Scientific/Engineering :: Visualization",
    ],
    keywords=["tensorboard", "reinforcement learning", "RLHF", "GRPO", "PPO", "rollouts"],
    zip_safe=False,
)
