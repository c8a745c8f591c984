"""Starts moto's server with what it leaves out: an evaluator for JSONata, and the case of the members of Step Functions' own API.
Arguments are moto_server's."""

import sys

import jsonata
import moto.server
from moto.stepfunctions.parser.asl.component.state.exec.state_task.service.state_task_service_sfn import (
    StateTaskServiceSfn,
)
from moto.stepfunctions.parser.asl.jsonata import jsonata as hook


def plain(value):
    """The evaluator's own lists and dicts as JSON has them; its null as None, and so what is undefined."""
    if isinstance(value, dict):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if value is None or isinstance(value, (str, int, float, bool)):
        return value
    return None


def evaluate(expression):
    try:
        return plain(jsonata.Jsonata(expression).evaluate(None))
    except Exception as problem:
        raise hook.JSONataException("UNKNOWN", str(problem)) from problem


def rename(members, case):
    for name in list(members):
        members[case(name[0]) + name[1:]] = members.pop(name)


def members_to_api(task, parameters, *args, **kwargs):
    normalise(task, parameters, *args, **kwargs)
    rename(parameters, str.lower)


def members_to_machine(_task, response, *_args, **_kwargs):
    rename(response, str.upper)


hook._eval_jsonata = evaluate
normalise = StateTaskServiceSfn._normalise_parameters
StateTaskServiceSfn._normalise_parameters = members_to_api
StateTaskServiceSfn._normalise_response = members_to_machine
sys.setrecursionlimit(20_000)
moto.server.main(sys.argv[1:])
