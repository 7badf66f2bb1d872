# SPDX-License-Identifier: Apache-2.0
"""Where the two ends of a delivery stand, read from their databases: exact also at the moment of a kill.

Only sequences of one epoch compare, and the reading takes a moment. So the end that was killed is read after the kill;
the other one before it where it may only grow (the agent), after it where it may only grow as well (the server).
"""
import os
import sqlite3


def accepted_through(agent):
    """(epoch, sequence) of the last batch that the agent's buffer has numbered."""
    return _row(os.path.join(agent.state, "buffer.db"), "SELECT epoch, next - 1 FROM meta")


def committed_through(group):
    """(epoch, sequence) of the last batch that the server has committed, of the one agent there is."""
    return _row(os.path.join(group.data, "live.db"), "SELECT epoch, sequence FROM watermark ORDER BY rank DESC LIMIT 1")


def committed_rows(group):
    """How many rows the server has committed, of an agent that never had a second epoch."""
    row = _row(os.path.join(group.data, "live.db"), "SELECT max(next_ordinal) FROM watermark")
    return row[0] or 0 if row else 0


def is_ahead(accepted, committed):
    return None not in (accepted, committed) and accepted[0] == committed[0] and accepted[1] > committed[1]


def _row(path, query):
    try:
        database = sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=10)
    except sqlite3.OperationalError:
        return None  # not even begun
    try:
        return database.execute(query).fetchone()
    except sqlite3.OperationalError as error:
        if "no such table" not in str(error):
            raise
        return None
    finally:
        database.close()
