"""How Alembic reaches the database: over the connection that `app.db.migrate` hands in, or its own."""

from alembic import context
from sqlalchemy import Connection

from app.comparisons import models as comparisons
from app.db import Base, engine
from app.images import models as images
from app.ledger import models as ledger
from app.projects import models as projects
from app.takes import models as takes

TABLES = (comparisons, images, ledger, projects, takes)


def run(connection: Connection) -> None:
    """Run the asked-for migrations in the connection's transaction."""
    context.configure(connection=connection, target_metadata=Base.metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with engine().execution_options(writes=True).connect() as own, own.begin():
        run(own)
