"""The schema: the same from the migrations and from the models, on both databases."""

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from app import db


def test_the_migrations_make_what_the_models_say(database: str) -> None:
    with db.engine().connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.Base.metadata) == []


def test_down_and_up_again(database: str) -> None:
    assert not db.missing_migrations()
    command.downgrade(db._alembic(), "base")
    assert db.missing_migrations()
    with db.engine().connect() as connection:
        assert set(inspect(connection).get_table_names()) <= {"alembic_version"}
    db.migrate()
    assert not db.missing_migrations()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_sqlite_is_set_up_against_loss_and_corruption(database: str) -> None:
    with db.read() as session:
        found = {
            name: session.scalar(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "foreign_keys", "synchronous", "busy_timeout")
        }
        version = session.scalar(text("SELECT sqlite_version()"))
    safe = tuple(int(part) for part in str(version).split(".")) >= (3, 51, 3)
    assert found == {
        "journal_mode": "wal" if safe else "delete",
        "foreign_keys": 1,
        "synchronous": 2,
        "busy_timeout": 10_000,
    }
