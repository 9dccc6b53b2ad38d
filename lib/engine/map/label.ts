import type { Section } from '../section.ts';

/** What a label may not have, and how long it may be. Source: "Label", Map state, AWS Step Functions developer guide. */
const NO_LABEL = /[\s?*<>{}[\]"#%\\^|~`$&,;:/\p{Cc}]/gu;
const LONGEST_LABEL = 40;

/** The name of a Map in the ids of its Map Runs and their child executions: its Label, or one made of the state's name. */
export function compileLabel(section: Section, name: string): string {
  const label = section.text('Label');
  if (label === undefined) return name.replace(NO_LABEL, '-').slice(0, LONGEST_LABEL);
  const wanted = `wanted 1 to ${LONGEST_LABEL} characters, none of them a space, a control character or one of ?*<>{}[]"#%\\^|~\`$&,;:/`;
  if (label === '' || label.length > LONGEST_LABEL || label.search(NO_LABEL) >= 0)
    section.problem(`found '${label}', ${wanted}`, 'Label');
  return label;
}
