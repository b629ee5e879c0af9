"""How each process of Triptych is started, by hand, by the launcher and in a container alike."""

import sys

from app.config import settings
from app.supervisor import Program

# glibc gives large blocks back to the kernel and faults them in again, at every tensor; kept on
# the heap instead, eager inference and training are several times faster. Others ignore these.
ALLOCATOR = {
    "MALLOC_MMAP_THRESHOLD_": str(16 << 30),
    "MALLOC_TRIM_THRESHOLD_": str(32 << 30),
    "MALLOC_TOP_PAD_": str(1 << 30),
}


def worker(backbone: str, *arguments: str) -> Program:
    """The Celery worker of one backbone: one take at a time, in a child process of its own."""
    command = ["celery", "-A", "workers.celery_app", "worker", "-Q", f"render.{backbone}"]
    command += ["-n", f"{backbone}@%h", "-P", "prefork", "-c", "1", "--without-gossip", "--without-mingle"]
    threads = str(settings().threads)
    environment = ALLOCATOR | {"TRIPTYCH_BACKBONE": backbone, "OMP_NUM_THREADS": threads}
    return Program(
        f"worker-{backbone}",
        [sys.executable, "-m", *command, "-l", "INFO", *arguments],
        environment,
        # Celery would wait for the take to end; the next start renders it again instead.
        grace_s=2.0,
    )


def train(backbone: str, *arguments: str) -> Program:
    """The training of one backbone."""
    command = [sys.executable, "-m", "workers.training.train", backbone, *arguments]
    return Program(f"train-{backbone}", command, dict(ALLOCATOR))


def keeper() -> Program:
    """Takes outcomes in and sweeps: the only process that finishes takes."""
    return Program("keeper", [sys.executable, "-m", "app.cli", "keeper"])


def web(listening_fd: int) -> Program:
    """The web server, on a socket that is already listening."""
    command = [sys.executable, "-m", "app.cli", "web", "--fd", str(listening_fd)]
    return Program("web", command, pass_fds=(listening_fd,))
