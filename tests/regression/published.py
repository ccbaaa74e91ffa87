"""The published Table 1 of the multi-karma paper, and how near a row of ours is."""

import csv

from program import INPUTS

FOLDER = INPUTS / "paper" / "multi_karma" / "table1"
COLUMNS = ("S_en", "C_en", "SW_en", "S_ex", "C_ex", "SW_ex")


def published():
    """(redistribution, exchange) -> printed numbers."""
    with open(FOLDER / "published.csv") as file:
        rows = csv.DictReader(line for line in file if not line.startswith("#"))
        return {(row["redistribution"], row["exchange"]): {name: float(row[name]) for name in COLUMNS} for row in rows}


def distance(row, printed):
    """Largest difference over the six columns."""
    return max(abs(float(row[name]) - printed[name]) for name in COLUMNS)
