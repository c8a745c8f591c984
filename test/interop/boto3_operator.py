"""An operator who knows nothing of the rehearsal but its address: looks at findings, starts a campaign, answers its approval, reads the
evidence. Every answer is kept for stubber.py. Usage: boto3_operator.py ENDPOINT ANSWERS_FILE"""

import datetime
import gzip
import json
import sys
import time
import urllib.request
from email.utils import parsedate_to_datetime

import boto3_answers
import botocore.exceptions

ENDPOINT, ANSWERS = sys.argv[1], sys.argv[2]
REGION, GROUP, CAMPAIGN = "eu-central-1", "web", "web-20240831T200000Z"
ANSWERED = boto3_answers.Answers(ENDPOINT, ANSWERS, "w", REGION)
client = ANSWERED.client


def all_of(one, operation, member, **asked):
    return [row for page in one.get_paginator(operation).paginate(**asked) for row in page.get(member, [])]


def expect(what, holds):
    if not holds:
        raise SystemExit(f"boto3_operator: {what}")
    print(f"  {what}")


def refused(code, member, call, **asked):
    try:
        call(**asked)
    except botocore.exceptions.ClientError as error:
        told = error.response["Error"]
        expect(f"{code} names {member}", told["Code"] == code and member.lower() in told["Message"].lower())
    else:
        raise SystemExit(f"boto3_operator: {asked} was not refused with {code}")


def look():
    inspector, ssm, ec2 = client("inspector2"), client("ssm"), client("ec2")
    expect("any credentials are somebody", client("sts").get_caller_identity()["Account"] == "123456789012")
    status = inspector.batch_get_account_status()["accounts"][0]["resourceState"]["ec2"]["status"]
    expect("Inspector is on", status == "ENABLED")
    equals = lambda value: [{"comparison": "EQUALS", "value": value}]
    tags = [{"comparison": "EQUALS", "key": "PatchGroup", "value": GROUP}]
    criteria = {"findingStatus": equals("ACTIVE"), "resourceTags": tags}
    findings = all_of(inspector, "list_findings", "findings", filterCriteria=criteria)
    critical = all_of(inspector, "list_findings", "findings", filterCriteria=criteria | {"severity": equals("CRITICAL")})
    expect(f"{len(findings)} active findings, {len(critical)} critical", 100 < len(critical) + 100 < len(findings))
    expect("the filter by severity gives those and no others", {f["findingArn"] for f in critical} == {
        f["findingArn"] for f in findings if f["severity"] == "CRITICAL"})
    coverage = all_of(inspector, "list_coverage", "coveredResources", maxResults=7)
    expect("each host is covered once for each kind of scan", len({(r["resourceId"], r["scanType"]) for r in coverage}) == len(coverage))
    total = inspector.list_coverage_statistics()["totalCounts"]
    expect("the statistics count what the list shows", total == len(coverage))
    details = inspector.batch_get_finding_details(findingArns=[f["findingArn"] for f in findings[:3]])["findingDetails"]
    expect("three findings have details", len(details) == 3)
    all_of(inspector, "list_filters", "filters")
    groups = [{"Name": "tag:PatchGroup", "Values": [GROUP]}]
    tagged = all_of(ec2, "describe_tags", "Tags", Filters=groups, PaginationConfig={"PageSize": 5})
    hosts = [i["InstanceId"] for r in all_of(ec2, "describe_instances", "Reservations", Filters=groups,
             PaginationConfig={"PageSize": 5}) for i in r["Instances"]]
    expect(f"{len(hosts)} hosts, by pages of five", len(hosts) == len(set(hosts)) == len(tagged) == 24)
    inside = [i["InstanceId"] for r in all_of(ec2, "describe_instances", "Reservations", Filters=groups + [
              {"Name": "instance-state-name", "Values": ["run*"]}, {"Name": "network-interface.addresses.primary", "Values": ["true"]}])
              for i in r["Instances"] if i["NetworkInterfaces"][0]["PrivateIpAddresses"][0]["PrivateIpAddress"] == i["PrivateIpAddress"]]
    expect("running hosts have an address inside", 20 < len(inside) <= len(hosts))
    nodes = all_of(ssm, "describe_instance_information", "InstanceInformationList")
    expect("SSM knows fewer: stopped and unmanaged hosts are none of its nodes", len(nodes) < 32)
    baseline = ssm.get_patch_baseline_for_patch_group(PatchGroup=GROUP, OperatingSystem="DEBIAN")["BaselineId"]
    expect("the group has its baseline", GROUP in ssm.get_patch_baseline(BaselineId=baseline)["PatchGroups"])
    ssm.get_default_patch_baseline(OperatingSystem="DEBIAN")
    words = all_of(ssm, "describe_patch_properties", "Properties", OperatingSystem="WINDOWS", Property="MSRC_SEVERITY")
    expect("words of a baseline are those of the OS", "Moderate" in [word["Name"] for word in words])
    refused("ValidationException", "no property", ssm.describe_patch_properties, OperatingSystem="DEBIAN", Property="SEVERITY")
    acting = all_of(ssm, "get_parameters_by_path", "Parameters", Path="/patchwright/acting")
    expect("the stage that is served acts on the group", {p["Name"]: p["Value"] for p in acting}[f"/patchwright/acting/{GROUP}"] == "dev")
    stacks = client("cloudformation")
    expect("its stack is there", stacks.describe_stacks(StackName="patchwright-dev")["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE")
    refused("ValidationError", "does not exist", stacks.describe_stacks, StackName="patchwright-prod")
    all_of(ssm, "describe_patch_baselines", "BaselineIdentities")
    all_of(ssm, "list_associations", "Associations")
    ssm.describe_maintenance_windows()
    year = ssm.get_calendar_state(CalendarNames=["year-end"])
    expect("the calendar is open until December", (year["State"], year["NextTransitionTime"][:7]) == ("OPEN", "2024-12"))
    client("cloudwatch").describe_alarms()
    client("cloudwatch").describe_alarm_history()
    client("iam").get_role(RoleName="rehearsal")
    client("iam").simulate_principal_policy(PolicySourceArn="arn:aws:iam::123456789012:role/rehearsal", ActionNames=["ssm:SendCommand"])
    return nodes


def err():
    inspector, ssm, ec2 = client("inspector2", False), client("ssm", False), client("ec2", False)
    sfn = client("stepfunctions", False)
    refused("ValidationException", "maxResults", inspector.list_findings, maxResults=101)
    refused("ValidationException", "comparison", inspector.list_findings, filterCriteria={"severity": [{"comparison": "LIKE", "value": "x"}]})
    refused("ValidationException", "maxResults", ssm.list_commands, MaxResults=51)
    refused("ValidationException", "instanceId", ssm.describe_instance_patches, InstanceId="web-1")
    refused("InvalidParameterValue", "MaxResults", ec2.describe_instances, MaxResults=4)
    refused("InvalidInstanceID.NotFound", "i-00000000000000000", ec2.describe_instances, InstanceIds=["i-00000000000000000"])
    refused("InvalidNextToken", "token", ssm.list_commands, NextToken="of-another-list")
    refused("ValidationException", "name", sfn.start_execution, stateMachineArn="arn:aws:states:x", name="n" * 81)
    refused("InvalidToken", "token", sfn.send_task_success, taskToken="no-token", output="{}")
    refused("UnknownOperationException", "ssm.ListDocuments", ssm.list_documents)


def campaign(nodes):
    sfn, ddb, s3, ssm = client("stepfunctions"), client("dynamodb"), client("s3"), client("ssm")
    machine = f"arn:aws:states:{REGION}:123456789012:stateMachine:patchwright-dev-campaign"
    trigger = {"kind": "person", "id": f"boto3/{CAMPAIGN}", "at": "2024-08-31T20:00:00.000Z", "by": "boto3"}
    asked = json.dumps({"contract": 1, "group": GROUP, "trigger": trigger})
    arn = sfn.start_execution(stateMachineArn=machine, name=CAMPAIGN, input=asked)["executionArn"]
    again = sfn.start_execution(stateMachineArn=machine, name=CAMPAIGN, input=asked)["executionArn"]
    expect("the same start again is the same execution", arn == again)
    answered = False
    deadline = time.time() + 240
    while (found := sfn.describe_execution(executionArn=arn))["status"] == "RUNNING" and time.time() < deadline:
        answered = answer_approval(ddb, sfn) or answered
        time.sleep(0.2)
    expect("an approval was asked for and answered", answered)
    expect("the campaign ended", found["status"] == "SUCCEEDED")
    outcome = json.loads(found["output"])["outcome"]
    expect(f"its outcome is {outcome}", outcome == "Completed")
    events = all_of(sfn, "get_execution_history", "events", executionArn=arn, maxResults=50)
    back = all_of(sfn, "get_execution_history", "events", executionArn=arn, maxResults=50, reverseOrder=True)
    expect(f"its history has {len(events)} events, both ways", [e["id"] for e in events] == [e["id"] for e in reversed(back)])
    expect("it is listed", arn in [e["executionArn"] for e in all_of(sfn, "list_executions", "executions", stateMachineArn=machine)])
    evidence(s3)
    commands = all_of(ssm, "list_commands", "Commands")
    rows = all_of(ssm, "list_command_invocations", "CommandInvocations", Details=True)
    expect(f"{len(commands)} commands, {len(rows)} invocations", 5 < len(commands) < len(rows))
    row = next(r for r in rows if r["DocumentName"] == "AWS-RunPatchBaseline")
    ssm.get_command_invocation(CommandId=row["CommandId"], InstanceId=row["InstanceId"], PluginName="PatchLinux")
    ids = [node["InstanceId"] for node in nodes][:50]
    bound = all_of(ssm, "describe_instance_associations_status", "InstanceAssociationStatusInfos", InstanceId=row["InstanceId"])
    expect(f"{len(bound)} associations ran on a host", bound and all(each["Status"] == "Success" for each in bound))
    all_of(ssm, "describe_instance_patch_states", "InstancePatchStates", InstanceIds=ids)
    told = all_of(ssm, "describe_instance_patch_states_for_patch_group", "InstancePatchStates", PatchGroup=GROUP,
                  Filters=[{"Key": "InstalledCount", "Values": ["0"], "Type": "GreaterThan"}])
    expect(f"{len(told)} hosts of the group have a patch state", len(told) > 20)
    expect("the group is registered", GROUP in [m["PatchGroup"] for m in all_of(ssm, "describe_patch_groups", "Mappings")])
    all_of(ssm, "describe_instance_patches", "Patches", InstanceId=row["InstanceId"])


def answer_approval(ddb, sfn):
    """What stands in the table is the decision; the token, whatever it brings, only wakes the machine."""
    key = {"pk": {"S": f"approval#{CAMPAIGN}"}, "sk": {"S": "approval#fleet"}}
    item = ddb.get_item(TableName="patchwright-dev", Key=key).get("Item")
    approval = json.loads(item["data"]["S"]) if item else {}
    if not approval.get("taskToken") or approval.get("decision"):
        return False
    decided = {**approval, "decision": "yes", "by": "boto3", "decidedAt": approval["askedAt"]}
    ddb.update_item(TableName="patchwright-dev", Key=key, ConditionExpression="askedAt = :asked",
                    UpdateExpression="SET #data = :data, decision = :yes", ExpressionAttributeNames={"#data": "data"},
                    ExpressionAttributeValues={":data": {"S": json.dumps(decided)}, ":yes": {"S": "yes"},
                                               ":asked": {"S": approval["askedAt"]}})
    try:
        sfn.send_task_heartbeat(taskToken=approval["taskToken"])
        sfn.send_task_success(taskToken=approval["taskToken"], output="{}")
    except sfn.exceptions.TaskTimedOut:
        return False
    return True


def evidence(s3):
    bucket = f"patchwright-dev-evidence-123456789012-{REGION}"
    keys = [o["Key"] for o in all_of(s3, "list_objects_v2", "Contents", Bucket=bucket, Prefix=f"{GROUP}/{CAMPAIGN}/", MaxKeys=5)]
    expect(f"{len(keys)} files of evidence", len(keys) > 10 and len(keys) == len(set(keys)))
    delta = json.loads(s3.get_object(Bucket=bucket, Key=f"{GROUP}/{CAMPAIGN}/delta.json")["Body"].read())
    expect("the delta adds up", delta["before"]["total"] > 0)
    packed = next(key for key in keys if key.endswith(".gz"))
    expect("a survey can be read", gzip.decompress(s3.get_object(Bucket=bucket, Key=packed)["Body"].read()))
    s3.head_object(Bucket=bucket, Key=packed)
    expect("the buckets are listed", bucket in [b["Name"] for b in all_of(s3, "list_buckets", "Buckets")])
    folders = [p["Prefix"] for p in all_of(s3, "list_objects_v2", "CommonPrefixes", Bucket=bucket, Prefix=f"{GROUP}/{CAMPAIGN}/",
               Delimiter="/", PaginationConfig={"PageSize": 2})]
    expect(f"in {len(folders)} folders", set(folders) == {key[:key.index("/", len(f"{GROUP}/{CAMPAIGN}/")) + 1]
           for key in keys if key.count("/") > 2})
    part = s3.get_object(Bucket=bucket, Key=packed, Range="bytes=0-1")
    expect("a part of it too", part["ResponseMetadata"]["HTTPStatusCode"] == 206 and part["Body"].read() == b"\x1f\x8b")
    s3.put_object(Bucket=bucket, Key="notes/boto3.txt", Body=b"seen", Metadata={"by": "boto3"})
    expect("what was put can be read", s3.get_object(Bucket=bucket, Key="notes/boto3.txt")["Body"].read() == b"seen")
    s3.delete_object(Bucket=bucket, Key="notes/boto3.txt")


def others(nodes):
    """The operations that nothing above needed."""
    events, sns, sqs, ssm, sfn = (client(name) for name in ("events", "sns", "sqs", "ssm", "stepfunctions"))
    functions = client("lambda")
    functions.get_account_settings()
    functions.get_function_concurrency(FunctionName="patchwright-dev-open-campaign")
    events.put_events(Entries=[{"Source": "boto3", "DetailType": "Hello", "Detail": "{}"}])
    event = {"id": "1", "source": "a", "detail-type": "b", "account": "123456789012", "time": "2024-08-31T20:00:00Z",
             "region": REGION, "resources": [], "detail": {}}
    expect("a pattern matches its event", events.test_event_pattern(EventPattern='{"source":["a"]}', Event=json.dumps(event))["Result"])
    sns.publish(TopicArn=f"arn:aws:sns:{REGION}:123456789012:patchwright-dev-notices", Subject="boto3", Message="hello")
    scan = {"Operation": ["Scan"]}
    online = [n["InstanceId"] for n in nodes if n["PingStatus"] == "Online"][:2]
    sent = ssm.send_command(DocumentName="AWS-RunPatchBaseline", InstanceIds=online, Parameters=scan)["Command"]["CommandId"]
    deadline = time.time() + 60
    while time.time() < deadline:
        rows = ssm.list_command_invocations(CommandId=sent)["CommandInvocations"]
        if rows and all(row["Status"] == "Success" for row in rows):
            break
        time.sleep(0.1)
    expect("a scan of our own ends, while time goes by itself", rows and all(row["Status"] == "Success" for row in rows))
    machine = f"arn:aws:states:{REGION}:123456789012:stateMachine:patchwright-dev-campaign"
    trigger = {"kind": "person", "id": "boto3/2", "at": "2024-08-31T20:00:00.000Z", "by": "boto3"}
    arn = sfn.start_execution(stateMachineArn=machine, input=json.dumps({"contract": 1, "group": GROUP, "trigger": trigger}))
    sfn.stop_execution(executionArn=arn["executionArn"], error="Enough", cause="seen")
    status = sfn.describe_execution(executionArn=arn["executionArn"])["status"]
    expect("a campaign can be stopped", status == "ABORTED")


def subscribed():
    """A queue of a stranger's own that hears of what ends; a mailbox that confirms itself. Both before anything is published."""
    sns, sqs = client("sns"), client("sqs")
    queue = sqs.create_queue(QueueName="stranger", Attributes={"VisibilityTimeout": "5"})["QueueUrl"]
    expect("its queue is known", sqs.get_queue_url(QueueName="stranger")["QueueUrl"] == queue)
    expect("and listed", queue in all_of(sqs, "list_queues", "QueueUrls"))
    where = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    topics = [t["TopicArn"] for t in all_of(sns, "list_topics", "Topics")]
    notices = next(arn for arn in topics if arn.endswith("-notices"))
    policy = json.dumps({"kind": ["delta"], "group": [{"prefix": GROUP}]})
    wanted = {"FilterPolicy": policy, "RawMessageDelivery": "true"}
    arn = sns.subscribe(TopicArn=notices, Protocol="sqs", Endpoint=where, Attributes=wanted)["SubscriptionArn"]
    expect("its filter policy is kept", sns.get_subscription_attributes(SubscriptionArn=arn)["Attributes"]["FilterPolicy"] == policy)
    mail = sns.subscribe(TopicArn=notices, Protocol="email", Endpoint="stranger@example.org")["SubscriptionArn"]
    expect("mail waits to be confirmed", mail == "pending confirmation")
    token = inbox("stranger@example.org")[0]["body"].split("Token=")[1].split()[0]
    mail = sns.confirm_subscription(TopicArn=notices, Token=token)["SubscriptionArn"]
    sns.set_subscription_attributes(SubscriptionArn=mail, AttributeName="FilterPolicyScope", AttributeValue="MessageBody")
    sns.set_subscription_attributes(SubscriptionArn=mail, AttributeName="FilterPolicy", AttributeValue='{"hello": [{"exists": true}]}')
    counts = sns.get_topic_attributes(TopicArn=notices)["Attributes"]
    expect("three are subscribed", (counts["SubscriptionsConfirmed"], counts["SubscriptionsPending"]) == ("3", "0"))
    unchecked = client("sns", False)
    refused("InvalidParameter", "FilterPolicy", unchecked.subscribe, TopicArn=notices, Protocol="sqs", Endpoint=where + "2",
            Attributes={"FilterPolicy": '{"kind": [{"like": "x"}]}'})
    refused("NotFound", "topic", unchecked.subscribe, TopicArn=notices + "x", Protocol="sqs", Endpoint=where)
    return notices, queue, arn, mail


def inbox(address):
    """By plain GETs, as a person reads mail."""
    get = lambda path: json.load(urllib.request.urlopen(ENDPOINT + path))
    return get(next(one["path"] for one in get("/inbox")["inboxes"] if one["endpoint"] == address))["mails"]


def came(notices, queue, subscription, mail):
    """What the campaign told, as the filter lets it through, and what is said by hand."""
    sns, sqs = client("sns"), client("sqs")
    got = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=5, MessageAttributeNames=["All"], AttributeNames=["All"])
    told = [json.loads(m["Body"]) for m in got["Messages"]]
    expect(f"the queue has {len(told)} notice: the delta", [one["kind"] for one in told] == ["delta"])
    expect("with its attributes", got["Messages"][0]["MessageAttributes"]["group"]["StringValue"] == GROUP)
    handle = got["Messages"][0]["ReceiptHandle"]
    sqs.change_message_visibility(QueueUrl=queue, ReceiptHandle=handle, VisibilityTimeout=60)
    sqs.delete_message(QueueUrl=queue, ReceiptHandle=handle)
    expect("the mailbox has none of it", len(inbox("stranger@example.org")) == 1)
    sns.publish(TopicArn=notices, Subject="by hand", Message='{"hello": "you"}')
    expect("but what its own filter asks for", inbox("stranger@example.org")[-1]["subject"] == "by hand")
    people = inbox("people@example.com")
    expect(f"people have all {len(people)} mails", people[-1]["subject"] == "by hand" and len(people) >= 2)
    expect("all are listed", {subscription, mail} <= {s["SubscriptionArn"] for s in all_of(sns, "list_subscriptions", "Subscriptions")})
    for one in (subscription, mail):
        sns.unsubscribe(SubscriptionArn=one)
    left = all_of(sns, "list_subscriptions_by_topic", "Subscriptions", TopicArn=notices)
    expect("people alone are left", [s["Endpoint"] for s in left] == ["people@example.com"])
    sqs.send_message(QueueUrl=queue, MessageBody="one")
    sqs.send_message_batch(QueueUrl=queue, Entries=[{"Id": "2", "MessageBody": "two"}])
    rest = sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10)["Messages"]
    gone = [{"Id": m["MessageId"], "ReceiptHandle": m["ReceiptHandle"]} for m in rest]
    expect("a queue of one's own", len(sqs.delete_message_batch(QueueUrl=queue, Entries=gone)["Successful"]) == 2)
    sqs.delete_queue(QueueUrl=queue)


def machines():
    """Machines of a stranger's own, beside those of the product."""
    sfn = client("stepfunctions")
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Done", "States": {"Done": {"Type": "Succeed", "Output": "{% 1 + 1 %}"}}})
    expect("a definition is valid", sfn.validate_state_machine_definition(definition=definition)["result"] == "OK")
    role = "arn:aws:iam::123456789012:role/rehearsal"
    arn = sfn.create_state_machine(name="stranger", definition=definition, roleArn=role)["stateMachineArn"]
    expect("it is described", sfn.describe_state_machine(stateMachineArn=arn)["definition"] == definition)
    sfn.update_state_machine(stateMachineArn=arn, roleArn=role)
    expect("it is listed", arn in [m["stateMachineArn"] for m in all_of(sfn, "list_state_machines", "stateMachines")])
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    while (found := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.1)
    expect("it computes", found["output"] == "2")
    expect("its machine is known", sfn.describe_state_machine_for_execution(executionArn=execution)["name"] == "stranger")
    failed_task(sfn, role)
    schedules(sfn, arn, role)
    sfn.delete_state_machine(stateMachineArn=arn)


def failed_task(sfn, role):
    """A task whose token comes by a queue, and fails by it."""
    sqs = client("sqs")
    queue = sqs.create_queue(QueueName="tokens")["QueueUrl"]
    ask = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "End": True,
           "Arguments": {"QueueUrl": queue, "MessageBody": "{% $states.context.Task.Token %}"}}
    definition = json.dumps({"QueryLanguage": "JSONata", "StartAt": "Ask", "States": {"Ask": ask}})
    arn = sfn.create_state_machine(name="asker", definition=definition, roleArn=role)["stateMachineArn"]
    execution = sfn.start_execution(stateMachineArn=arn)["executionArn"]
    token = sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)["Messages"][0]["Body"]
    sfn.send_task_failure(taskToken=token, error="Refused", cause="by boto3")
    while (found := sfn.describe_execution(executionArn=execution))["status"] == "RUNNING":
        time.sleep(0.1)
    expect("a failed task ends its execution", (found["status"], found["error"], found["cause"]) == ("FAILED", "Refused", "by boto3"))
    expect("it can be redriven", sfn.redrive_execution(executionArn=execution)["redriveDate"])
    sqs.receive_message(QueueUrl=queue, WaitTimeSeconds=20)
    expect("and runs again", sfn.describe_execution(executionArn=execution)["status"] == "RUNNING")
    sfn.stop_execution(executionArn=execution)
    refused("TaskTimedOut", "task", client("stepfunctions", False).send_task_failure, taskToken=token)
    sfn.delete_state_machine(stateMachineArn=arn)
    sqs.delete_queue(QueueUrl=queue)


def schedules(sfn, machine, role):
    """Those of the policy are there; one of a stranger's own starts his machine."""
    scheduler, off = client("scheduler"), {"Mode": "OFF"}
    there = [s["Name"] for s in all_of(scheduler, "list_schedules", "Schedules", PaginationConfig={"PageSize": 1})]
    expect("the groups have their schedules", there == ["patchwright-dev-batch", "patchwright-dev-web"])
    own = scheduler.get_schedule(Name="patchwright-dev-web")
    expect("a schedule keeps its time zone", own["ScheduleExpressionTimezone"] == "Europe/Berlin")
    now = parsedate_to_datetime(sfn.describe_state_machine(stateMachineArn=machine)["ResponseMetadata"]["HTTPHeaders"]["date"])
    once = f"at({now + datetime.timedelta(seconds=3):%Y-%m-%dT%H:%M:%S})"
    target = {"Arn": machine, "RoleArn": role, "Input": '{"of": "<aws.scheduler.scheduled-time>"}'}
    scheduler.create_schedule(Name="stranger", ScheduleExpression=once, FlexibleTimeWindow=off, Target=target)
    deadline = time.time() + 30
    running = lambda: all_of(sfn, "list_executions", "executions", stateMachineArn=machine)
    while len(running()) < 2 and time.time() < deadline:
        time.sleep(0.2)
    expect("a schedule of a stranger's starts his machine", len(running()) == 2)
    refused("ValidationException", "cron(0 3 30 2 ? *)", scheduler.update_schedule, Name="stranger",
            ScheduleExpression="cron(0 3 30 2 ? *)", FlexibleTimeWindow=off, Target=target)
    scheduler.update_schedule(Name="stranger", ScheduleExpression="rate(1 day)", FlexibleTimeWindow=off, Target=target, State="DISABLED")
    expect("it can be switched off", scheduler.get_schedule(Name="stranger")["State"] == "DISABLED")
    scheduler.delete_schedule(Name="stranger")
    refused("ResourceNotFoundException", "stranger", scheduler.get_schedule, Name="stranger")


nodes = look()
err()
ears = subscribed()
campaign(nodes)
came(*ears)
others(nodes)
machines()
ANSWERED.close()
print(f"boto3: {sum(ANSWERED.calls.values())} calls driven, of {len(ANSWERED.calls)} operations")
