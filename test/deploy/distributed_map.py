"""Distributed Maps in JSONata for the emulator, which only has them in JSONPath.

It has what our state machines use of them: an ItemReader of a JSON list in S3 (or Items), an ItemSelector, an ItemBatcher, child
executions of their own, tolerated failures, and a ResultWriter with its manifest. It is written from the developer guide ("Using
Map state in Distributed mode", "ItemReader (Map)", "ItemBatcher (Map)", "ResultWriter (Map)"), so it proves nothing about AWS:
that a flow runs here shows that its Map, its functions and the files between them agree with that page.
"""

import copy
import json
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from ministack.services import s3
from ministack.services import stepfunctions as sfn

# Each child execution may have a process for each of its functions.
MOST_AT_ONCE = 6


def run_distributed_map(state, raw_input, execution, ctx):
    """Runs the Map Run of a state; returns the state's output and the next state's name."""
    evaluate = lambda template, context=ctx: sfn._apply_jsonata_template(template, raw_input, context)
    run = MapRun(state, execution, evaluate)
    items = read_items(state, evaluate)
    inputs = [select(state, index, item, ctx, evaluate) for index, item in enumerate(items)]
    sizes, children = batch(state, inputs, evaluate)
    limit = int(evaluate(state.get("MaxConcurrency", 0))) or MOST_AT_ONCE
    with ThreadPoolExecutor(max_workers=min(limit, MOST_AT_ONCE)) as pool:
        futures = [pool.submit(copy_context().run, run.child, one, ctx) for one in children]
        ends = [future.result() for future in futures]
    failed = sum(size for size, end in zip(sizes, ends) if end["status"] != "SUCCEEDED")
    written = run.write(ends) if "ResultWriter" in state else None
    refuse_failures(state, failed, len(items), evaluate)
    result = written or [json.loads(end["output"]) for end in ends]
    output = sfn._apply_jsonata_output(state, raw_input, ctx, result=result, default=result)
    sfn._apply_state_assign(state, raw_input, ctx, result=result)
    return output, sfn._next_or_end(state)


def read_items(state, evaluate):
    reader = state.get("ItemReader")
    if reader is None:
        items = evaluate(state["Items"]) if "Items" in state else evaluate("{% $states.input %}")
    else:
        if reader["Resource"] != "arn:aws:states:::s3:getObject" or reader["ReaderConfig"] != {"InputType": "JSON"}:
            raise sfn._ExecutionError("States.Runtime", "distributed_map.py reads only lists in JSON from S3")
        place = evaluate(reader["Arguments"])
        items = json.loads(sfn._s3_object_text(place["Bucket"], place["Key"]))
    if not isinstance(items, list):
        raise sfn._ExecutionError("States.ItemReaderFailed", "Attempting to map over non-iterable node.")
    return items


def select(state, index, item, ctx, evaluate):
    if "ItemSelector" not in state:
        return item
    return evaluate(state["ItemSelector"], {**ctx, "Map": {"Item": {"Index": index, "Value": item}}})


def batch(state, inputs, evaluate):
    """The number of items of each child execution, and its input."""
    batcher = state.get("ItemBatcher")
    if batcher is None:
        return [1] * len(inputs), inputs
    most = int(evaluate(batcher.get("MaxItemsPerBatch", 0))) or len(inputs)
    most_bytes = int(evaluate(batcher.get("MaxInputBytesPerBatch", 0))) or 262_144
    given = {"BatchInput": evaluate(batcher["BatchInput"])} if "BatchInput" in batcher else {}
    batches = []
    for item in inputs:
        full = not batches or len(batches[-1]) == most
        if full or len(json.dumps({**given, "Items": [*batches[-1], item]}).encode()) > most_bytes:
            batches.append([])
        batches[-1].append(item)
    return [len(items) for items in batches], [{**given, "Items": items} for items in batches]


def refuse_failures(state, failed, total, evaluate):
    limits = []
    if "ToleratedFailureCount" in state:
        limits.append(failed > evaluate(state["ToleratedFailureCount"]))
    if "ToleratedFailurePercentage" in state:
        limits.append(failed * 100 > evaluate(state["ToleratedFailurePercentage"]) * total)
    if any(limits) if limits else failed > 0:
        message = "The specified tolerated failure threshold was exceeded"
        raise sfn._ExecutionError("States.ExceedToleratedFailureThreshold", message)


class MapRun:
    """The child executions of a state, and the files with their results."""

    def __init__(self, state, execution, evaluate):
        self.state = state
        self.execution = execution
        self.evaluate = evaluate
        *_, region, account, _, name = execution["stateMachineArn"].split(":")[:7]
        self.prefix = f"arn:aws:states:{region}:{account}"
        self.name = f"{name}/{state.get('Label') or sfn.new_uuid()}"
        self.id = sfn.new_uuid()

    def child(self, given, ctx):
        """Runs a child execution, which has a context of its own and no variables, and describes how it ended."""
        name = sfn.new_uuid()
        machine = f"{self.prefix}:stateMachine:{self.name}"
        started = {"Id": f"{self.prefix}:execution:{self.name}:{name}", "Name": name, "StartTime": sfn.now_iso()}
        own = {
            "QueryLanguage": ctx["QueryLanguage"],
            "Execution": {**started, "Input": given},
            "StateMachine": {"Id": machine, "Name": self.name},
        }
        described = {
            **{"executionArn": started["Id"], "stateMachineArn": machine, "name": name, "startDate": started["StartTime"]},
            **{"status": "RUNNING", "input": json.dumps(given), "output": None, "stopDate": None, "events": []},
            **{"testCase": self.execution.get("testCase"), "mockAttempts": {}},
        }
        sfn._executions[started["Id"]] = described
        processor = self.state["ItemProcessor"]
        try:
            output = sfn._run_sub_machine(processor["States"], processor["StartAt"], copy.deepcopy(given), described, own)
            described.update(status="SUCCEEDED", output=json.dumps(output))
        except sfn._ExecutionError as error:
            described.update(status="FAILED", error=error.error, cause=error.cause)
        described["stopDate"] = sfn.now_iso()
        return described

    def write(self, ends):
        """Writes a file of the child executions with each status, and the manifest that names them; returns the result."""
        place = self.evaluate(self.state["ResultWriter"]["Arguments"])
        bucket, folder = place["Bucket"], f"{place['Prefix']}/{self.id}" if place.get("Prefix") else self.id
        files = {"FAILED": [], "PENDING": [], "SUCCEEDED": []}
        for status, written in files.items():
            found = [result_of(end) for end in ends if end["status"] == status]
            if found:
                key = f"{folder}/{status}_0.json"
                written.append({"Key": key, "Size": put(bucket, key, found)})
        run = f"{self.prefix}:mapRun:{self.name}:{self.id}"
        manifest = {"DestinationBucket": bucket, "MapRunArn": run, "ResultFiles": files}
        put(bucket, f"{folder}/manifest.json", manifest)
        return {"MapRunArn": run, "ResultWriterDetails": {"Bucket": bucket, "Key": f"{folder}/manifest.json"}}


def result_of(end):
    """A child execution as the ResultWriter describes it: no field is null."""
    fields = {
        **{"ExecutionArn": end["executionArn"], "Name": end["name"], "StateMachineArn": end["stateMachineArn"]},
        **{"Input": end["input"], "InputDetails": {"Included": True}},
        **{"Output": end["output"], "OutputDetails": {"Included": True} if end["output"] is not None else None},
        **{"Error": end.get("error"), "Cause": end.get("cause"), "Status": end["status"]},
        **{"StartDate": end["startDate"], "StopDate": end["stopDate"], "RedriveCount": 0},
    }
    return {name: value for name, value in fields.items() if value is not None}


def put(bucket, key, value):
    body = json.dumps(value).encode()
    status, _, answer = s3._put_object(bucket, key, body, {"content-type": "application/json"})
    if status != 200:
        raise sfn._ExecutionError("States.ResultWriterFailed", str(answer))
    return len(body)
