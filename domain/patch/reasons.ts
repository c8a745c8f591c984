/** Why a finding remains: the first that holds, in this order. */
export const REASONS = [
  'suppressed',
  'not-os-package',
  'no-fix',
  'end-of-life',
  'managed-by',
  'replaced',
  'not-in-ring',
  'stopped',
  'unmanaged',
  'not-supported',
  'offline',
  'unproven',
  'not-reached',
  'rejected',
  'not-approved',
  'not-offered',
  'patch-failed',
  'reboot-pending',
  'old-kernel',
  'unexplained',
] as const;
export type Reason = (typeof REASONS)[number];
