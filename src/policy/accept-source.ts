import { DmError } from '../model/error.js';

/** Adds to `source_suspicious` the command with which the policy takes its source as it is. */
export function tellHowToAccept(error: unknown, policyId: number): unknown {
  if (!(error instanceof DmError) || error.code !== 'source_suspicious') return error;
  const { code, message, data } = error;
  const command = `dm policies run ${policyId} --accept-source`;
  return new DmError(code, `${message}; if it is meant to be so: \`${command}\``, {
    data,
    cause: error,
  });
}
