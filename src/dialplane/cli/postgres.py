"""A first word with PostgreSQL, before a pool keeps trying."""

import psycopg

PATIENCE_S = 5


def why_not(url: str) -> str | None:
    """Why there is no connection, as the server or the driver put it; None when there is one."""
    try:
        psycopg.connect(url, connect_timeout=PATIENCE_S).close()
    except (psycopg.Error, ValueError) as error:
        return " ".join(str(error).split())
    return None
