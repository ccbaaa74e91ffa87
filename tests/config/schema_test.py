"""The JSON schemas in docs/ accept every shipped input and refuse what the reader refuses key by key."""

import copy
import json
import pathlib
import sys
import tomllib

import jsonschema


def main(source):
    validators = {}
    for kind in ("economy", "study"):
        schema = json.loads((source / "docs" / f"{kind}.schema.json").read_text())
        jsonschema.Draft202012Validator.check_schema(schema)
        validators[kind] = jsonschema.Draft202012Validator(schema)

    files = sorted((source / "inputs").rglob("*.toml"))
    files.append(source / "tests/fuzz/corpus/full_chain.toml")
    for file in files:
        content = tomllib.loads(file.read_text())
        validators["study" if "base" in content else "economy"].validate(content)

    economy = tomllib.loads((source / "inputs/paper/multi_karma/highway_parking.toml").read_text())
    mistakes = {
        "unknown key": lambda e: e["resource"][0].update(colour=1),
        "missing key": lambda e: e["resource"][0].pop("capacity"),
        "out of range": lambda e: e["resource"][0].update(capacity=0),
        "wrong type": lambda e: e["resource"][0].update(k_max=1.5),
        "unknown choice": lambda e: e["exchange"].update(rule="barter"),
        "not a ratio": lambda e: e["exchange"].update(worth=[1, "x"]),
        "not a name": lambda e: e["type"][0].update(name="a b"),
        "no elements": lambda e: e.update(urgency=[]),
    }
    for name, mistake in mistakes.items():
        wrong = copy.deepcopy(economy)
        mistake(wrong)
        assert not validators["economy"].is_valid(wrong), name
    print(f"{len(files)} inputs accepted, {len(mistakes)} mistakes refused")


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
