"""``python -m train convert``: weights from one program's names to another's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from train.cli import options


def command(arguments: Sequence[str]) -> int:
    """Write weights with PersonaPlex's names or newer moshi's, of 8 predicted rows or of 16."""
    parser = options.parser("convert", command.__doc__)
    parser.add_argument("source", help="a folder, a .safetensors file or a hub id")
    parser.add_argument("target", type=Path, help="the .safetensors file to write")
    parser.add_argument(
        "--to",
        choices=("personaplex", "moshi"),
        default="personaplex",
        help="names of PersonaPlex's server, or of moshi 0.2 and moshi-finetune",
    )
    rows = parser.add_mutually_exclusive_group()
    rows.add_argument(
        "--widen", action="store_true", help="let a Moshi that predicts the agent predict the user"
    )
    rows.add_argument(
        "--narrow",
        action="store_true",
        help="predict the agent alone: kyutai's moshi.server hears the user only then",
    )
    chosen = parser.parse_args(arguments)
    from train.convert import convert

    written = convert(
        chosen.source, chosen.target, chosen.to, widen=chosen.widen, narrowed=chosen.narrow
    )
    print(f"{chosen.target} holds {written} tensors with {chosen.to}'s names")
    return 0
