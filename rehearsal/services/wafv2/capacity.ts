/**
 * Capacity units of rules (WAF developer guide, the WCUs of each statement): a base, ten more for all query arguments and for each
 * transformation, the base twice for a JSON body. A group costs what it was made with.
 */
type Members = Record<string, unknown>;

/** The capacity of a referenced group. */
export type GroupCapacity = (statement: Members) => number;

export function capacityOf(rules: readonly { Statement?: Members }[], ofGroup: GroupCapacity): number {
  return rules.reduce((sum, { Statement }) => sum + ofStatement(Statement ?? {}, ofGroup), 0);
}

const POSITIONS: Record<string, number> = { CONTAINS: 10, CONTAINS_WORD: 10 };

function ofStatement(statement: Members, ofGroup: GroupCapacity): number {
  const [kind = '', of] = Object.entries(statement)[0] ?? [];
  const spec = (of ?? {}) as Members;
  const inner = (each: unknown) => (each ? ofStatement(each as Members, ofGroup) : 0);
  switch (kind) {
    case 'AndStatement':
    case 'OrStatement':
      return (spec.Statements as unknown[]).reduce<number>((sum, each) => sum + inner(each), 0);
    case 'NotStatement':
      return inner(spec.Statement);
    case 'ManagedRuleGroupStatement':
      return ofGroup(statement) + inner(spec.ScopeDownStatement);
    case 'RuleGroupReferenceStatement':
      return ofGroup(statement);
    case 'RateBasedStatement':
      return 2 + 30 * ((spec.CustomKeys as unknown[] | undefined)?.length ?? 0) + inner(spec.ScopeDownStatement);
    case 'IPSetReferenceStatement':
      return (spec.IPSetForwardedIPConfig as Members | undefined)?.Position === 'ANY' ? 5 : 1;
    case 'ByteMatchStatement':
      return onField(POSITIONS[spec.PositionalConstraint as string] ?? 2, spec);
    case 'RegexMatchStatement':
      return onField(3, spec);
    case 'RegexPatternSetReferenceStatement':
      return onField(25, spec);
    case 'SizeConstraintStatement':
      return onField(1, spec);
    case 'SqliMatchStatement':
      return onField(spec.SensitivityLevel === 'HIGH' ? 30 : 20, spec);
    case 'XssMatchStatement':
      return onField(40, spec);
    default:
      return 1; // geo, label, ASN
  }
}

function onField(base: number, { FieldToMatch, TextTransformations }: Members): number {
  const field = (FieldToMatch ?? {}) as Members;
  const changed = ((TextTransformations ?? []) as { Type: string }[]).filter(({ Type }) => Type !== 'NONE').length;
  return base * (field.JsonBody ? 2 : 1) + (field.AllQueryArguments ? 10 : 0) + 10 * changed;
}
