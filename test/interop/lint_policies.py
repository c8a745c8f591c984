"""parliament over every inline policy of the packaged template; what it finds is in suppressions.json with a reason, or it fails."""
import json
import os
import sys

from parliament import analyze_policy_string

HERE = os.path.dirname(os.path.abspath(__file__))
PSEUDO = {"AWS::Partition": "aws", "AWS::Region": "eu-central-1", "AWS::AccountId": "123456789012", "AWS::URLSuffix": "amazonaws.com"}
# Logical ids of other types have no ARN in a policy of ours.
FORMS = {
    "AWS::Lambda::Function": "lambda:eu-central-1:123456789012:function:{}",
    "AWS::StepFunctions::StateMachine": "states:eu-central-1:123456789012:stateMachine:{}",
    "AWS::DynamoDB::Table": "dynamodb:eu-central-1:123456789012:table/{}",
    "AWS::S3::Bucket": "s3:::{}",
    "AWS::SNS::Topic": "sns:eu-central-1:123456789012:{}",
    "AWS::SQS::Queue": "sqs:eu-central-1:123456789012:{}",
    "AWS::KMS::Key": "kms:eu-central-1:123456789012:key/00000000-0000-0000-0000-000000000000",
}


def main(path: str) -> int:
    with open(path) as file:
        resources = json.load(file)["Resources"]
    with open(os.path.join(HERE, "suppressions.json")) as file:
        known = json.load(file)["parliament"]
    arn = lambda logical: "arn:aws:" + FORMS[resources[logical]["Type"]].format(logical.lower())

    def plain(value):
        if isinstance(value, list):
            return [plain(one) for one in value]
        if not isinstance(value, dict):
            return value
        if list(value) == ["Ref"]:
            return PSEUDO.get(value["Ref"]) or arn(value["Ref"])
        if list(value) == ["Fn::GetAtt"]:
            return arn(value["Fn::GetAtt"][0])
        if list(value) == ["Fn::Sub"]:
            text = value["Fn::Sub"]
            for name, by in PSEUDO.items():
                text = text.replace("${%s}" % name, by)
            for logical in resources:
                if "${%s.Arn}" % logical in text:
                    text = text.replace("${%s.Arn}" % logical, arn(logical))
            return text
        return {key: plain(one) for key, one in value.items()}

    policies, open_findings, used = 0, [], {}
    for logical, resource in resources.items():
        for policy in resource.get("Properties", {}).get("Policies", []) if resource["Type"] == "AWS::IAM::Role" else []:
            policies += 1
            for finding in analyze_policy_string(json.dumps(plain(policy["PolicyDocument"]))).findings:
                text = f"{finding.issue} {finding.detail} {finding.location}"
                match = next((one for one in known if one["issue"] == finding.issue and one["says"] in text), None)
                if match is None:
                    open_findings.append(f"{logical}: {text}")
                else:
                    used[match["says"]] = used.get(match["says"], 0) + 1
    stale = [one["says"] for one in known if one["says"] not in used]
    print(f"parliament: {policies} policies, {sum(used.values())} findings suppressed by {len(used)} reasons, {len(open_findings)} open")
    for one in known:
        print(f"  {used.get(one['says'], 0)} × {one['issue']} {one['says']}: {one['why']}")
    for line in [*open_findings, *(f"suppressed, but found no more: {one}" for one in stale)]:
        print(line)
    return 1 if open_findings or stale else 0


sys.exit(main(sys.argv[1]))
