"""The database: engine, transactions, the declarative base, migrations."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import Any

import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    create_engine,
    event,
    inspect,
    make_url,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Session
from sqlalchemy.types import TypeDecorator

from app.config import settings

log = structlog.get_logger()

_ROOT = Path(__file__).resolve().parent.parent
_WAL_SAFE = (3, 51, 3)
"""From here on a WAL database with several connections cannot be corrupted (sqlite.org/wal.html)."""
_MIGRATION_LOCK = 7_241_883


class UtcDateTime(TypeDecorator[datetime]):
    """A moment in UTC, aware on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Refuse naive times; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"naive time {value!r}: every time here is in UTC")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """SQLite forgets the zone; PostgreSQL answers in its own."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of all models. Every constraint has a name, so that migrations can address it."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {datetime: UtcDateTime()}  # noqa: RUF012 - SQLAlchemy's own name


def now() -> datetime:
    """The time, in UTC."""
    return datetime.now(UTC)


def _sqlite_driver() -> ModuleType:
    """The newest SQLite at hand: pysqlite3 bundles one, the standard library links the system's."""
    try:
        from pysqlite3 import dbapi2
    except ImportError:
        return sqlite3
    return dbapi2  # type: ignore[no-any-return]


def make_engine(url: str) -> Engine:
    """An engine for SQLite or PostgreSQL, prepared as docs say."""
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=20, max_overflow=20)
    if database := make_url(url).database:
        Path(database).parent.mkdir(parents=True, exist_ok=True)
    driver = _sqlite_driver()
    made = create_engine(url, module=driver, pool_size=20, max_overflow=20)
    journal = "WAL" if driver.sqlite_version_info >= _WAL_SAFE else "DELETE"

    @event.listens_for(made, "connect")
    def prepare(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver starts no transaction of its own
        for pragma in (
            "busy_timeout=10000",
            f"journal_mode={journal}",
            "foreign_keys=ON",
            "synchronous=FULL",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(made, "begin")
    def begin(connection: Connection) -> None:
        # A deferred transaction that turns into a writing one ignores busy_timeout.
        writes = connection.get_execution_options().get("writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return made


@lru_cache
def engine() -> Engine:
    """The engine of this process."""
    return make_engine(settings().database)


def insert_unless_exists(session: Session, model: type[Base], **values: object) -> bool:
    """Insert a row and answer True, or False when its primary key is taken (also by a rival's commit)."""
    insert = postgresql.insert if session.get_bind().dialect.name == "postgresql" else sqlite.insert
    key = inspect(model).primary_key[0]
    statement = insert(model).values(**values).on_conflict_do_nothing().returning(key)
    return session.execute(statement).first() is not None


def after_commit(session: Session, effect: Callable[[], object]) -> None:
    """Run `effect` once the transaction is durable. Its failure is logged and changes nothing."""
    session.info.setdefault("after_commit", []).append(effect)


@contextmanager
def transaction() -> Iterator[Session]:
    """One writing transaction: commits at the end, rolls back on any exception."""
    with Session(engine().execution_options(writes=True), expire_on_commit=False) as session:
        with session.begin():
            yield session
        effects = session.info.get("after_commit", [])
    for effect in effects:
        try:
            effect()
        except Exception as problem:
            log.warning("effect_after_commit_failed", problem=repr(problem))


@contextmanager
def read() -> Iterator[Session]:
    """One consistent look at the database; nothing is written."""
    with Session(engine(), expire_on_commit=False) as session:
        yield session


def _alembic() -> Config:
    return Config(toml_file=_ROOT / "pyproject.toml")


def migrate() -> None:
    """Bring the schema to its newest version. Processes that start together take turns."""
    config = _alembic()
    with engine().execution_options(writes=True).connect() as connection, connection.begin():
        if connection.dialect.name == "postgresql":
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _MIGRATION_LOCK})
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def missing_migrations() -> bool:
    """Whether the schema is older (or newer) than this program."""
    wanted = set(ScriptDirectory.from_config(_alembic()).get_heads())
    with engine().connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()) != wanted
