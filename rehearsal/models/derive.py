"""Derives rehearsal/models/<service>.json from botocore's service models: the constraints of the operations that the rehearsal plays
(operations.json), and nothing else of them. Not part of any build; run it when operations.json or AWS's models change:

    python3 -m venv /tmp/models && /tmp/models/bin/pip install botocore==1.44.8
    /tmp/models/bin/python rehearsal/models/derive.py
"""

import json
import pathlib

import botocore
import botocore.loaders

HERE = pathlib.Path(__file__).parent
NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}
TYPES = {"character": "string", "long": "integer", "float": "number", "double": "number", "bigdecimal": "number"}


def load(service):
    return botocore.loaders.Loader().load_service_model(NAMES.get(service, service), "service-2")


def derived(model, wanted):
    operations = {}
    shapes = {}
    for name in sorted(wanted):
        operation = model["operations"][name]
        entry = {}
        for side in ("input", "output"):
            if side in operation:
                entry[side] = operation[side]["shape"]
                collect(entry[side], model["shapes"], shapes)
        entry["errors"] = sorted(code_of(error["shape"], model["shapes"]) for error in operation.get("errors", []))
        operations[name] = entry
    return operations, dict(sorted(shapes.items()))


def code_of(shape, shapes):
    return shapes[shape].get("error", {}).get("code", shape)


def collect(name, source, into):
    if name in into:
        return
    shape = source[name]
    kind = TYPES.get(shape["type"], shape["type"])
    made = {"type": kind}
    into[name] = made
    for key in ("enum", "min", "max", "pattern", "document"):
        if key in shape:
            made[key] = shape[key]
    if kind == "structure":
        if shape.get("union"):
            made["union"] = True
        if shape.get("required"):
            made["required"] = shape["required"]
        made["members"] = {}
        for member, target in shape["members"].items():
            made["members"][member] = target["shape"]
            collect(target["shape"], source, into)
    elif kind == "list":
        made["member"] = shape["member"]["shape"]
        collect(made["member"], source, into)
    elif kind == "map":
        for part in ("key", "value"):
            made[part] = shape[part]["shape"]
            collect(made[part], source, into)


def written(service, wanted):
    model = load(service)
    operations, shapes = derived(model, wanted)
    head = {
        "source": f"botocore {botocore.__version__}, {NAMES.get(service, service)} {model['metadata']['apiVersion']}",
        "made by": "rehearsal/models/derive.py",
    }
    lines = [f'  "{key}": {json.dumps(value)}' for key, value in head.items()]
    for part, entries in (("operations", operations), ("shapes", shapes)):
        rows = [f'    "{name}": {json.dumps(entry, ensure_ascii=False)}' for name, entry in entries.items()]
        lines.append(f'  "{part}": {{\n' + ",\n".join(rows) + "\n  }")
    return "{\n" + ",\n".join(lines) + "\n}\n"


if __name__ == "__main__":
    for service, wanted in json.loads((HERE / "operations.json").read_text()).items():
        (HERE / f"{service}.json").write_text(written(service, wanted))
