"""The command line. Modules are imported inside the commands, so that `triptych --help` is quick."""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from app.comparisons.schemas import ComparisonIn
    from app.errors import AppError
    from app.supervisor import Program

app = typer.Typer(
    help="Compare video diffusion models side by side, before you commit the budget.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

PASS_ON = {"allow_extra_args": True, "ignore_unknown_options": True}
REFUSED = 2
"""Exit status for input that was refused; 1 is for work that failed."""

Port = Annotated[int | None, typer.Option(help="Port to listen on; else PORT, else 8000.")]
DataDir = Annotated[Path | None, typer.Option(help="Where everything is kept; else DATA_DIR, else ./data.")]


def main() -> None:
    """Entry point of the `triptych` command."""
    try:
        app()
    except ValueError as problem:
        from pydantic import ValidationError

        if not isinstance(problem, ValidationError):
            raise
        # A setting from the environment: every command's own input is checked where it is read.
        for fault in problem.errors():
            print(f"{fault['loc'][-1]}: {fault['msg']}; it is {fault['input']!r}", file=sys.stderr)
        sys.exit(REFUSED)


@app.command()
def up(port: Port = None, data_dir: DataDir = None) -> None:
    """Start everything on this machine and print the URL."""
    # The processes started from here read the same settings from the environment.
    if port is not None:
        os.environ["PORT"] = str(port)
    if data_dir is not None:
        os.environ["DATA_DIR"] = str(data_dir)
    from rich.console import Console

    from app.config import settings
    from app.errors import AppError
    from app.launcher import run

    try:
        raise typer.Exit(run(settings(), Console()))
    except AppError as refusal:
        raise refused(refusal) from None


@app.command()
def web(
    fd: Annotated[int | None, typer.Option(help="A listening socket to serve on, as a descriptor.")] = None,
    allow_any_address: Annotated[
        bool,
        typer.Option(help="Listen beyond this machine: for a container whose port is published on loopback."),
    ] = False,
) -> None:
    """Run the web server alone."""
    import socket

    import uvicorn

    from app.config import settings
    from app.errors import AppError
    from app.launcher import refuse_open_address

    host, port = settings().host, settings().port
    if fd is None and not allow_any_address:
        try:
            refuse_open_address(host)
        except AppError as refusal:
            raise refused(refusal) from None
    # An open event stream would hold the server up for as long as its page is open.
    config = uvicorn.Config(
        "app.main:create_app",
        factory=True,
        host=host,
        port=port,
        server_header=False,
        access_log=False,
        timeout_graceful_shutdown=1,
    )
    uvicorn.Server(config).run(sockets=None if fd is None else [socket.socket(fileno=fd)])


@app.command(context_settings=PASS_ON)
def worker(context: typer.Context, backbone: str) -> None:
    """Run the worker of one BACKBONE; further options go to Celery."""
    from app import processes
    from app.catalogue import catalogue
    from app.errors import AppError

    if backbone not in catalogue():
        known = ", ".join(catalogue())
        message = f"No backbone {backbone!r}; there are {known}."
        raise refused(AppError("unknown_backbone", message, status=404, field="backbone"))
    become(processes.worker(backbone, *context.args))


@app.command(context_settings=PASS_ON)
def train(context: typer.Context, backbone: str) -> None:
    """Train a BACKBONE from scratch; further options go to the training."""
    from app import processes

    become(processes.train(backbone, *context.args))


@app.command()
def keeper() -> None:
    """Run the keeper: it takes in outcomes and sweeps."""
    from app.keeper import main as keep

    keep()


@app.command()
def migrate() -> None:
    """Create the database or bring it up to date."""
    from app.db import migrate as to_head

    to_head()


@app.command()
def compare(
    prompt: Annotated[str, typer.Argument(help="What should be in the clip.")],
    backbone: Annotated[list[str] | None, typer.Option(help="Repeat for several; default: all.")] = None,
    duration: Annotated[float, typer.Option(help="Seconds, 2 to 10.")] = 4.0,
    aspect: Annotated[str | None, typer.Option(help="16:9, 9:16 or 1:1; default: each its own.")] = None,
    seed: Annotated[int | None, typer.Option(help="The same for all takes; default: a random one.")] = None,
    reference_image: Annotated[Path | None, typer.Option(help="First frame of every take.")] = None,
    negative: Annotated[str, typer.Option(help="What should not be in the clip.")] = "",
    url: Annotated[str | None, typer.Option(help="The server; default: the one on this machine.")] = None,
    save: Annotated[Path | None, typer.Option(help="Folder to save the clips in.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the finished comparison as JSON.")] = False,
) -> None:
    """Send one PROMPT to several backbones; exit status 1 when a take failed, 2 when refused."""
    import asyncio

    from app.compare import Errand, carry_out
    from app.config import settings
    from app.errors import AppError

    try:
        order = order_from(prompt, backbone, duration, aspect, seed, negative)
        server = url or f"http://{settings().host}:{settings().port}"
        errand = Errand(order, server, reference_image, save, as_json)
        raise typer.Exit(asyncio.run(carry_out(errand)))
    except AppError as refusal:
        raise refused(refusal) from None
    except KeyboardInterrupt:
        raise typer.Exit(130) from None


def order_from(
    prompt: str,
    backbones: list[str] | None,
    duration_s: float,
    aspect_ratio: str | None,
    seed: int | None,
    negative_prompt: str,
) -> "ComparisonIn":
    """The order, checked against the same limits as the server's; AppError names the field."""
    from pydantic import ValidationError

    from app.comparisons.schemas import ComparisonIn
    from app.errors import AppError

    given = {
        "prompt": prompt,
        "backbones": backbones or None,
        "duration_s": duration_s,
        "aspect_ratio": aspect_ratio,
        "seed": seed,
        "negative_prompt": negative_prompt,
    }
    try:
        return ComparisonIn.model_validate(given)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(map(str, first["loc"]))
        raise AppError("invalid_input", first["msg"], status=422, field=field) from None


def become(program: "Program") -> None:
    """Replace this process by the program; signals then reach it directly."""
    os.execvpe(program.command[0], program.command, os.environ | program.environment)  # noqa: S606


def refused(refusal: "AppError") -> typer.Exit:
    """Say why, and the exit status that goes with it."""
    field = f"{refusal.field}: " if refusal.field else ""
    print(f"triptych: {field}{refusal.message}", file=sys.stderr)
    return typer.Exit(REFUSED)


if __name__ == "__main__":
    main()
