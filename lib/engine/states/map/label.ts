import { QUOTAS } from '../../../protocol/quotas.ts';
import type { Loader } from '../../definition/compiled.ts';
import type { Section } from '../../definition/section.ts';

/** What a label may not have. Source: "Label", Map state, AWS Step Functions developer guide. */
const NO_LABEL = /[\s?*<>{}[\]"#%\\^|~`$&,;:/\p{Cc}]/gu;
const HELP = 'a label has no space, no control character and none of ?*<>{}[]"#%\\^|~`$&,;:/';

/** The name of a Map in the ids of its Map Runs and their child executions: its Label, or one made of the state's name. */
export function compileLabel(section: Section, name: string, loader: Loader): string {
  const label = section.text('Label');
  if (label === undefined) return name.replace(NO_LABEL, '-').slice(0, QUOTAS.mapLabel);
  if (label.length > QUOTAS.mapLabel) {
    const message = `Label '${label}' exceeds the ${QUOTAS.mapLabel}-character limit allowed by the service`;
    section.problem(message, 'Label', { code: 'INVALID_LABEL_NAME' });
  } else if (label === '' || label.search(NO_LABEL) >= 0)
    section.problem(`Invalid Label name: '${label}'`, 'Label', { code: 'INVALID_LABEL_NAME', help: HELP });
  loader.label(section, label);
  return label;
}
