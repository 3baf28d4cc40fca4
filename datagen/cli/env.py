"""``datagen env``: build and list the environments that models need for themselves."""

from __future__ import annotations

from pathlib import Path

import click

from datagen.cli.terminal import echo


@click.group()
def env() -> None:
    """Build and list the environments that models need for themselves."""


@env.command()
@click.argument("name")
@click.option(
    "--at",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where to build it, on a disk that all nodes share. [default: .venv-NAME]",
)
def create(name: str, folder: Path | None) -> None:
    """Build the environment NAME: a shipped one, or a requirements file that ends in .txt."""
    from datagen.doctor import environments

    environment = environments.find(name)
    folder = folder or environments.default_folder(environment.name)
    echo(f"building {folder} from {environment.requirements} ...", err=True)
    python = environments.create(environment, folder)
    sections = sorted({backend.partition(".")[0] for backend in environment.backends})
    stages = {"codec": "tokens", "tokenizer": "tokens", "align": "timeline"}
    for stage in sorted({stages.get(section, section) for section in sections}):
        echo(f"{stage}: {{py_executable: {python}}}")


@env.command("list")
def list_environments() -> None:
    """List the shipped environments, what they are for, and whether they are built here."""
    from datagen.doctor import environments

    for environment in environments.shipped():
        folder = environments.default_folder(environment.name)
        built = f"built in {folder}" if (folder / "bin" / "python").exists() else "not built here"
        echo(f"{environment.name:14} {', '.join(environment.backends)}; {built}")
        echo(f"{'':14} {environment.purpose}")
