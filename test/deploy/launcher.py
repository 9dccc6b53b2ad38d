"""Starts ministack, an emulator of AWS, and corrects the few faults that would hide whether our state machines work.

What passes here proves nothing about AWS: it proves that the CDK app deploys, that its resources fit together, and that
a second interpreter runs a state machine as our own engine does. Only this is corrected:

1. A Parallel state in JSONata: Arguments, Output and Assign are honoured; a branch works on its own copy of the variables.
2. Assign: all entries are evaluated against the values from before the state, not one after another.
3. An error thrown by a Node function keeps its name, message and trace, as the Lambda runtime reports them, and leaves the
   function's process alive.
4. A Succeed state in JSONata: Output is honoured.
5. A nested execution that fails: the Task's error is States.TaskFailed, and its cause describes the execution.
6. A distributed Map in JSONata runs, see distributed_map.py.
7. StartSyncExecution: the SDK asks the host `sync-127.0.0.1`, which is this one; a state machine may be given by its alias.
8. Versions and aliases of state machines: see state_machine_versions.py.
9. Alarms on metric expressions are kept: see alarms.py.

When its standard input closes, the process ends, ends the functions that it started, and removes its temporary folder.
So nothing keeps running, whatever happens to the test that started it.
"""

import copy
import json
import os
import runpy
import shutil
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import copy_context

from alarms import add_expression_alarms
from distributed_map import run_distributed_map
from ministack.core import lambda_runtime
from ministack.services import lambda_svc
from ministack.services import stepfunctions as sfn

from state_machine_versions import add_versions

FAILURE = "$functionError"


def replace_once(text: str, old: str, new: str) -> str:
    """Replaces the only occurrence of `old`, and refuses a version of ministack that has none or several."""
    if text.count(old) != 1:
        raise SystemExit(f"launcher.py: ministack does not have {old!r} exactly once; this launcher is for 1.5.33")
    return text.replace(old, new)


def run_parallel_branches(state, raw_input, execution, ctx):
    if sfn._state_query_language(state, ctx) != "JSONata":
        return plain_parallel_branches(state, raw_input, execution, ctx)
    branch_input = sfn._apply_jsonata_arguments(state, raw_input, ctx)

    def run(branch):
        return sfn._run_sub_machine(branch["States"], branch["StartAt"], branch_input, execution, copy.deepcopy(ctx))

    with ThreadPoolExecutor(max_workers=len(state["Branches"])) as pool:
        futures = [pool.submit(copy_context().run, run, branch) for branch in state["Branches"]]
    results = [future.result() for future in futures]
    output = sfn._apply_jsonata_output(state, raw_input, ctx, result=results, default=results)
    sfn._apply_state_assign(state, raw_input, ctx, result=results)
    return output, sfn._next_or_end(state)


def apply_state_assign(state, raw_input, ctx, result=None, error_output=None):
    assign = state.get("Assign")
    if ctx is None or not isinstance(assign, dict) or sfn._state_query_language(state, ctx) != "JSONata":
        return
    values = sfn._apply_jsonata_template(assign, raw_input, ctx, result=result, error_output=error_output)
    ctx.setdefault("variables", {}).update(values)


def apply_output_path(state, data, ctx=None):
    if state.get("Type") == "Succeed" and sfn._state_query_language(state, ctx) == "JSONata":
        return sfn._apply_jsonata_output(state, data, ctx, default=data)
    return plain_output_path(state, data, ctx)


def execute_function_warm(func, event, request_id):
    """The worker script below returns a thrown error as a marked result; here it becomes a failure again."""
    answer = plain_function_warm(func, event, request_id)
    body = answer.get("body")
    if isinstance(body, dict) and FAILURE in body:
        return {**answer, "body": body[FAILURE], "error": True}
    return answer


def run_map_items(state, raw_input, execution, ctx):
    processor = state.get("ItemProcessor", {})
    distributed = processor.get("ProcessorConfig", {}).get("Mode") == "DISTRIBUTED"
    if distributed and sfn._state_query_language(state, ctx) == "JSONata":
        return run_distributed_map(state, raw_input, execution, ctx)
    return plain_map_items(state, raw_input, execution, ctx)


def start_sync_execution(data):
    machine = sfn._resolve_state_machine_arn(data.get("stateMachineArn", ""))
    return plain_start_sync_execution({**data, "stateMachineArn": machine} if machine else data)


def nested_execution_failure(payload):
    names = {"cause": "Cause", "error": "Error", "executionArn": "ExecutionArn", "input": "Input", "name": "Name"}
    described = {names[key]: payload[key] for key in sorted(names) if payload.get(key) is not None}
    described["Status"] = payload.get("status")
    return "States.TaskFailed", json.dumps(described, separators=(",", ":"))


plain_parallel_branches = sfn._run_parallel_branches
plain_output_path = sfn._apply_output_path
plain_map_items = sfn._run_map_items
plain_start_sync_execution = sfn._start_sync_execution
plain_function_warm = lambda_svc._execute_function_warm

add_versions()
add_expression_alarms()
sfn._run_parallel_branches = run_parallel_branches
sfn._apply_state_assign = apply_state_assign
sfn._apply_output_path = apply_output_path
sfn._run_map_items = run_map_items
sfn._start_sync_execution = start_sync_execution
sfn._nested_execution_failure = nested_execution_failure
lambda_svc._execute_function_warm = execute_function_warm
lambda_runtime._NODEJS_WORKER_SCRIPT = replace_once(
    lambda_runtime._NODEJS_WORKER_SCRIPT,
    """status: "error", error: String(err.message || err), trace: err.stack || \"\"""",
    f"""status: "ok", result: {{ "{FAILURE}": {{
            errorType: err.name || "Error",
            errorMessage: String(err.message ?? err),
            trace: String(err.stack || "").split("\\n"),
          }} }}""",
)
lambda_runtime._NODEJS_WORKER_SCRIPT = replace_once(
    lambda_runtime._NODEJS_WORKER_SCRIPT,
    'const readline = require("readline");',
    """const readline = require("readline");
const dns = require("dns");
const { lookup } = dns;
dns.lookup = (host, ...rest) => lookup(host.replace(/^sync-(?=127\\.)/, ""), ...rest);""",
)


def end_with_parent(folder: str) -> None:
    """Waits until standard input closes, then ends this process, gracefully if possible, and removes its folder."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)
    try:
        stopped.wait(5)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        # The functions' processes are in this process group, if this process leads it.
        if os.getpgrp() == os.getpid():
            os.killpg(0, signal.SIGKILL)
        os._exit(0)


stopped = threading.Event()
threading.Thread(target=end_with_parent, args=(os.environ["TMPDIR"],), daemon=True).start()
try:
    runpy.run_module("ministack", run_name="__main__")
finally:
    stopped.set()
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
