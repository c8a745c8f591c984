"""Somebody who keeps a web ACL and knows nothing of the rehearsal but its address: reads the shop's, makes one of five components,
changes it under its lock token, associates it, sends its logs elsewhere. Every answer is kept for stubber.py.
Its own requests go to the site over the wire, and are found in the metrics and in a log file.
Usage: boto3_site.py ENDPOINT ANSWERS_FILE (appended to) SITE_ADDRESS"""

import datetime
import email.utils
import gzip
import http.client
import json
import sys
import time

import boto3_answers
import botocore.exceptions

ENDPOINT, ANSWERS, SITE = sys.argv[1:4]
ANSWERED = boto3_answers.Answers(ENDPOINT, ANSWERS, "a", "eu-central-1")
client = ANSWERED.client


def expect(what, holds):
    if not holds:
        raise SystemExit(f"boto3_site: {what}")
    print(f"  {what}")


def patient(call, **asked):
    """A quota strikes, or what was made just now is not known yet: as any client of AWS WAF, asks again."""
    for _ in range(20):
        try:
            return call(**asked)
        except botocore.exceptions.ClientError as error:
            if error.response["Error"]["Code"] not in ("ThrottlingException", "WAFUnavailableEntityException"):
                raise
            time.sleep(1)
    raise SystemExit(f"boto3_site: {asked} was refused twenty times")


def refused(code, call, **asked):
    try:
        patient(call, **asked)
    except botocore.exceptions.ClientError as error:
        expect(f"{code} where it must be", error.response["Error"]["Code"] == code)
        return error.response
    raise SystemExit(f"boto3_site: {asked} was not refused with {code}")


def ask(target, **headers):
    connection = http.client.HTTPConnection(SITE)
    connection.request("GET", target, headers={"Host": "shop.example.com", "User-Agent": "boto3", **headers})
    answer = connection.getresponse()
    answer.read()
    connection.close()
    return answer


def requests():
    told = [ask("/boto3"), ask("/boto3", **{"x-patchwright-probe": "boto3"}), ask("/boto3?q=%27%20or%201%3D1")]
    expect("a request passes, one is answered by the probe rule, an attack is blocked", [a.status for a in told] == [200, 204, 403])
    expect("which names the site", told[1].getheader("x-patchwright-site") == "shop")
    return email.utils.parsedate_to_datetime(told[0].getheader("Date"))


def measured(since):
    dimensions = [{"Name": n, "Value": v} for n, v in (("Region", "eu-central-1"), ("WebACL", "shop"), ("Rule", "sqli"))]
    metric = {"Namespace": "AWS/WAFV2", "MetricName": "BlockedRequests", "Dimensions": dimensions}
    query = {"Id": "blocked", "MetricStat": {"Metric": metric, "Period": 60, "Stat": "Sum"}}
    start = since - datetime.timedelta(minutes=1)
    told = client("cloudwatch").get_metric_data(MetricDataQueries=[query], StartTime=start, EndTime=start + datetime.timedelta(minutes=3))
    expect("the attack is in the metrics", sum(told["MetricDataResults"][0]["Values"]) >= 1)


def logged():
    s3 = client("s3")
    for _ in range(60):
        for found in s3.list_objects_v2(Bucket="aws-waf-logs-shop").get("Contents", []):
            lines = gzip.decompress(s3.get_object(Bucket="aws-waf-logs-shop", Key=found["Key"])["Body"].read()).decode().splitlines()
            mine = [r for r in map(json.loads, lines) if r["httpRequest"]["uri"] == "/boto3" and r["action"] == "BLOCK"]
            if any(r["terminatingRuleId"] == "sqli" for r in mine):
                expect(f"the attack is in {found['Key']}", found["Key"].startswith("AWSLogs/123456789012/WAFLogs/eu-central-1/shop/2024/08/31/"))
                return
        time.sleep(0.5)
    raise SystemExit("boto3_site: no log file has the attack")


def balancer():
    elb = client("elbv2")
    arn = elb.describe_load_balancers(Names=["shop"])["LoadBalancers"][0]["LoadBalancerArn"]
    expect("it listens with https", elb.describe_listeners(LoadBalancerArn=arn)["Listeners"][0]["Protocol"] == "HTTPS")
    group = elb.describe_target_groups(LoadBalancerArn=arn)["TargetGroups"][0]["TargetGroupArn"]
    health = elb.describe_target_health(TargetGroupArn=group)["TargetHealthDescriptions"]
    expect("four hosts stand behind it", [t["TargetHealth"]["State"] for t in health] == ["healthy"] * 4)
    elb.describe_tags(ResourceArns=[arn])
    told = elb.describe_load_balancer_attributes(LoadBalancerArn=arn)["Attributes"]
    expect("it does not fail open", {"Key": "waf.fail_open.enabled", "Value": "false"} in told)
    elb.describe_target_group_attributes(TargetGroupArn=group)
    return arn


SEEN = {"SampledRequestsEnabled": True, "CloudWatchMetricsEnabled": True}
PLAIN = [{"Priority": 0, "Type": "NONE"}]
SCOPE = {"Scope": "REGIONAL"}
CORE = {"VendorName": "AWS", "Name": "AWSManagedRulesCommonRuleSet"}


def rule(name, priority, statement, **more):
    action = {} if "OverrideAction" in more else {"Action": {"Block": {}}}
    return {"Name": name, "Priority": priority, "Statement": statement, "VisibilityConfig": {**SEEN, "MetricName": name}, **action, **more}


def components(waf):
    """The five of a web ACL: IP set, regex set, rule, rule group, web ACL."""
    office = patient(waf.create_ip_set, Name="b-office", IPAddressVersion="IPV4", Addresses=["192.0.2.0/24"], **SCOPE)["Summary"]
    admin = patient(waf.create_regex_pattern_set, Name="b-admin", RegularExpressionList=[{"RegexString": "^/admin"}], **SCOPE)["Summary"]
    path = {"FieldToMatch": {"UriPath": {}}, "TextTransformations": PLAIN}
    exact = {"ByteMatchStatement": {**path, "SearchString": b"/b\xff", "PositionalConstraint": "EXACTLY"}}
    group = patient(waf.create_rule_group, Name="b-group", Capacity=10, Rules=[rule("exact", 0, exact)],
                    VisibilityConfig={**SEEN, "MetricName": "b-group"}, **SCOPE)["Summary"]
    rules = [
        rule("office", 0, {"IPSetReferenceStatement": {"ARN": office["ARN"]}}, Action={"Allow": {}}),
        rule("admin", 1, {"RegexPatternSetReferenceStatement": {"ARN": admin["ARN"], **path}}),
        rule("group", 2, {"RuleGroupReferenceStatement": {"ARN": group["ARN"]}}, OverrideAction={"None": {}}),
        rule("core", 3, {"ManagedRuleGroupStatement": {**CORE, "Version": "Version_1.23"}}, OverrideAction={"None": {}}),
        rule("rate", 4, {"RateBasedStatement": {"Limit": 100, "AggregateKeyType": "IP", "ScopeDownStatement": exact}}),
        rule("sqli", 5, {"SqliMatchStatement": path}),
        rule("script", 6, {"XssMatchStatement": path}),
        rule("country", 7, {"GeoMatchStatement": {"CountryCodes": ["NL"]}}),
    ]
    made = {"DefaultAction": {"Allow": {}}, "VisibilityConfig": {**SEEN, "MetricName": "b"}, **SCOPE}
    patient(waf.check_capacity, Rules=rules, **SCOPE)
    acl = patient(waf.create_web_acl, Name="b", Rules=rules, Tags=[{"Key": "by", "Value": "boto3"}], **made)["Summary"]
    read = waf.get_web_acl(Name="b", Id=acl["Id"], **SCOPE)
    expect("the rules are read back equal, bytes included", read["WebACL"]["Rules"] == rules)
    token = patient(waf.update_web_acl, Name="b", Id=acl["Id"], LockToken=acl["LockToken"], Rules=rules[:3], **made)["NextLockToken"]
    refused("WAFOptimisticLockException", waf.update_web_acl, Name="b", Id=acl["Id"], LockToken=acl["LockToken"], Rules=[], **made)
    response = refused("WAFInvalidParameterException", waf.update_web_acl, Name="b", Id=acl["Id"], LockToken=token,
                       Rules=[rule("a", 0, {})], **made)
    expect("which names the field", (response["Field"], response["Parameter"]) == ("STATEMENT", "Statement"))
    return office, admin, group, acl | {"LockToken": token}


def sets_and_groups(waf, office, admin, group):
    waf.get_ip_set(Name="b-office", Id=office["Id"], **SCOPE)
    waf.get_regex_pattern_set(Name="b-admin", Id=admin["Id"], **SCOPE)
    waf.get_rule_group(Name="b-group", Id=group["Id"], **SCOPE)
    patient(waf.update_ip_set, Name="b-office", Id=office["Id"], LockToken=office["LockToken"], Addresses=[], **SCOPE)
    patient(waf.update_regex_pattern_set, Name="b-admin", Id=admin["Id"], LockToken=admin["LockToken"],
            RegularExpressionList=[{"RegexString": "^/b"}], **SCOPE)
    patient(waf.update_rule_group, Name="b-group", Id=group["Id"], LockToken=group["LockToken"], Rules=[],
            VisibilityConfig={**SEEN, "MetricName": "b-group"}, **SCOPE)


def managed(waf):
    groups = waf.list_available_managed_rule_groups(**SCOPE)["ManagedRuleGroups"]
    expect(f"{len(groups)} managed groups", CORE["Name"] in [g["Name"] for g in groups])
    versions = waf.list_available_managed_rule_group_versions(**CORE, **SCOPE)
    told = waf.describe_managed_rule_group(**CORE, VersionName=versions["CurrentDefaultVersion"], **SCOPE)
    expect(f"the core group has {len(told['Rules'])} rules", told["Capacity"] == 700)


def associations(waf, arn, acl):
    shop = patient(waf.get_web_acl_for_resource, ResourceArn=arn)["WebACL"]
    expect("the shop has its web ACL", shop["Name"] == "shop")
    patient(waf.associate_web_acl, WebACLArn=acl["ARN"], ResourceArn=arn)
    expect("another takes it over without a word", patient(waf.list_resources_for_web_acl, WebACLArn=shop["ARN"])["ResourceArns"] == [])
    refused("WAFAssociatedItemException", waf.delete_web_acl, Name="b", Id=acl["Id"], LockToken=acl["LockToken"], **SCOPE)
    patient(waf.disassociate_web_acl, ResourceArn=arn)
    patient(waf.associate_web_acl, WebACLArn=shop["ARN"], ResourceArn=arn)
    return shop


def logging(waf, shop, acl):
    there = waf.get_logging_configuration(ResourceArn=shop["ARN"])["LoggingConfiguration"]
    to = {"ResourceArn": acl["ARN"], "LogDestinationConfigs": there["LogDestinationConfigs"]}
    patient(waf.put_logging_configuration, LoggingConfiguration={**to, "RedactedFields": [{"SingleHeader": {"Name": "cookie"}}]})
    patient(waf.delete_logging_configuration, ResourceArn=acl["ARN"])
    refused("WAFNonexistentItemException", waf.get_logging_configuration, ResourceArn=acl["ARN"])


def sampled(waf, shop):
    now = datetime.datetime.fromtimestamp(time.time(), datetime.timezone.utc)
    window = {"StartTime": datetime.datetime(2024, 8, 31, tzinfo=datetime.timezone.utc), "EndTime": now}
    told = waf.get_sampled_requests(WebAclArn=shop["ARN"], RuleMetricName="shop", TimeWindow=window, MaxItems=10, **SCOPE)
    expect("a window begins three hours back at most", told["TimeWindow"]["EndTime"] - told["TimeWindow"]["StartTime"] <= datetime.timedelta(hours=3))


def gone(waf, office, admin, group, acl):
    patient(waf.delete_web_acl, Name="b", Id=acl["Id"], LockToken=acl["LockToken"], **SCOPE)
    for kind, member in (("ip_set", "IPSets"), ("regex_pattern_set", "RegexPatternSets"), ("rule_group", "RuleGroups")):
        listed = getattr(waf, f"list_{kind}s")(**SCOPE)[member]
        mine = next(one for one in listed if one["Name"].startswith("b-"))
        getattr(waf, f"delete_{kind}")(Name=mine["Name"], Id=mine["Id"], LockToken=mine["LockToken"], **SCOPE)
    expect("what was made is gone", [a["Name"] for a in waf.list_web_acls(**SCOPE)["WebACLs"]] == ["shop"])


waf = client("wafv2")
arn = balancer()
since = requests()
managed(waf)
office, admin, group, acl = components(waf)
sets_and_groups(waf, office, admin, group)
shop = associations(waf, arn, acl)
logging(waf, shop, acl)
waf.tag_resource(ResourceARN=acl["ARN"], Tags=[{"Key": "more", "Value": "1"}])
waf.untag_resource(ResourceARN=acl["ARN"], TagKeys=["by"])
tags = waf.list_tags_for_resource(ResourceARN=acl["ARN"])["TagInfoForResource"]["TagList"]
expect("tags are added and taken", tags == [{"Key": "more", "Value": "1"}])
sampled(waf, shop)
measured(since)
logged()
gone(waf, office, admin, group, acl)
ANSWERED.close()
print(f"boto3: {sum(ANSWERED.calls.values())} calls driven over the site")
