import type { Im4m } from '../containers/im4m.js';
import { equalValues, findProperty, formatValue, type Property } from '../containers/property.js';

/** A constraint of the signer's certificate that the manifest does not meet. */
export interface ConstraintViolation {
  /** `MANP`, or the type of the object that violates an OBJP constraint. */
  readonly section: string;
  readonly property: string;
  readonly expected: string;
  readonly found: string | undefined;
}

function check(section: string, constraints: Property, properties: readonly Property[]): ConstraintViolation[] {
  if (constraints.value.type !== 'set')
    return [{ section, property: constraints.name, expected: 'a set', found: constraints.value.type }];
  const violations: ConstraintViolation[] = [];
  for (const { name, value } of constraints.value.value) {
    const found = findProperty(properties, name)?.value;
    const met =
      value.type === 'optional' ||
      (value.type === 'required' ? found !== undefined : !!found && equalValues(value, found));
    if (!met)
      violations.push({
        section,
        property: name,
        expected: value.type === 'required' ? 'any value' : formatValue(value),
        found: found && formatValue(found),
      });
  }
  return violations;
}

/**
 * Holds a manifest against its signer's constraints (extension 1.2.840.113635.100.6.1.15): a value must be equal,
 * `[0] NULL` wants the property with any value, `[1] NULL` allows it. MANP constrains the manifest, OBJP every object.
 */
export function checkConstraints(manifest: Im4m, constraints: readonly Property[]): ConstraintViolation[] {
  return constraints.flatMap(section => {
    if (section.name === 'MANP') return check('MANP', section, manifest.properties);
    if (section.name === 'OBJP')
      return manifest.objects.flatMap(object => check(object.type, section, object.properties));
    return [{ section: section.name, property: '', expected: 'MANP or OBJP', found: section.name }];
  });
}
