"""Gives ministack what it lacks of versions and aliases of state machines. It proves nothing about AWS: only that our templates
name what belongs together, and that an execution goes on with what it began with.

1. CloudFormation: AWS::StepFunctions::StateMachineVersion and AWS::StepFunctions::StateMachineAlias, which is moved at once
   whatever its deployment preference says.
2. An execution remembers the version, the definition and the role that it began with; ListExecutions and
   DescribeStateMachineForExecution tell them.
"""

import json

from ministack.services import stepfunctions as sfn
from ministack.services.cloudformation import provisioners

VERSION = "AWS::StepFunctions::StateMachineVersion"
ALIAS = "AWS::StepFunctions::StateMachineAlias"


def body_of(answer):
    status, _, body = answer
    if status >= 400:
        raise ValueError(body)
    return json.loads(body)


def create_version(logical_id, props, stack_name):
    request = {"stateMachineArn": props["StateMachineArn"], "revisionId": props["StateMachineRevisionId"]}
    arn = body_of(sfn._publish_state_machine_version(request))["stateMachineVersionArn"]
    return arn, {"Arn": arn}


def delete_version(physical_id, props):
    body_of(sfn._delete_state_machine_version({"stateMachineVersionArn": physical_id}))


def routing(props):
    version = props["DeploymentPreference"]["StateMachineVersionArn"]
    return [{"stateMachineVersionArn": version, "weight": 100}]


def create_alias(logical_id, props, stack_name):
    request = {"name": props["Name"], "routingConfiguration": routing(props)}
    arn = body_of(sfn._create_state_machine_alias(request))["stateMachineAliasArn"]
    return arn, {"Arn": arn}


def update_alias(physical_id, old_props, new_props, stack_name):
    request = {"stateMachineAliasArn": physical_id, "routingConfiguration": routing(new_props)}
    body_of(sfn._update_state_machine_alias(request))
    return physical_id, {"Arn": physical_id}


def delete_alias(physical_id, props):
    body_of(sfn._delete_state_machine_alias({"stateMachineAliasArn": physical_id}))


def start_execution(data):
    arn = data.get("stateMachineArn", "").split("#")[0]
    version = sfn._execution_version_arn(arn)
    began = sfn._state_machine_versions.get(version) or sfn._state_machines.get(sfn._resolve_state_machine_arn(arn))
    answer = plain_start_execution(data)
    if answer[0] < 400:
        execution = sfn._executions[json.loads(answer[2])["executionArn"]]
        execution["began"] = {key: began[key] for key in ("definition", "roleArn")}
        execution["stateMachineVersionArn"] = version
    return answer


def describe_state_machine_for_execution(data):
    status, headers, body = plain_describe_for_execution(data)
    if status >= 400:
        return status, headers, body
    began = sfn._executions[data["executionArn"]].get("began", {})
    return sfn.json_response({**json.loads(body), **began})


def list_executions(data):
    status, headers, body = plain_list_executions(data)
    if status >= 400:
        return status, headers, body
    listed = json.loads(body)
    for item in listed["executions"]:
        version = sfn._executions[item["executionArn"]].get("stateMachineVersionArn")
        if version:
            item["stateMachineVersionArn"] = version
    return sfn.json_response(listed)


plain_start_execution = sfn._start_execution
plain_list_executions = sfn._list_executions
plain_describe_for_execution = sfn._describe_state_machine_for_execution


def add_versions():
    provisioners._RESOURCE_HANDLERS[VERSION] = {"create": create_version, "delete": delete_version}
    provisioners._REPLACING_PROPERTIES[VERSION] = ("StateMachineArn", "StateMachineRevisionId")
    provisioners._RESOURCE_HANDLERS[ALIAS] = {
        "create": create_alias,
        "update": update_alias,
        "delete": delete_alias,
    }
    sfn._start_execution = start_execution
    sfn._list_executions = list_executions
    sfn._describe_state_machine_for_execution = describe_state_machine_for_execution
