import { type Wish, wished } from '#domain/campaign/permissions.ts';

/** What `plan` and `check` ask beside it: they look at hosts, findings and patches. */
export function patchWishes(): Wish[] {
  return [
    ...wished(
      'plan, check',
      '*',
      'ec2:DescribeInstances',
      'inspector2:BatchGetAccountStatus',
      'inspector2:ListCoverage',
      'inspector2:ListFindings',
      'ssm:DescribeInstanceInformation',
      'ssm:DescribeInstancePatchStates',
      'ssm:DescribeInstancePatches',
      'ssm:GetDefaultPatchBaseline',
      'ssm:GetPatchBaseline',
      'ssm:GetPatchBaselineForPatchGroup',
      'cloudwatch:DescribeAlarms',
      'ssm:GetCalendarState',
    ),
    ...wished('plan, check, deploy', '*', 'ssm:DescribePatchGroups', 'ssm:DescribePatchProperties'),
    ...wished(
      'check',
      '*',
      'ssm:DescribeMaintenanceWindowTargets',
      'ssm:DescribeMaintenanceWindowTasks',
      'ssm:DescribeMaintenanceWindows',
      'ssm:GetMaintenanceWindowTask',
      'ssm:ListAssociations',
    ),
  ];
}
