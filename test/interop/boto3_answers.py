"""boto3's clients of somebody who knows nothing but an address, and every answer that they get, kept for stubber.py: a line of JSON each."""

import collections
import json

import boto3
import botocore.config


class Answers:
    def __init__(self, endpoint, file, mode, region):
        self.session = boto3.Session(aws_access_key_id="anybody", aws_secret_access_key="anything", region_name=region)
        self.endpoint = endpoint
        self.file = open(file, mode, encoding="utf8")
        self.calls = collections.Counter()  # by service and operation, refused ones too

    def client(self, service, checked=True):
        """`checked` false: its parameters are not judged, and its answers not kept."""
        config = botocore.config.Config(retries={"max_attempts": 1}, parameter_validation=checked)
        made = self.session.client(service, endpoint_url=self.endpoint, config=config)
        if checked:
            made.meta.events.register("before-parse", self._keep_raw)
            made.meta.events.register("after-call", self._keep_parsed)
        return made

    def close(self):
        self.file.close()

    def _keep_raw(self, operation_model, response_dict, **_):
        operation_model.raw = response_dict["body"] if response_dict["status_code"] < 300 else None

    def _keep_parsed(self, model, parsed, http_response, **_):
        service = model.service_model.endpoint_prefix
        self.calls[f"{service}.{model.name}"] += 1
        if http_response.status_code >= 300:
            return
        answer = (
            json.loads(model.raw or b"{}")
            if "json" in model.metadata["protocol"]
            else {key: value for key, value in parsed.items() if key not in ("ResponseMetadata", "Body")}
        )
        line = {"service": service, "operation": model.name, "answer": answer}
        self.file.write(json.dumps(line, default=str) + "\n")
