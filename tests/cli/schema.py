# SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause
"""schema.py SCHEMA FILE...: which YAML files the JSON Schema takes, one word and name a line."""
import json
import sys

import jsonschema
import yaml


class Strict(yaml.SafeLoader):
    """Dates stay text, as in a policy; a key that is there twice is an error."""


Strict.yaml_implicit_resolvers = {
    first: [entry for entry in entries if not entry[0].endswith(":timestamp")]
    for first, entries in yaml.SafeLoader.yaml_implicit_resolvers.items()
}

with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
jsonschema.Draft202012Validator.check_schema(schema)
validator = jsonschema.Draft202012Validator(schema)
for name in sys.argv[2:]:
    try:
        with open(name, "rb") as file:
            document = yaml.load(file, Strict)
        good = validator.is_valid(document)
    except (yaml.YAMLError, UnicodeError, TypeError):
        good = False
    print("good" if good else "bad", name)
