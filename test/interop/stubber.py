"""Judges one kept answer (at most ten) of every operation that the rehearsal plays by botocore's Stubber: it refuses members that AWS
does not have, that it requires, and of another type. Usage: stubber.py ANSWERS_FILE PLAYED_FILE"""

import collections
import json
import sys

import boto3
import botocore.exceptions
import botocore.stub

ANSWERS, PLAYED = sys.argv[1], sys.argv[2]
NAMES = {"states": "stepfunctions", "monitoring": "cloudwatch", "elasticloadbalancing": "elbv2"}

judged = collections.Counter()
faults = []
for line in open(ANSWERS, encoding="utf8"):
    kept = json.loads(line)
    name = f"{kept['service']}.{kept['operation']}"
    if judged[name] >= 10:
        continue
    service = NAMES.get(kept["service"], kept["service"])
    client = boto3.client(service, region_name="eu-central-1", aws_access_key_id="a", aws_secret_access_key="b")
    method = next(m for m, operation in client.meta.method_to_api_mapping.items() if operation == kept["operation"])
    judged[name] += 1
    try:
        botocore.stub.Stubber(client).add_response(method, kept["answer"])
    except botocore.exceptions.ParamValidationError as error:
        faults.append(f"{name}: {error}")

missing = set(open(PLAYED, encoding="utf8").read().split()) - set(judged)
for fault in sorted(set(faults)):
    print(fault)
for name in sorted(missing):
    print(f"{name}: played, and no answer of it was judged")
print(f"Stubber: {len(judged)} operations judged, {sum(judged.values())} answers, {len(set(faults))} faults")
sys.exit(1 if faults or missing else 0)
